"""What the office makes of a report, and taking a report back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.receipts import take_back_implied
from registry.messages.rules import LONGEST_REASON, now_or, require_text

UNDONE = {
    DisseminationState.ACCEPTED: DisseminationState.SENT_BACK,
    DisseminationState.SENT_BACK: DisseminationState.REPORTED,
}
DECIDED = frozenset(UNDONE)


def review(
    actor: Actor,
    rows: Sequence[Dissemination],
    *,
    accept: bool,
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """The office accepts reports, or sends them back with a reason; returns how many.

    An accepted report counts as evidenced reach only where a link or a picture proves it.

    Raises:
        Refused: sent back without a reason, or one was withdrawn or decided meanwhile.
    """
    if not accept:
        reason = require_text(reason, _("Say what is missing, so that the member can mend it."))
    reason = reason[:LONGEST_REASON]
    to = DisseminationState.ACCEPTED if accept else DisseminationState.SENT_BACK
    now = now_or(at)
    for row in rows:
        before = row.move(to)
        row.reviewed_at, row.reviewed_by = now, actor.user_id
        row.review_reason = reason or None
        _audit_move(actor, Action.DISSEMINATION_REVIEW, row, before, reason)
    db.session.flush()
    return len(rows)


def undo(actor: Actor, rows: Sequence[Dissemination]) -> int:
    """Take back one's own decisions: the reports wait for review again; returns how many.

    An accepted report goes back by way of “sent back”; both steps stand in the trail.

    Raises:
        Refused: one of them was decided by somebody else, or changed meanwhile.
    """
    for row in rows:
        if row.reviewed_by != actor.user_id or row.as_state not in DECIDED:
            raise Refused(
                _(
                    "Another person or the member has changed one of these reports meanwhile; look "
                    "at each one instead."
                )
            )
    for row in rows:
        while row.as_state is not DisseminationState.REPORTED:
            before = row.move(UNDONE[row.as_state])
            _audit_move(actor, Action.DISSEMINATION_REVIEW, row, before, "")
        row.reviewed_at = row.reviewed_by = row.review_reason = None
    db.session.flush()
    return len(rows)


def withdraw(actor: Actor, row: Dissemination, reason: str = "") -> None:
    """Who reported it takes it back; it no longer counts, and stays in the trail.

    Raises:
        Refused: it was withdrawn already.
    """
    reason = reason[:LONGEST_REASON]
    before = row.move(DisseminationState.WITHDRAWN)
    row.review_reason = reason or row.review_reason
    _audit_move(actor, Action.DISSEMINATION_WITHDRAW, row, before, reason)
    db.session.flush()
    take_back_implied(row.message_id, row.member_id)


def _audit_move(
    actor: Actor, action: Action, row: Dissemination, before: DisseminationState, reason: str
) -> None:
    record(
        actor,
        action,
        "dissemination",
        row.id,
        province=row.province_code,
        message=row.message_id,
        from_=before.value,
        to=row.state,
        changes={"reason": [None, reason]} if reason else None,
    )
