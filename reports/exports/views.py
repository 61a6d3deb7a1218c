"""Pages of tables of figures: build one and look at it, keep it, have it made, fetch the file."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from registry.access.gate import actor, allow, scope, today
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.carry import press
from registry.db import commit
from registry.errors import NotFound, Refused
from registry.facts.asked import values_of
from registry.facts.asked_period import YEARS, first_fact
from registry.facts.cuts import DIMENSIONS
from registry.facts.labels import labelled
from registry.facts.measures import GROUPS, MEASURES
from registry.fields import TOKEN
from registry.i18n import language
from registry.jobs import Job
from registry.periods.calendar import periods_between, utc_now
from registry.periods.names import KIND_NAMES
from reports.exports import jobs, services
from reports.exports.files import EXCEL_ROWS, KEPT, place_of
from reports.exports.models import SavedExport
from reports.exports.queries import file_for, files_of, saved_export_for, saved_exports
from reports.exports.question import BY, FILTERS, FORMATS, PARTS, Question, question
from reports.exports.table import Preview, preview

bp = Blueprint("exports", __name__, url_prefix="/reports/exports", template_folder="../templates")
DELETED = "export_deleted"
"""The definition that a person deleted last, told once with a way to have it back."""
BEGIN = {"kind": "quarter", "last": "4", "format": FORMATS[0]}
"""What the form offers whoever begins."""
LAST = (1, 2, 4, 8, 12)
ALLOW = allow(Permission.FIGURES_VIEW)


@bp.get("/")
@ALLOW
def index() -> ResponseReturnValue:
    """The saved tables, and the files that wait."""
    rows = saved_exports(scope(), actor())
    return render_template(
        "exports/index.html",
        rows=rows,
        me=actor().user_id,
        people=names_of(scope(), {row.user_id for row in rows}),
        files=files_of(scope(), actor(), utc_now() - KEPT),
        days=KEPT.days,
        longest=services.LONGEST_NAME,
        deleted=session.pop(DELETED, None),
    )


@bp.get("/build")
@ALLOW
def build() -> ResponseReturnValue:
    """The form, and below it the beginning of the table that it describes."""
    asked = _given(request.args)
    return _form(asked or BEGIN, wanted=bool(asked))


def _given(values: MultiDict[str, str]) -> dict[str, str]:
    """A definition as a form or an address carries it."""
    found = services.plain({name: ",".join(values.getlist(name)) for name in PARTS})
    if "last" in found:
        found = {name: text for name, text in found.items() if name not in ("from", "to")}
    return found


def _form(definition: Mapping[str, str], *, wanted: bool, **typed: str) -> str:
    found, asked, problem = _looked_at(definition) if wanted else (None, None, "")
    day = today()
    earliest = max(first_fact(day), day.replace(year=day.year - YEARS, day=1))
    return render_template(
        "exports/build.html",
        definition=definition,
        chosen={name: text.split(",") for name, text in definition.items()},
        groups={title: [MEASURES[name] for name in names] for title, names in GROUPS.items()},
        by={name: DIMENSIONS[name] for name in BY},
        kinds=KIND_NAMES,
        last=LAST,
        months=periods_between(earliest, day)[::-1],
        filters={name: _options(name) for name in FILTERS},
        titles=DIMENSIONS,
        formats=FORMATS,
        found=found,
        asked=asked,
        problem=problem,
        most=EXCEL_ROWS,
        token=secrets.token_hex(16),
        longest=services.LONGEST_NAME,
        **typed,
    )


def _looked_at(definition: Mapping[str, str]) -> tuple[Preview | None, Question | None, str]:
    """The beginning of a table and all that it is asked for, or why there is none."""
    try:
        asked = question(scope(), definition, today())
        return preview(scope(), asked), asked, ""
    except Refused as refusal:
        return None, None, str(refusal)


def _options(name: str) -> list[tuple[Any, str]]:
    """The values of a filter; none where there is nothing to choose."""
    found = labelled(name, values_of(scope(), name) or ())
    return found if len(found) > 1 else []


@bp.post("/make")
@ALLOW
def make() -> ResponseReturnValue:
    """Have the table of a form made."""
    return _begun(_given(request.form), "")


@bp.post("/<int:saved_id>/make")
@ALLOW
def make_saved(saved_id: int) -> ResponseReturnValue:
    """Have a saved table made anew."""
    row = saved_export_for(scope(), actor(), saved_id)
    return _begun(row.definition, row.name)


def _begun(definition: dict[str, str], title: str) -> ResponseReturnValue:
    try:
        asked = question(scope(), definition, today())
    except Refused:
        address: dict[str, Any] = definition
        return redirect(url_for(".build", **address))  # which says why
    token = request.form.get("form_token", "")
    once = token if TOKEN.fullmatch(token) else ""
    job = jobs.start(actor(), definition, language(), title or asked.span, once)
    commit()
    return redirect(url_for(".progress", job_id=job.id))


@bp.get("/files/<job_id>")
@ALLOW
def progress(job_id: str) -> ResponseReturnValue:
    """How far a file is, and the way to it."""
    job = file_for(scope(), actor(), job_id)
    return render_template("exports/progress.html", job=job, days=KEPT.days, ready=_ready(job))


@bp.get("/files/<job_id>/state")
@ALLOW
def state(job_id: str) -> ResponseReturnValue:
    """The same for a script: state, done, total."""
    job = file_for(scope(), actor(), job_id)
    return {"state": job.state, "done": job.done, "total": job.total}


@bp.get("/files/<job_id>/file")
@ALLOW
def file(job_id: str) -> ResponseReturnValue:
    """A finished file, for whoever asked for it."""
    job = file_for(scope(), actor(), job_id)
    if not _ready(job):
        raise NotFound(_("This file does not exist, or is no longer kept."))
    name = (job.result or {})["name"]
    return send_file(place_of(job.id) / name, as_attachment=True, download_name=name)


def _ready(job: Job) -> bool:
    return job.state == "done" and (place_of(job.id) / (job.result or {})["name"]).exists()


@bp.post("/")
@ALLOW
def save() -> ResponseReturnValue:
    """Keep the definition of a form under a name."""
    definition, name = _given(request.form), request.form.get("name", "")
    shared = request.form.get("shared") == "1"
    if press(lambda: _save(name, definition, shared), _("The table is saved.")):
        return redirect(url_for(".index"))
    return _form(definition, wanted=True, name=name, shared="1" if shared else ""), 422


def _save(name: str, definition: Mapping[str, str], shared: bool) -> SavedExport:
    return services.save(actor(), scope(), name, definition, today(), shared=shared)


@bp.post("/<int:saved_id>/copy")
@ALLOW
def copy(saved_id: int) -> ResponseReturnValue:
    """Have a copy of one's own, of a colleague's table too."""
    row, day = saved_export_for(scope(), actor(), saved_id), today()
    press(lambda: services.copy(actor(), scope(), row, day), _("Copied."))
    return _back()


@bp.post("/<int:saved_id>/rename")
@ALLOW
def rename(saved_id: int) -> ResponseReturnValue:
    """Give a definition another name."""
    row, name = _own(saved_id), request.form.get("name", "")
    press(lambda: services.rename(actor(), row, name), _("Renamed."))
    return _back()


@bp.post("/<int:saved_id>/share")
@ALLOW
def share(saved_id: int) -> ResponseReturnValue:
    """Show a definition to the office, or no longer."""
    row, shared = _own(saved_id), request.form.get("shared") == "1"
    done = _("Your office sees this table.") if shared else _("Only you see this table.")
    press(lambda: services.share(row, shared), done)
    return _back()


@bp.post("/<int:saved_id>/delete")
@ALLOW
def delete(saved_id: int) -> ResponseReturnValue:
    """Forget a definition."""
    row = _own(saved_id)
    gone = {"name": row.name, "shared": row.shared, "definition": dict(row.definition)}
    if press(lambda: services.delete(row)):
        session[DELETED] = gone
    return _back()


@bp.post("/restore")
@ALLOW
def restore() -> ResponseReturnValue:
    """Keep a definition again that was deleted by mistake."""
    name, shared = request.form.get("name", ""), request.form.get("shared") == "1"
    definition = _given(request.form)
    press(lambda: _save(name, definition, shared), _("The saved table is back."))
    return _back()


def _own(saved_id: int) -> SavedExport:
    return saved_export_for(scope(), actor(), saved_id, own=True)


def _back() -> ResponseReturnValue:
    return redirect(url_for(".index"))
