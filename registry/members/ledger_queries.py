"""What a member did with messages, in a few figures for the member's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from registry.access.scope import Scope
from registry.db import db
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import LIVE, Dissemination, DisseminationState, Recipient


@dataclass(frozen=True)
class Ledger:
    """Messages that reached a member, those received and passed on, and the last time."""

    reached: int
    received: int
    passed_on: int
    accepted: int
    last_on: date | None


def ledger_of(scope: Scope, member_id: int) -> Ledger:
    """The figures of a member; all 0 outside the scope."""
    reached = (
        select(func.count(), func.count(Recipient.received_at))
        .join(Member, Member.id == Recipient.member_id)
        .where(Member.id == member_id, visible(scope))
    )
    passed = (
        select(
            func.count(func.distinct(Dissemination.message_id)),
            func.sum(case((Dissemination.state == DisseminationState.ACCEPTED.value, 1), else_=0)),
            func.max(Dissemination.on),
        )
        .join(Member, Member.id == Dissemination.member_id)
        .where(Member.id == member_id, visible(scope), Dissemination.state.in_(LIVE))
    )
    first, second = db.session.execute(reached).one(), db.session.execute(passed).one()
    return Ledger(first[0], first[1], second[0], second[1] or 0, second[2])
