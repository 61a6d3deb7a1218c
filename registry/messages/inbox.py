"""Reading what members sent: disseminations to list and review, questions, news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from registry.access.scope import Scope
from registry.db import MANY, SOME, count_up_to, db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.normalise import search_key
from registry.members.queries import visible
from registry.members.search import named
from registry.messages.exchange_models import NewsDecision, NewsOutcome, QuestionResolution
from registry.messages.ledger_models import (
    LEFT_OUT,
    Dissemination,
    DisseminationState,
    MemberNews,
    Question,
)
from registry.messages.models import KeyMessage
from registry.messages.visibility import facts_within
from registry.periods.calendar import Period

PAGE = 50


@dataclass(frozen=True)
class LedgerFilters:
    """What the list of disseminations is narrowed to; an empty value does not narrow.

    Attributes:
        evidence: ``with`` or ``without`` a link or picture.
        office: id of the office that looks after the members.
    """

    state: str = ""
    message_id: int | None = None
    kind: str = ""
    q: str = ""
    evidence: str = ""
    office: int | None = None
    period: Period | None = None
    page: int = 1


def _ledger(scope: Scope, filters: LedgerFilters) -> Any:
    d = Dissemination
    query = select(d).where(facts_within(scope, d))
    if filters.q or filters.office:
        query = query.join(Member, Member.id == d.member_id).where(named(filters.q))
    if filters.state:
        query = query.where(d.state == filters.state)
        if filters.state in (DisseminationState.SENT_BACK, DisseminationState.WITHDRAWN):
            query = query.where(LEFT_OUT)
    if filters.message_id:
        query = query.where(d.message_id == filters.message_id)
    if filters.office:
        query = query.where(Member.office_id == filters.office)
    if filters.kind:
        query = query.where(d.channel_kind == filters.kind)
    if filters.period:
        months = filters.period.months
        query = query.where(d.month.between(months[0], months[-1]))
    if filters.evidence:
        proof = or_(d.link.is_not(None), d.evidence.is_not(None))
        query = query.where(proof if filters.evidence == "with" else ~proof)
    return query


def _latest(filters: LedgerFilters) -> tuple[ColumnElement[int], ...]:
    """The order of the list; of a message's few rows one that no index has.

    By the index of the whole list a database would look through a province for them.
    """
    columns = (Dissemination.month, Dissemination.id)
    return tuple((one + 0 if filters.message_id else one).desc() for one in columns)


def count_disseminations(scope: Scope, filters: LedgerFilters, most: int = MANY) -> int:
    """How many disseminations the filters leave, counted up to ``most``."""
    return count_up_to(most, _ledger(scope, filters))


def count_changed(scope: Scope, filters: LedgerFilters) -> dict[str, int]:
    """How many messages of those that the filters leave were corrected, and how many withdrawn."""
    listed = _ledger(scope, filters).with_only_columns(Dissemination.message_id)
    query = (
        select(KeyMessage.state, func.count())
        .where(KeyMessage.state.in_(("corrected", "withdrawn")), KeyMessage.id.in_(listed))
        .group_by(KeyMessage.state)
    )
    return {state: int(count) for state, count in db.session.execute(query)}


def list_disseminations(
    scope: Scope, filters: LedgerFilters, *, limit: int = PAGE
) -> list[Dissemination]:
    """A page of disseminations, the latest month first, and in it the latest entry.

    The first :data:`MANY` can be paged through; behind them a period is chosen.
    """
    query = (
        _ledger(scope, filters)
        .options(
            joinedload(Dissemination.message),
            joinedload(Dissemination.member),
            joinedload(Dissemination.channel),
        )
        .order_by(*_latest(filters))
        .limit(limit)
        .offset((min(filters.page, MANY // PAGE) - 1) * PAGE)
    )
    return list(db.session.scalars(query))


def dissemination_for(scope: Scope, row_id: int) -> Dissemination:
    """One dissemination.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    d = Dissemination
    found = db.session.scalar(select(d).where(d.id == row_id, facts_within(scope, d)))
    if found is None:
        raise NotFound(f"dissemination {row_id}")
    return found


def disseminations_for(scope: Scope, ids: list[int]) -> list[Dissemination]:
    """Some disseminations, locked for a decision.

    Raises:
        NotFound: one of them does not exist, or lies outside the scope.
    """
    d = Dissemination
    query = select(d).where(d.id.in_(set(ids)), facts_within(scope, d)).order_by(d.id)
    rows = list(db.session.scalars(query.with_for_update(of=d)))
    if len(rows) != len(set(ids)):
        raise NotFound("dissemination")
    return rows


WAITS = or_(Question.answered_at.is_(None), Question.asked_on_at.is_not(None))
"""Questions of which the office has the next word."""


def _is_settled() -> ColumnElement[bool]:
    end = QuestionResolution
    return select(end.id).where(end.question_id == Question.id, end.reopened_at.is_(None)).exists()


def is_open() -> ColumnElement[bool]:
    """Questions that are not settled and of which the office has the next word."""
    return and_(WAITS, ~_is_settled())


