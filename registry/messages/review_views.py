"""The queue of reports that wait for the office's review, and the page of one report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for
from registry.access.roles import Permission
from registry.carry import press
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.messages import captures, evidence, inbox, queries, review
from registry.messages import evidence_queries as found
from registry.messages.choices import read_office
from registry.messages.evidence_queries import ReviewFilters
from registry.messages.ledger_forms import CaptureForm, DecisionForm, ProofForm
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES, Dissemination
from registry.messages.sending import sent_bytes
from registry.messages.uploads import evidence_picture, opened
from registry.periods.closed import note

bp = Blueprint("evidence", __name__, url_prefix="/evidence")
REVIEW = allow(Permission.DISSEMINATION_REVIEW)
RECORD = allow(Permission.DISSEMINATION_RECORD)
DECIDED = "reviewed"
"""The reports of the last decision, in the session, for its undo."""
UNDO_WITHIN = timedelta(minutes=10)


def waiting_count() -> int:
    """How many reports with evidence wait for the signed-in user's office."""
    where = scope_for(Permission.DISSEMINATION_REVIEW)
    return found.count_with_evidence(where, read_office({}, where, current_user.office_id))


def _filters() -> ReviewFilters:
    kind = request.args.get("evidence", "with")
    return ReviewFilters(
        evidence=kind if kind in found.KINDS else "",
        message_id=read_id(request.args.get("message")),
        office=read_office(request.args, scope(), current_user.office_id),
        q=request.args.get("q", "").strip()[:100],
        page=read_page(request.args),
    )


@bp.get("/")
@REVIEW
def index() -> ResponseReturnValue:
    """Reports to accept or to send back, the longest waiting first."""
    return _page(DecisionForm(formdata=None))


def _page(form: DecisionForm, problem: str = "") -> ResponseReturnValue:
    filters = _filters()
    message = queries.message_for(scope(), filters.message_id) if filters.message_id else None
    rows, counts = found.list_waiting(scope(), filters), found.count_waiting(scope(), filters)
    page = render_template(
        "dissemination/review.html",
        rows=rows,
        counts=counts,
        total=counts[filters.evidence],
        filters=filters,
        message=message,
        spans_offices=scope().spans_offices,
        per_page=found.PAGE,
        most=found.MOST,
        form=form,
        problem=problem,
        undo=_undoable(),
        **_proofs(rows),
    )
    return page, 422 if problem else 200


def _proofs(rows: list[Dissemination]) -> dict[str, Any]:
    """What the reports carry, and what of it was seen before."""
    items = found.items_of(scope(), rows)
    twins = found.twins_of(scope(), [item for group in items.values() for item in group])
    return {"items": items, "twins": twins}


def _undoable() -> list[int]:
    ids = session.get(DECIDED) or []
    since = datetime.now(UTC) - UNDO_WITHIN
    return found.decided_lately(scope(), ids, current_user.id, since) if ids else []


@bp.post("/")
@REVIEW
def decide() -> ResponseReturnValue:
    """Accept, or send back, all that were ticked."""
    form, accept = DecisionForm(), request.form.get("decision") == "accept"
    ids = form.ids.data or []
    try:
        rows = _decide(ids, accept=accept, reason=form.reason.data or "")
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return _page(form, str(refusal))
    commit()
    session[DECIDED] = ids
    _tell(rows, accept=accept)
    note(row.on for row in rows)
    return redirect(request.full_path)


def _decide(ids: list[int], *, accept: bool, reason: str) -> list[Dissemination]:
    if not ids:
        raise Refused(_("Tick at least one report."))
    rows = inbox.disseminations_for(scope(), ids)
    review.review(actor(), rows, accept=accept, reason=reason)
    return rows


