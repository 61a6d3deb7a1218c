"""What is done with a plan: decide, apply, discard, undo, ask another office."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from importers import queries, services
from importers.deciding import equally_likely
from importers.forms import DecideForm
from importers.models import BatchState, Decision, ImportBatch
from importers.views import RUN, bp
from registry.access.gate import actor, scope
from registry.carry import press
from registry.db import commit
from registry.errors import Refused
from registry.members.duplicates import CERTAIN, Match
from registry.members.form_views import signer
from registry.members.hints import give_hints

__all__ = ["bp"]


def back_to(
    batch_id: int, row: int | None = None, *, shown: int | None = None
) -> ResponseReturnValue:
    """The page from which the step was taken, at the row in question.

    Args:
        shown: a row to show there in any case, because its status may be another one now.
    """
    status, page = request.args.get("status") or None, request.args.get("page") or None
    anchor = f"row-{row or shown}" if row or shown else None
    address = url_for(
        "imports.show", batch_id=batch_id, status=status, page=page, row=shown, _anchor=anchor
    )
    return redirect(address)


@bp.post("/<int:batch_id>/decisions")
@RUN
def decide(batch_id: int) -> ResponseReturnValue:
    """Decide about one row, or about all rows of a status that nobody decided yet."""
    batch, form = queries.batch_for(scope(), batch_id), DecideForm()
    rows = request.form.getlist("row", type=int) or None
    if form.validate_on_submit():
        press(lambda: _decide(batch, form, rows))
    return back_to(batch_id, rows[0] if rows else None)


def _decide(batch: ImportBatch, form: DecideForm, rows: list[int] | None) -> None:
    status, decision = form.chosen
    member = request.form.get("member", type=int)
    count = services.decide(batch, rows, status, decision, member_id=member)
    if rows is None:
        flash(_("%(count)s rows decided.", count=count), "success")
        if decision is Decision.SAME and (tied := equally_likely(batch)):
            flash(_("%(count)s rows have several equally likely members: decide them one by one.",
                    count=tied), "warning")  # fmt: skip


@bp.post("/<int:batch_id>/commit")
@RUN
def apply(batch_id: int) -> ResponseReturnValue:
    """Have the plan applied as it was shown; sent twice it is applied once."""
    batch = queries.batch_for(scope(), batch_id)
    press(lambda: _apply(batch))
    return redirect(url_for("imports.show", batch_id=batch_id))


def _apply(batch: ImportBatch) -> None:
    batch.lock()
    if batch.as_state is BatchState.COMMITTED:
        return
    if not _is_the_plan_shown(batch):
        raise Refused(_("The plan is another one by now; look at it again, then import."))
    services.start_commit(actor(), batch)


def _is_the_plan_shown(batch: ImportBatch) -> bool:
    """Whether the button was pressed below this very plan, and not one made anew since."""
    shown = request.form.get("plan", "")
    return batch.planned_at is not None and shown == stamp(batch.planned_at)


def stamp(planned_at: datetime) -> str:
    """What tells one plan of a batch from another."""
    return planned_at.isoformat()


@bp.post("/<int:batch_id>/discard")
@RUN
def discard(batch_id: int) -> ResponseReturnValue:
    """Give the plan up."""
    batch = queries.batch_for(scope(), batch_id)
    done = _("The plan was discarded; nothing was imported.")
    if press(lambda: services.discard(actor(), batch), done):
        return redirect(url_for("imports.index"))
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/ask")
@RUN
def ask(batch_id: int) -> ResponseReturnValue:
    """Go and ask the office that looks after a row's member; looking there is noted."""
    number = request.form.get("row", type=int)
    match = _elsewhere(batch_id, number)
    if match is None:
        flash(_("Nobody of another office is told of for this row."), "warning")
        return back_to(batch_id, number)
    hints, _held_back = give_hints(actor(), [match])
    commit()
    if not hints:
        flash(_("You looked up many people of other offices within the hour; please try later."),
              "warning")  # fmt: skip
        return back_to(batch_id, number)
    token = str(signer().dumps([hints[0].member_id, current_user.id]))
    return redirect(url_for("transfers.new", token=token))


def _elsewhere(batch_id: int, number: int | None) -> Match | None:
    """The likeliest member of another office whom a row may be."""
    queries.batch_for(scope(), batch_id)
    row = queries.row_of(scope(), batch_id, number or 0)
    for found in row.matches if row else ():
        if not found["inside"] and found["score"] >= CERTAIN:
            return Match(**{**found, "reasons": tuple(found["reasons"])})
    return None
