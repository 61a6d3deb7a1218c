"""Reading a message's course: hours of receipts and of passing on, its changes, its standards."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, extract, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.messages.ledger_models import DAY_ONLY, LIVE, Dissemination, Recipient
from registry.messages.models import OUT, KeyMessage, MessageMove, MessageState
from registry.messages.travel import SHIFT, Course, Hours, course
from registry.messages.visibility import facts_within, message_within
from registry.periods.models import TimeStandard
from registry.periods.standards import Step

LATEST = 300
"""Messages that are offered for choosing."""
CHANGES = (MessageState.CORRECTED.value, MessageState.WITHDRAWN.value)


def course_of(scope: Scope, message: KeyMessage) -> Course:
    """When a message was received and passed on, as far as the scope sees."""
    if message.published_at is None:
        return Course((), 0, 0)
    return course(message.published_at, _received(scope, message.id), _passed(scope, message.id))


def _received(scope: Scope, message_id: int) -> Hours:
    r = Recipient
    told = or_(r.received_via.is_(None), r.received_via.not_in(DAY_ONLY))
    query = select(_hour(told, r.received_at)).where(
        r.message_id == message_id, r.received_at.is_not(None), facts_within(scope, r)
    )
    return _counted(query)


def _passed(scope: Scope, message_id: int) -> Hours:
    d = Dissemination
    query = select(_hour(d.time_known, d.at)).where(
        d.message_id == message_id, d.state.in_(LIVE), facts_within(scope, d)
    )
    return _counted(query)


def _hour(known: Any, moment: Any) -> Any:
    hour = (cast(extract("epoch", moment), BigInteger) + SHIFT) // 3600
    return case((known, hour)).label("hour")


def _counted(query: Any) -> Hours:
    rows = query.subquery()
    counts = select(rows.c.hour, func.count()).group_by(rows.c.hour)
    return {None if hour is None else int(hour): int(n) for hour, n in db.session.execute(counts)}


def changes_of(scope: Scope, message_id: int) -> list[MessageMove]:
    """Corrections and the withdrawal of a message, the latest first."""
    query = (
        select(MessageMove)
        .join(KeyMessage, KeyMessage.id == MessageMove.message_id)
        .where(MessageMove.message_id == message_id, message_within(scope))
        .where(MessageMove.after.in_(CHANGES))
    )
    return list(db.session.scalars(query.order_by(MessageMove.at.desc(), MessageMove.id.desc())))


def standards_of(scope: Scope, on: date) -> dict[Step, int]:
    """Minutes that the standards of a day allow, for each step that has one; the same for all."""
    later = TimeStandard.valid_from > on
    query = select(TimeStandard.step, TimeStandard.minutes).where(~later)
    rows = db.session.execute(query.order_by(TimeStandard.valid_from))
    return {Step(step): minutes for step, minutes in rows}


def messages_out(scope: Scope, kind: str = "") -> list[KeyMessage]:
    """Messages that have left the house, the latest first; for choosing one."""
    seen = [message_within(scope), KeyMessage.state.in_(sorted(OUT))]
    if kind:
        seen.append(KeyMessage.kind == kind)
    query = select(KeyMessage).where(and_(*seen)).options(joinedload(KeyMessage.office))
    order = (KeyMessage.published_at.desc(), KeyMessage.id.desc())
    return list(db.session.scalars(query.order_by(*order).limit(LATEST)))
