"""Pages of imports: bring a sheet, review its plan, apply it, take it back."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
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

from importers import queries, services
from importers.annotated import annotated_copy, annotated_name
from importers.committing import ChangedMeanwhile
from importers.forms import DecideForm, UploadForm, chosen_fields, field_choices
from importers.models import BATCH_STATE_NAMES, BatchState, Decision, ImportBatch
from importers.planning import limits_of
from importers.results import STATUS_NAMES, Status
from importers.review import show_rows
from importers.undoing import undo_batch
from registry.access.gate import actor, allow, scope, scope_for
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import begin_write, commit, db
from registry.errors import Refused
from registry.jobs import Job

bp = Blueprint("imports", __name__, url_prefix="/imports", template_folder="templates")
RUN = allow(Permission.IMPORTS_RUN)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


@bp.get("/")
@RUN
def index() -> ResponseReturnValue:
    """The imports of the offices in scope, and the place to drop sheets."""
    return _index(UploadForm(formdata=None))


def _index(form: UploadForm) -> str:
    return render_template(
        "importers/index.html",
        form=form,
        batches=queries.list_batches(scope(), _page()),
        total=queries.count_batches(scope()),
        size=queries.PAGE,
        page=_page(),
        states=BATCH_STATE_NAMES,
        limit_mb=current_app.extensions["sang_settings"].upload_max_mb,
    )


@bp.post("/")
@RUN
def upload() -> ResponseReturnValue:
    """Take one or several sheets in; each becomes a batch that is planned in the background."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _index(form)
    taken = [number for place, file in enumerate(form.files.data)
             if (number := _take(form, place, file))]  # fmt: skip
    if len(taken) == 1 == len(form.files.data):
        return redirect(url_for("imports.show", batch_id=taken[0]))
    return redirect(url_for("imports.index"))


def _take(form: UploadForm, place: int, file: Any) -> int | None:
    """Take one file in; a refusal of one does not hold up the others."""
    token = f"{form.form_token.data}:{place}"
    sent_before = queries.batch_by_token(scope(), token)
    if sent_before is not None:
        return sent_before.id
    begin_write()
    try:
        batch = services.receive(
            actor(),
            current_user.office,
            file.filename,
            file.read(),
            sheet=form.sheet.data,
            keep_unknown=form.keep_unknown.data,
            form_token=token,
        )
    except Refused as refusal:
        flash(str(refusal), "warning")
        return None
    services.start(batch)
    commit()
    return batch.id


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
        total=counts.get(status, 0) if status else sum(counts.values()),
        size=queries.PAGE,
        page=_page(),
        choices=field_choices(),
        decisions={status: decisions_for(status) for status in services.ALLOWED},
        job=_job(batch),
    )


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
    failed = job is not None and job.state == "failed"
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


@bp.post("/<int:batch_id>/decisions")
@RUN
def decide(batch_id: int) -> ResponseReturnValue:
    """Decide about one row, or about all rows of a status that nobody decided yet."""
    batch, form = queries.batch_for(scope(), batch_id), DecideForm()
    if form.validate_on_submit():
        rows = request.form.getlist("row", type=int) or None
        status, decision = form.chosen
        member = request.form.get("member", type=int)
        count = services.decide(batch, rows, status, decision, member_id=member)
        commit()
        flash(_("%(count)s rows decided.", count=count), "success")
    return _back(batch_id)


def _back(batch_id: int) -> ResponseReturnValue:
    status, page = request.args.get("status") or None, request.args.get("page") or None
    return redirect(url_for("imports.show", batch_id=batch_id, status=status, page=page))


@bp.post("/<int:batch_id>/columns")
@RUN
def columns(batch_id: int) -> ResponseReturnValue:
    """Say what columns hold, and have the sheet planned anew with that."""
    batch = queries.batch_for(scope(), batch_id)
    chosen = chosen_fields(request.form, batch.summary.get("columns", []))
    batch.fields = {**batch.fields, **chosen}
    batch.keep_unknown = "keep_unknown" in request.form
    services.replan(batch)
    commit()
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/commit")
@RUN
def apply(batch_id: int) -> ResponseReturnValue:
    """Apply the plan as it was shown."""
    batch = queries.batch_for(scope(), batch_id)
    try:
        counts = services.commit_import(actor(), batch)
        commit()
    except ChangedMeanwhile as refusal:
        db.session.rollback()
        begin_write()
        services.replan(queries.batch_for(scope(), batch_id))
        commit()
        flash(str(refusal), "warning")
    else:
        flash(
            _("%(new)s members were registered and %(update)s updated.",
              new=counts["new"], update=counts["update"]), "success"
        )  # fmt: skip
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/discard")
@RUN
def discard(batch_id: int) -> ResponseReturnValue:
    """Give the plan up."""
    services.discard(actor(), queries.batch_for(scope(), batch_id))
    commit()
    flash(_("The plan was discarded; nothing was imported."), "success")
    return redirect(url_for("imports.index"))


@bp.post("/<int:batch_id>/undo")
@RUN
def undo(batch_id: int) -> ResponseReturnValue:
    """Take the import back, unless something was built on it."""
    batch = queries.batch_for(scope(), batch_id)
    try:
        undo_batch(actor(), batch)
        commit()
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        flash(_("The import was undone; the registry is as it was before."), "success")
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/workbook")
@RUN
def workbook(batch_id: int) -> ResponseReturnValue:
    """The office's own workbook with the result of each row."""
    batch = queries.batch_for(scope(), batch_id)
    rows = queries.all_rows(scope(), batch_id)
    limits = limits_of(current_app.extensions["sang_settings"])
    data = annotated_copy(batch, rows, services.content_of(batch), limits)
    record(actor(), Action.ROWS_EXPORT, "import", batch.id, count=len(rows), format="xlsx")
    commit()
    answer = Response(data, mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=annotated_name(batch))
    return answer


def decisions_for(status: Status) -> list[Decision]:
    """The decisions that rows of a status can take, as the page offers them."""
    order = (Decision.SAME, Decision.DIFFERENT, Decision.ACCEPT, Decision.OVERWRITE, Decision.SKIP)
    return [decision for decision in order if decision in services.ALLOWED[status]]
