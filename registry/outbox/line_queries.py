"""Reading what LINE brought, within a scope: conversations of members, groups, what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.channels.queries import of_offices_in
from registry.db import SOME, count_up_to, db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import of_offices, visible
from registry.members.search import named
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.visibility import facts_within
from registry.outbox.line_answer_models import LineAnswer
from registry.outbox.line_models import (
    EventState,
    Inbound,
    LineAccount,
    LineEvent,
    LineGroup,
    Understood,
)

PAGE = 50
OPEN = (Inbound.understood == Understood.NOTHING.value) & Inbound.settled_at.is_(None)


def _inbound(scope: Scope, office: int | None = None) -> Select[*tuple[Any, ...]]:
    query = select(Inbound).join(Member, Member.id == Inbound.member_id).where(visible(scope))
    return query.where(Member.office_id == office) if office else query


def conversations(
    scope: Scope,
    *,
    show: str = "open",
    q: str = "",
    office: int | None = None,
    page: int = 1,
) -> tuple[list[Inbound], int]:
    """What members said to the bot: what was not understood first, then the latest first.

    Args:
        show: ``open`` for what waits for a person; anything else for all.

    Returns:
        a page of rows, and how many there are.
    """
    query = _inbound(scope, office)
    if show == "open":
        query = query.where(OPEN)
    query = query.where(named(q))
    total = int(db.session.scalar(query.with_only_columns(func.count())) or 0)
    first = case((OPEN, 0), else_=1)
    query = query.options(contains_eager(Inbound.member), joinedload(Inbound.message))
    query = query.order_by(first, Inbound.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return list(db.session.scalars(query)), total


def talk_with(
    scope: Scope, member_id: int, page: int | None = None
) -> tuple[list[Inbound], int, int]:
    """A page of what one member said, the latest at its end; the last page unless told otherwise.

    Returns:
        the rows, how many there are in all, and which page this is.
    """
    query = _inbound(scope).where(Inbound.member_id == member_id)
    total = int(db.session.scalar(query.with_only_columns(func.count())) or 0)
    page = page or max(1, -(-total // PAGE))
    query = query.options(contains_eager(Inbound.member), joinedload(Inbound.message))
    query = query.order_by(Inbound.at, Inbound.id).limit(PAGE).offset((page - 1) * PAGE)
    return list(db.session.scalars(query)), total, page


def count_open(scope: Scope, office: int | None = None) -> int:
    """How much waits that the bot did not understand, as far as the menu counts it."""
    return count_up_to(SOME, _inbound(scope, office).where(OPEN))


def inbound_for(scope: Scope, inbound_id: int, *, lock: bool = False) -> Inbound:
    """Something that a member said.

    Raises:
        NotFound: there is none, or the member lies outside the scope.
    """
    query = _inbound(scope).where(Inbound.id == inbound_id)
    found: Inbound | None = db.session.scalar(query.with_for_update(of=Inbound) if lock else query)
    if found is None:
        raise NotFound(f"inbound {inbound_id}")
    return found


def answers_to(scope: Scope, rows: Sequence[Question | MemberNews]) -> dict[int, LineAnswer]:
    """The latest answer by LINE to each of some questions, or of some news, by their ids."""
    news = bool(rows) and isinstance(rows[0], MemberNews)
    model: Any = MemberNews if news else Question
    column: Any = LineAnswer.news_id if news else LineAnswer.question_id
    query = (
        select(column, LineAnswer)
        .join(model, model.id == column)
        .where(column.in_([row.id for row in rows]), facts_within(scope, model))
        .order_by(LineAnswer.id)
    )
    return {int(number): answer for number, answer in db.session.execute(query)}


def accounts_of_member(scope: Scope, member_id: int) -> list[LineAccount]:
    """The LINE accounts that a member has and had, the latest first."""
    query = (
        select(LineAccount)
        .join(Member, Member.id == LineAccount.member_id)
        .where(Member.id == member_id, visible(scope))
    )
    return list(db.session.scalars(query.order_by(LineAccount.id.desc())))


def groups_in(scope: Scope) -> list[LineGroup]:
    """The groups that the bot is in, and then those that it left."""
    query = (
        select(LineGroup)
        .join(Channel, Channel.id == LineGroup.channel_id)
        .where(of_offices_in(scope))
        .options(
            contains_eager(LineGroup.channel).options(
                joinedload(Channel.office),
                joinedload(Channel.network),
                joinedload(Channel.counts),
            )
        )
        .order_by(LineGroup.left_at.is_not(None), LineGroup.joined_at.desc())
        .limit(200)
    )
    return list(db.session.scalars(query).unique())


def sees_bot(scope: Scope) -> bool:
    """Whether the office of the bot lies in the scope: its people look after the bot."""
    code = current_app.extensions["sang_settings"].line_office
    query = select(Office.id).where(Office.code == code, of_offices(scope, Office.id))
    return db.session.scalar(query) is not None


def failed_events(scope: Scope) -> list[LineEvent]:
    """Events that failed three times, for those who look after the bot."""
    if not sees_bot(scope):
        return []
    query = select(LineEvent).where(LineEvent.state == EventState.FAILED.value)
    return list(db.session.scalars(query.order_by(LineEvent.id.desc()).limit(PAGE)))


def failed_event_for(scope: Scope, event_id: int) -> LineEvent:
    """An event that failed, locked.

    Raises:
        NotFound: there is none, or the bot is another office's.
    """
    query = select(LineEvent).where(
        LineEvent.id == event_id, LineEvent.state == EventState.FAILED.value
    )
    found = db.session.scalar(query.with_for_update()) if sees_bot(scope) else None
    if found is None:
        raise NotFound(f"line event {event_id}")
    return found
