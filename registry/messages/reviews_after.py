"""What went out at once and is reviewed afterwards: crisis messages, corrections, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.messages import rewording
from registry.messages.models import (
    BEFORE_APPROVAL,
    EDITABLE,
    OUT,
    KeyMessage,
    MessageEditor,
    MessageKind,
    MessageState,
)
from registry.messages.release_models import Release, ReleaseState
from registry.messages.rules import (
    LONGEST_REASON,
    need_review,
    now_or,
    require_own_office,
    require_text,
)
from registry.messages.services import answer, note_move, require_other_head, require_seen, withdraw
from registry.messages.visibility import message_within

S = MessageState


def go_in_crisis(
    actor: Actor,
    message: KeyMessage,
    reason: str,
    answers: Mapping[str, bool],
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Make a message ready to be published at once, without approval, past the quiet hours.

    Args:
        answers: to the checklist, which is not left out in a crisis; a text that was submitted
            before keeps the answers that it has.
        version: the one to whose text they were given.

    Raises:
        Refused: no reason, a point of the checklist is open, another office's message, the text
            is not the one that was shown, or it waits for no approval any more.
    """
    require_own_office(actor, message)
    require_seen(message, version)
    at, before = now_or(at), message.as_state
    if before not in BEFORE_APPROVAL:
        raise Refused(
            _(
                "“%(title)s” waits for no approval any more; reload the page and take the next "
                "step that is offered there.",
                title=message.title,
            )
        )
    text = require_text(
        reason, _("Say what the crisis is and why it cannot wait; whoever reviews it will read it.")
    )
    if before in EDITABLE:
        answer(message, answers, at)
    message.crisis_reason, message.kind = text[:500], MessageKind.CRISIS.value
    message.move(S.PROOFREAD)
    message.edited_by(actor.user_id)
    need_review(message, at)
    note_move(actor, message, before, at, text[:500])


def waits_for_review() -> ColumnElement[bool]:
    """Messages that are out, or being sent, and that nobody has reviewed yet."""
    out = KeyMessage.state.in_({state.value for state in OUT})
    return and_(
        KeyMessage.review_due_at.is_not(None),
        KeyMessage.reviewed_at.is_(None),
        or_(out, KeyMessage.id.in_(_being_sent())),
    )


def _being_sent() -> Select[int]:
    return select(Release.message_id).where(Release.state == ReleaseState.RUNNING.value)


def is_waiting(message: KeyMessage) -> bool:
    """Whether a message is out, or being sent, and nobody has reviewed it yet."""
    if message.review_due_at is None or message.reviewed_at is not None:
        return False
    going = _being_sent().where(Release.message_id == message.id).limit(1)
    return message.is_out or db.session.scalar(going) is not None


def list_waiting(scope: Scope) -> list[KeyMessage]:
    """The messages that wait for review afterwards, the most urgent first."""
    query = (
        select(KeyMessage)
        .where(message_within(scope), waits_for_review())
        .options(joinedload(KeyMessage.office), joinedload(KeyMessage.author))
        .order_by(KeyMessage.review_due_at, KeyMessage.id)
        .limit(500)
    )
    return list(db.session.scalars(query))


def count_waiting(scope: Scope, user_id: int, office_id: int) -> int:
    """How many messages a head may review: their office's, and none that they worked on."""
    others = and_(
        or_(KeyMessage.author_id.is_(None), KeyMessage.author_id != user_id),
        ~KeyMessage.editors.any(MessageEditor.user_id == user_id),
    )
    own = KeyMessage.office_id == office_id
    query = select(func.count(KeyMessage.id)).where(
        message_within(scope), waits_for_review(), own, others
    )
    return int(db.session.scalar(query) or 0)


def review(
    actor: Actor,
    message: KeyMessage,
    note: str,
    *,
    withdraw_because: str | None = None,
    reword: bool = False,
    version: int | None = None,
    at: datetime | None = None,
) -> None:
    """A head who worked on none of it says how it was, or withdraws the message.

    Args:
        note: what was found; it stays inside the office.
        withdraw_because: the reason that members read; None where the message stands.
        reword: put the wording in that was proposed with a correction; otherwise it is declined.
        version: the one that the head was shown.

    Raises:
        Refused: no note, no reason for members, the actor worked on it or works elsewhere,
            nothing waits for review, or the message is not the one that was shown.
    """
    require_other_head(actor, message)
    require_seen(message, version)
    if not is_waiting(message):
        raise Refused(
            _("“%(title)s” does not wait for a review; reload the page.", title=message.title)
        )
    text = require_text(note, _("Write what you found; it is kept with the message."))[:500]
    at = now_or(at)
    if withdraw_because is not None:
        withdraw(actor, message, _told(withdraw_because), at=at)
    elif reword:
        rewording.put_in(actor, message)
    rewording.decline(message)
    message.reviewed_at, message.reviewed_by, message.review_note = at, actor.user_id, text
    db.session.flush()
    record(
        actor,
        Action.MESSAGE_REVIEW,
        "message",
        message.id,
        province=message.office.province_code,
        to=message.state,
        changes={"reason": [None, text[:LONGEST_REASON]]},
    )


def _told(reason: str) -> str:
    return require_text(
        reason,
        _(
            "Write why the message is withdrawn under “Reason that members read”; "
            "what you found is not shown to them."
        ),
    )