def _tell(rows: list[Dissemination], *, accept: bool) -> None:
    bare = sum(not row.has_evidence for row in rows)
    if not accept:
        flash(_("Reports sent back: %(count)s.", count=len(rows)), "success")
        return
    flash(_("Reports accepted: %(count)s.", count=len(rows)), "success")
    if bare:
        told = _(
            "%(count)s of them have no link or picture and do not count as evidenced reach.",
            count=bare,
        )
        flash(told, "warning")


@bp.post("/undo")
@REVIEW
def undo() -> ResponseReturnValue:
    """Take one's last decision back: the reports wait again."""
    ids = _undoable()
    session.pop(DECIDED, None)
    done = _("Taken back; the reports wait for review again.")
    if not ids:
        flash(_("There is nothing to take back any more."), "warning")
    else:
        press(lambda: review.undo(actor(), inbox.disseminations_for(scope(), ids)), done)
    return redirect(url_for("evidence.index"))


@bp.get("/<int:row_id>")
@REVIEW
def show(row_id: int) -> ResponseReturnValue:
    """One report with all that proves it, beside what the office captured of it."""
    return _report(inbox.dissemination_for(scope(), row_id))


def _report(
    row: Dissemination, proof: ProofForm | None = None, capture: CaptureForm | None = None
) -> ResponseReturnValue:
    page = render_template(
        "dissemination/report.html",
        row=row,
        states=DISSEMINATION_STATE_NAMES,
        proof_form=proof or ProofForm(formdata=None),
        capture_form=capture or CaptureForm(formdata=None),
        open=row.as_state in evidence.OPEN,
        may_record=may(Permission.DISSEMINATION_RECORD),
        **_proofs([row]),
    )
    wrong = (proof and proof.errors) or (capture and capture.errors)
    return page, 422 if wrong else 200


@bp.post("/<int:row_id>/add")
@RECORD
def add(row_id: int) -> ResponseReturnValue:
    """Add a picture or a link that the member gave the office."""
    inbox.dissemination_for(scope(), row_id)
    form = ProofForm()

    def step() -> object:
        picture = evidence_picture(form.picture)
        row = inbox.disseminations_for(scope(), [row_id])[0]
        return evidence.add_evidence(actor(), row, picture=picture, link=form.link.data)

    if form.validate() and _taken(form, form.picture, step):
        flash(_("The evidence was added."), "success")
        return redirect(url_for("evidence.show", row_id=row_id))
    db.session.rollback()
    return _report(inbox.dissemination_for(scope(), row_id), proof=form)


@bp.post("/<int:row_id>/capture")
@REVIEW
def capture(row_id: int) -> ResponseReturnValue:
    """Keep the office's own capture of the page."""
    inbox.dissemination_for(scope(), row_id)
    form = CaptureForm()

    def step() -> object:
        file = opened(form.file, captures.prepare_capture)
        if file is None:
            raise Refused(_("Choose a file first."))
        row = inbox.disseminations_for(scope(), [row_id])[0]
        return captures.keep_capture(actor(), row, file)

    if form.validate() and _taken(form, form.file, step):
        flash(_("The capture was kept."), "success")
        return redirect(url_for("evidence.show", row_id=row_id))
    db.session.rollback()
    return _report(inbox.dissemination_for(scope(), row_id), capture=form)


def _taken(form: Any, field: Any, step: Any) -> bool:
    """Take a step and commit; a refusal stands at the field that it names, or at ``field``."""
    try:
        step()
    except NotFound:
        raise
    except Refused as refusal:
        named = getattr(refusal, "field", field.name)
        form[named].errors = [str(refusal)]
        return False
    commit()
    return True


@bp.get("/items/<int:item_id>")
@REVIEW
def item(item_id: int) -> ResponseReturnValue:
    """A picture or capture, compared with the SHA-256 that was kept, or its thumbnail."""
    row = found.item_for(scope(), item_id)
    thumbnail = captures.read_thumbnail(row) if request.args.get("size") == "thumbnail" else None
    if thumbnail is not None:
        return sent_bytes(thumbnail, "image/jpeg")
    return sent_bytes(captures.read_item(row), row.content_type or "")
