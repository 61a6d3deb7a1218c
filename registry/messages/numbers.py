"""The figures of one message, and who has not reacted; the measures proper are in ``facts``.

The three reaches are kept apart and never added together.  Absent is absent, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from registry.access.scope import Scope
from registry.db import db
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import LIVE, Dissemination, DisseminationState, Recipient
from registry.messages.visibility import facts_within

PAGE = 50
"""States that count: not sent back by the office, not withdrawn."""


@dataclass(frozen=True)
class Numbers:
    """Figures of a message within a scope.

    Attributes:
        recipients: members on a roster on the day of publication.
        received: of these, known to have received it.
        passed_on: of these, with at least one dissemination that counts.
        potential: audience of each channel once, by its first dissemination that counts.
        reported: the members' own figures.
        evidenced: those accepted with evidence.
        waiting: reports that wait for review.
    """

    recipients: int
    received: int
    passed_on: int
    potential: int | None
    reported: int | None
    evidenced: int | None
    disseminations: int
    waiting: int

    @property
    def silent(self) -> int:
        """Recipients who have not reacted: whoever passed it on or declined has received it."""
        return self.recipients - self.received


def _live() -> ColumnElement[bool]:
    return Dissemination.state.in_(LIVE)


def numbers_of(scope: Scope, message_id: int) -> Numbers:
    """The figures of a message, as far as the scope sees."""
    recipients, received, passed_on = db.session.execute(_members(scope, message_id)).one()
    reach = db.session.execute(_reach(scope, message_id)).one()
    return Numbers(
        recipients=recipients,
        received=received or 0,
        passed_on=passed_on or 0,
        potential=reach.potential,
        reported=reach.reported,
        evidenced=reach.evidenced,
        disseminations=reach.disseminations or 0,
        waiting=reach.waiting or 0,
    )


def _members(scope: Scope, message_id: int) -> Select[*tuple[Any, ...]]:
    row = Recipient
    return select(
        func.count(),
        func.sum(case((row.received_at.is_not(None), 1), else_=0)),
        func.sum(case((_passed_on(), 1), else_=0)),
    ).where(row.message_id == message_id, facts_within(scope, row))


def _passed_on() -> ColumnElement[bool]:
    """A recipient has a dissemination that counts."""
    return (
        select(Dissemination.id)
        .where(
            Dissemination.message_id == Recipient.message_id,
            Dissemination.member_id == Recipient.member_id,
            _live(),
        )
        .exists()
    )


def _reach(scope: Scope, message_id: int) -> Select[Any]:
    d = Dissemination
    first = func.row_number().over(
        partition_by=d.channel_id, order_by=(case((_live(), 0), else_=1), d.at, d.id)
    )
    rows = (
        select(d, first.label("place"))
        .where(d.message_id == message_id, d.state != DisseminationState.WITHDRAWN.value)
        .subquery()
    )
    c = rows.c
    live = c.state.in_(LIVE)
    proven = and_(
        c.state == DisseminationState.ACCEPTED.value,
        or_(c.link.is_not(None), c.evidence.is_not(None)),
    )
    reported = DisseminationState.REPORTED.value
    return select(
        func.sum(case((and_(live, c.place == 1), c.audience_potential))).label("potential"),
        func.sum(case((live, c.audience_reported))).label("reported"),
        func.sum(case((proven, c.audience_reported))).label("evidenced"),
        func.sum(case((live, 1), else_=0)).label("disseminations"),
        func.sum(case((c.state == reported, 1), else_=0)).label("waiting"),
    ).where(facts_within(scope, c))


def silent_rows(scope: Scope, message_id: int) -> Select[*tuple[Any, ...]]:
    """A select of the recipients who have not reacted: the member and the row of the ledger."""
    row = Recipient
    return (
        select(Member, row)
        .join(row, row.member_id == Member.id)
        .where(
            row.message_id == message_id,
            row.received_at.is_(None),
            row.declined_at.is_(None),
            facts_within(scope, row),
            visible(scope),
        )
    )
