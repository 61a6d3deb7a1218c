"""Pages of imports: bring a sheet, review its plan, apply it, take it back."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.exceptions import RequestEntityTooLarge

from importers import queries, services
from importers.choosing import outcome_of
from importers.forms import UploadForm, field_choices
from importers.models import BATCH_STATE_NAMES, BatchState, Decision, ImportBatch
from importers.results import STATUS_NAMES, Status
from importers.review import show_rows
from importers.undoing import obstacles, why_not
from registry.access.gate import actor, allow, scope, scope_for
from registry.access.models import Office
from registry.access.roles import Permission
from registry.db import begin_write, commit, db
from registry.errors import Refused
from registry.jobs import Job

bp = Blueprint("imports", __name__, url_prefix="/imports", template_folder="templates")
RUN = allow(Permission.IMPORTS_RUN)
ROOM = 4
"""Times the size of one file that an upload of several may have."""
ORDER = (
    Status.NEW,
    Status.UPDATE,
    Status.UNCHANGED,
    Status.POSSIBLE_DUPLICATE,
    Status.AMBIGUOUS,
    Status.ERROR,
)


def _page() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 100_000))


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Several files may come at once; each is measured by itself, with a sentence of its own."""
    if endpoint == "imports.upload":
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        request.max_content_length = limit * ROOM


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """What is larger than all that room is not read; the page says so."""
    return redirect(url_for("imports.index", too_large=1), 303)


@bp.get("/")
@RUN
def index() -> ResponseReturnValue:
    """The imports of the offices in scope, and the place to drop sheets."""
    form = _form(UploadForm(formdata=None))
    if "too_large" in request.args:
        form.form_errors.append(
            _("What was sent is larger than %(limit)s MB; send smaller files, or one at a time.",
              limit=_limit_mb())
        )  # fmt: skip
    return _index(form)


def _limit_mb() -> int:
    return int(current_app.extensions["sang_settings"].upload_max_mb)


def _form(form: UploadForm) -> UploadForm:
    """The form with the offices to choose from."""
    form.offer(queries.offices_to_import_for(scope()), current_user.office_id)
    return form


def _index(form: UploadForm) -> str:
    return render_template(
        "importers/index.html",
        form=form,
        batches=queries.list_batches(scope(), _page()),
        total=queries.count_batches(scope()),
        size=queries.PAGE,
        page=_page(),
        states=BATCH_STATE_NAMES,
        limit_mb=_limit_mb(),
    )


@bp.post("/")
@RUN
def upload() -> ResponseReturnValue:
    """Take one or several sheets in; each becomes a batch that is planned in the background."""
    form = _form(UploadForm())
    if not form.validate_on_submit():
        return _index(form)
    taken = [
        number for place, file in enumerate(form.files.data) if (number := _take(form, place, file))
    ]
    if len(taken) == 1 == len(form.files.data):
        return redirect(url_for("imports.show", batch_id=taken[0]))
    return redirect(url_for("imports.index"))


def _take(form: UploadForm, place: int, file: Any) -> int | None:
    """Take one file in; a refusal of one does not hold up the others."""
    begin_write()
    token = f"{form.form_token.data}:{place}"
    sent_before = queries.batch_by_token(scope(), token)
    if sent_before is not None:
        return sent_before.id
    try:
        batch = services.receive(
            actor(),
            _office(form),
            file.filename,
            file.read(),
            sheet=form.sheet.data,
            keep_unknown=form.keep_unknown.data,
            form_token=token,
        )
    except services.SameFile as refusal:
        flash(_with_link(refusal), "warning")
        return None
    except Refused as refusal:
        flash(str(refusal), "warning")
        return None
    services.start(batch)
    commit()
    return batch.id


def _office(form: UploadForm) -> Office:
    """The office that brings the sheet: the own one, unless headquarters chose another."""
    number = form.office.data if "office" in form else current_user.office_id
    return db.session.get_one(Office, number)


def _with_link(refusal: services.SameFile) -> Markup:
    """The sentence, then the way to the earlier import."""
    address = url_for("imports.show", batch_id=refusal.batch_id)
    return Markup('{} <a href="{}">{}</a>').format(str(refusal), address, _("Open that import"))


@bp.get("/<int:batch_id>")
@RUN
def show(batch_id: int) -> ResponseReturnValue:
    """A batch: its progress, its plan to review, or what became of it."""
    batch = queries.batch_for(scope(), batch_id)
    status = _status()
    rows = queries.rows_page(scope(), batch_id, status, _page())
    counts = queries.status_counts(scope(), batch_id)
    return render_template(
        "importers/show.html",
        batch=batch,
        counts=counts,
        statuses=[one for one in ORDER if counts.get(one)],
        status=status,
        names=STATUS_NAMES,
        states=BATCH_STATE_NAMES,
        rows=show_rows(scope_for(Permission.MEMBERS_READ), rows),
        waiting=queries.undecided(scope(), batch_id),
        outcome=outcome_of(batch),
        stuck=_why_not_undone(batch),
        total=counts.get(status, 0) if status else sum(counts.values()),
        size=queries.PAGE,
        page=_page(),
        choices=field_choices(),
        decisions={status: decisions_for(status) for status in services.ALLOWED},
        job=_job(batch),
    )


def _why_not_undone(batch: ImportBatch) -> str:
    """Why an import cannot be taken back any more; empty where it can."""
    if batch.as_state is not BatchState.COMMITTED:
        return ""
    late = obstacles(batch)
    return why_not(batch, late) if late else ""


def _status() -> Status | None:
    asked = request.args.get("status", "")
    return Status(asked) if asked in set(Status) else None


def _job(batch: ImportBatch) -> Job | None:
    return db.session.get(Job, batch.job_id) if batch.job_id else None


@bp.get("/<int:batch_id>/progress")
@RUN
def progress(batch_id: int) -> ResponseReturnValue:
    """How far the reading is, for the page that waits."""
    batch = queries.batch_for(scope(), batch_id)
    job = _job(batch)
    failed = job is None or job.state == "failed"
    waits = batch.as_state is BatchState.READING and not failed
    step, done, total = (job.step, job.done, job.total) if job else (None, 0, 0)
    return jsonify(waits=waits, step=_step(step), done=done, total=total)


def _step(step: str | None) -> str:
    texts = {
        "read": _("Reading the file"),
        "checked": _("Checking the rows"),
        "matched": _("Comparing with the registry"),
    }
    return str(texts.get(step or "", _("Waiting for its turn")))


def decisions_for(status: Status) -> list[Decision]:
    """The decisions that rows of a status can take, as the page offers them."""
    order = (Decision.SAME, Decision.DIFFERENT, Decision.ACCEPT, Decision.OVERWRITE, Decision.SKIP)
    return [decision for decision in order if decision in services.ALLOWED[status]]