def _is_decided(*outcomes: NewsOutcome) -> ColumnElement[bool]:
    row = NewsDecision
    found = select(row.news_id).where(row.news_id == MemberNews.id)
    return found.where(row.outcome.in_(outcomes)).exists()


def _shown(model: Any, show: str) -> ColumnElement[bool]:
    """What a choice of the list means; an unknown one shows what waits."""
    if model is Question:
        known = {"all": true(), "answered": ~WAITS & ~_is_settled(), "settled": _is_settled()}
        return known.get(show, is_open())
    replied = MemberNews.replied_at.is_not(None)
    known = {
        "all": true(),
        "answered": replied,
        "issue": _is_decided(NewsOutcome.ISSUE),
        "nothing": _is_decided(NewsOutcome.NOTHING),
    }
    return known.get(show, and_(~replied, ~_is_decided(*NewsOutcome)))


def _inbox(
    scope: Scope,
    model: Any,
    *,
    show: str,
    q: str = "",
    office: int | None = None,
    period: Period | None = None,
) -> Select[Any]:
    query = (
        select(model)
        .join(Member, Member.id == model.member_id)
        .where(facts_within(scope, model), _shown(model, show))
        .options(joinedload(model.member).joinedload(Member.district))
    )
    if office:
        query = query.where(Member.office_id == office)
    if period:
        query = query.where(model.month.between(period.first_month, period.last_month))
    if q:
        found = [model.text.icontains(q, autoescape=True)]
        if search_key(q):
            found.append(named(q))
        query = query.where(or_(*found))
    return query


def questions(
    scope: Scope,
    *,
    show: str = "open",
    q: str = "",
    office: int | None = None,
    period: Period | None = None,
    page: int = 1,
) -> tuple[list[Question], int]:
    """A page of questions, the longest waiting first, and how many there are.

    Args:
        show: ``open`` (the office has the next word), ``answered``, ``settled`` or ``all``.
    """
    query = _inbox(scope, Question, show=show, q=q, office=office, period=period)
    rows = query.options(joinedload(Question.message), *_WORDS).order_by(
        WAITS.desc(), func.coalesce(Question.asked_on_at, Question.asked_at), Question.id
    )
    return _page(rows, page), _count(query)


_WORDS = (
    selectinload(Question.replies),
    selectinload(Question.resolutions),
    joinedload(Question.answerer),
)
"""Everything that was said, read with the questions."""


def news(
    scope: Scope,
    *,
    show: str = "open",
    q: str = "",
    office: int | None = None,
    period: Period | None = None,
    page: int = 1,
) -> tuple[list[MemberNews], int]:
    """A page of news from members, the latest first, and how many there are.

    Args:
        show: ``open`` (neither answered nor decided), ``answered``, ``issue``, ``nothing`` or
            ``all``.
    """
    query = _inbox(scope, MemberNews, show=show, q=q, office=office, period=period)
    rows = query.options(joinedload(MemberNews.decision)).order_by(
        MemberNews.replied_at.is_not(None), MemberNews.sent_at.desc(), MemberNews.id
    )
    return _page(rows, page), _count(query)


def _page(query: Any, page: int) -> list[Any]:
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def _count(query: Any) -> int:
    return int(db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0)


def count_open_questions(scope: Scope, office: int | None = None) -> int:
    """Questions of which the office has the next word, as far as the menu counts them."""
    return count_up_to(SOME, _inbox(scope, Question, show="open", office=office))


def count_open_news(scope: Scope, office: int | None = None) -> int:
    """News neither answered nor decided, as far as the menu counts them."""
    return count_up_to(SOME, _inbox(scope, MemberNews, show="open", office=office))


def _one(scope: Scope, model: Any, row_id: int, *, lock: bool) -> Any:
    query = select(model).where(model.id == row_id, facts_within(scope, model))
    found = db.session.scalar(query.with_for_update(of=model) if lock else query)
    if found is None:
        raise NotFound(f"{model.__tablename__} {row_id}")
    return found


def question_for(scope: Scope, question_id: int, *, lock: bool = False) -> Question:
    """A question.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    return _one(scope, Question, question_id, lock=lock)  # type: ignore[no-any-return]


def news_for(scope: Scope, news_id: int, *, lock: bool = False) -> MemberNews:
    """News of a member.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    return _one(scope, MemberNews, news_id, lock=lock)  # type: ignore[no-any-return]


def questions_about(scope: Scope, message_id: int) -> list[Row[Any]]:
    """Questions asked about a message, within the scope."""
    query = (
        select(Question)
        .where(Question.message_id == message_id, facts_within(scope, Question))
        .options(joinedload(Question.member), *_WORDS)
        .order_by(Question.asked_at)
        .limit(PAGE)
    )
    return list(db.session.scalars(query))


def members_named(scope: Scope, text: str, *, limit: int = 20) -> list[Member]:
    """Members whose name holds all the words, by name; for choosing one."""
    called = named(text)
    query = select(Member).where(visible(scope), called, Member.state.in_(["active", "inactive"]))
    query = query.options(joinedload(Member.district), joinedload(Member.province))
    return list(db.session.scalars(query.order_by(Member.name_key, Member.id).limit(limit)))
