"""The page of an import: its progress, its plan to review, what became of it."""

from __future__ import annotations

from flask import (
    Blueprint,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from importers import queries, services
from importers.afterwards import still_lacking
from importers.asking import WORDS, asked, columns_of, lists_of, types_said, unknown_types
from importers.choosing import tally_of
from importers.foreseeing import foresee
from importers.forms import field_choices
from importers.models import BATCH_STATE_NAMES, BatchState, Decision, ImportBatch, ImportRow
from importers.remembering import mapping_of
from importers.repairs import kinds_of, questions_of
from importers.results import STATUS_NAMES, Status
from importers.review import show_rows
from registry.access.gate import allow, scope, scope_for
from registry.access.roles import Permission
from registry.db import db
from registry.fields import read_id, read_page
from registry.jobs import Job
from registry.networks.types import network_types

bp = Blueprint("imports", __name__, url_prefix="/imports", template_folder="templates")
RUN = allow(Permission.IMPORTS_RUN)
ORDER = (
    Status.NEW,
    Status.UPDATE,
    Status.UNCHANGED,
    Status.POSSIBLE_DUPLICATE,
    Status.AMBIGUOUS,
    Status.ERROR,
)


@bp.get("/<int:batch_id>")
@RUN
def show(batch_id: int) -> ResponseReturnValue:
    """A batch: its progress, its plan to review, or what became of it."""
    batch = queries.batch_for(scope(), batch_id)
    if not request.args and asked(batch):
        return redirect(url_for("imports.columns", batch_id=batch_id))
    status = _status()
    rows = _with(batch_id, queries.rows_page(scope(), batch_id, status, read_page(request.args)))
    tally = tally_of(batch)
    counts = tally.counts
    foreseen = foresee(batch, tally) if batch.as_state is BatchState.PLANNED else None
    return render_template(
        "importers/show.html",
        batch=batch,
        counts=counts,
        statuses=[one for one in ORDER if counts.get(one)],
        status=status,
        names=STATUS_NAMES,
        states=BATCH_STATE_NAMES,
        rows=show_rows(scope_for(Permission.MEMBERS_READ), rows),
        waiting=tally.waiting,
        skipped=tally.skipped,
        foreseen=foreseen,
        outcome=foreseen.outcome if foreseen else tally.outcome,
        total=counts.get(status, 0) if status else sum(counts.values()),
        size=queries.PAGE,
        page=read_page(request.args),
        waiting_columns=asked(batch),
        columns=columns_of(batch),
        names_of_fields=dict(field_choices()),
        words=WORDS,
        lacking=still_lacking(scope_for(Permission.MEMBERS_READ), batch),
        remembered=mapping_of(batch) if batch.summary.get("recalled") else None,
        kinds=kinds_of(batch),
        questions=questions_of(batch),
        unknown_types=unknown_types(batch),
        types_said=types_said(batch),
        types=network_types(active_only=True),
        lists=lists_of(batch),
        decisions={status: decisions_for(status) for status in services.ALLOWED},
        job=_job(batch),
    )


def _with(batch_id: int, rows: list[ImportRow]) -> list[ImportRow]:
    """The rows, and before them the one that was just corrected, of whichever status it is now."""
    number = read_id(request.args.get("row"))
    if number is None or number in {row.row for row in rows}:
        return rows
    row = queries.row_of(scope(), batch_id, number)
    return [row, *rows] if row else rows


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
    waits = batch.at_work and not failed
    step, done, total = (job.step, job.done, job.total) if job else (None, 0, 0)
    return jsonify(waits=waits, step=step_text(step), done=done, total=total)


def step_text(step: str | None) -> str:
    texts = {
        "read": _("Reading the file"),
        "checked": _("Checking the rows"),
        "matched": _("Comparing with the registry"),
        "prepared": _("Preparing the records"),
        "written": _("Writing into the registry"),
        "undoing": _("Taking the import back"),
    }
    return str(texts.get(step or "", _("Waiting for its turn")))


def decisions_for(status: Status) -> list[Decision]:
    """The decisions that rows of a status can take, as the page offers them."""
    order = (Decision.SAME, Decision.DIFFERENT, Decision.ACCEPT, Decision.OVERWRITE, Decision.SKIP)
    return [decision for decision in order if decision in services.ALLOWED[status]]
