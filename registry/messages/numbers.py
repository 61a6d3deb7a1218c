"""The figures of one message, and who has not reacted; the measures proper are in ``facts``.

The three reaches are kept apart and never added together.  Absent is absent, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

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


def _silent(scope: Scope, message_id: int) -> Select[*tuple[Any, ...]]:
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


def count_silent(scope: Scope, message_id: int) -> int:
    """How many recipients are not known to have received the message."""
    query = _silent(scope, message_id).with_only_columns(func.count())
    return int(db.session.scalar(query) or 0)


def silent(scope: Scope, message_id: int, page: int = 1) -> list[Row[Any]]:
    """Recipients who have not reacted, by name: the member and the row of the ledger."""
    query = (
        _silent(scope, message_id)
        .options(joinedload(Member.district), joinedload(Member.province))
        .order_by(Member.name_key, Member.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(db.session.execute(query))
