"""Reading evidence: the reports that wait for review, their items, and what was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from registry.access.scope import Scope
from registry.db import SOME, count_up_to, db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.search import named
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.ledger_models import WAITS_FOR_REVIEW, Dissemination, DisseminationState
from registry.messages.visibility import facts_within

PAGE = 50
MOST_SHOWN = 5
"""Earlier reports named beside one item."""
WITHIN = ("picture", "link", "alike")
KINDS = ("with", "without", *WITHIN)
MOST = 1_000
"""Waiting reports that are counted and can be paged through; the next ones follow these."""
D, E = Dissemination, EvidenceItem
_LONGEST = D.recorded_at, D.id


@dataclass(frozen=True)
class ReviewFilters:
    """What the queue is narrowed to; an empty value does not narrow.

    Attributes:
        evidence: ``with`` any, ``picture``, ``link``, ``without``, or ``alike`` (seen before).
        office: id of the office that looks after the members.
    """

    evidence: str = ""
    office: int | None = None
    message_id: int | None = None
    q: str = ""
    page: int = 1


@dataclass(frozen=True)
class Twin:
    """An earlier report with the same or a similar piece of evidence.

    Attributes:
        alike: bits by which two pictures differ; None where picture or link are the same.
        row: the earlier report; None where it lies outside the scope, which is not named then.
    """

    item_id: int
    kind: str
    on: date
    alike: int | None
    row: Dissemination | None


def _seen_before() -> ColumnElement[bool]:
    """One of a report's items is in an earlier standing report of anybody."""
    mine, other, theirs = aliased(E), aliased(E), aliased(D)
    joined = and_(theirs.id == other.dissemination_id, theirs.month == other.month)
    earlier = and_(
        other.id < mine.id,
        other.dissemination_id != mine.dissemination_id,
        theirs.state != DisseminationState.WITHDRAWN.value,
    )

    def twin(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        found = select(other.id).join(theirs, joined)
        return found.where(earlier, condition, other.kind == mine.kind).exists()

    same = or_(
        twin(other.id == mine.like_id),
        twin(other.link_key == mine.link_key),
        and_(mine.kind == EvidenceKind.PICTURE.value, twin(other.sha256 == mine.sha256)),
    )
    items = select(mine.id).where(mine.dissemination_id == D.id, mine.month == D.month, same)
    return items.correlate(D).exists()


def _carries(kind: str) -> ColumnElement[bool]:
    proof = or_(D.link.is_not(None), D.evidence.is_not(None))
    if kind == "alike":
        return _seen_before()
    return {
        "with": proof,
        "without": ~proof,
        "picture": D.evidence.is_not(None),
        "link": D.link.is_not(None),
    }[kind]


def _waiting(scope: Scope, filters: ReviewFilters) -> Any:
    query = select(D).where(WAITS_FOR_REVIEW, facts_within(scope, D))
    if filters.message_id:
        query = query.where(D.message_id == filters.message_id)
    if filters.office or filters.q:
        query = query.join(Member, Member.id == D.member_id).where(named(filters.q))
    if filters.office:
        query = query.where(Member.office_id == filters.office)
    return query


def _queue(scope: Scope, filters: ReviewFilters) -> Any:
    """The reports of one kind; what is carried is told of the first :data:`MOST` with evidence."""
    waiting, kind = _waiting(scope, filters), filters.evidence
    if kind not in KINDS:
        return waiting
    if kind not in WITHIN:
        return waiting.where(_carries(kind))
    first = _first(scope, filters)
    return select(D).join(first, _is(first)).where(_carries(kind))


def _first(scope: Scope, filters: ReviewFilters) -> Any:
    waiting = _waiting(scope, filters).where(_carries("with")).order_by(*_LONGEST)
    return waiting.with_only_columns(D.month, D.id).limit(MOST).subquery()


def _is(row: Any) -> ColumnElement[bool]:
    return and_(D.month == row.c.month, D.id == row.c.id)


def count_waiting(scope: Scope, filters: ReviewFilters) -> dict[str, int]:
    """How many reports wait, by what they carry and in all (``""``), up to :data:`MOST`."""
    first = _first(scope, filters)
    counted = [func.sum(case((_carries(kind), 1), else_=0)) for kind in WITHIN]
    row = db.session.execute(select(*counted).select_from(D).join(first, _is(first))).one()
    found = {kind: int(count or 0) for kind, count in zip(WITHIN, row, strict=True)}
    for kind in ("", "with", "without"):
        found[kind] = count_up_to(MOST, _queue(scope, replace(filters, evidence=kind)))
    return found


def count_with_evidence(scope: Scope, office: int | None) -> int:
    """How many reports with evidence wait, as far as the menu counts them."""
    return count_up_to(SOME, _waiting(scope, ReviewFilters(office=office)).where(_carries("with")))


def list_waiting(scope: Scope, filters: ReviewFilters) -> list[Dissemination]:
    """A page of the queue, the longest waiting first."""
    query = (
        _queue(scope, filters)
        .options(joinedload(D.message), joinedload(D.member), joinedload(D.channel))
        .order_by(*_LONGEST)
        .limit(PAGE)
        .offset((min(filters.page, MOST // PAGE) - 1) * PAGE)
    )
    return list(db.session.scalars(query))


def items_of(scope: Scope, rows: Sequence[Dissemination]) -> dict[int, list[EvidenceItem]]:
    """The evidence of some reports by the report's id, in the order in which it came."""
    query = (
        select(E)
        .join(E.report)
        .where(E.dissemination_id.in_([row.id for row in rows]), facts_within(scope, D))
        .options(joinedload(E.taker))
        .order_by(E.id)
    )
    found: dict[int, list[EvidenceItem]] = {row.id: [] for row in rows}
    for item in db.session.scalars(query):
        found[item.dissemination_id].append(item)
    return found


def item_for(scope: Scope, item_id: int) -> EvidenceItem:
    """A picture or capture.

    Raises:
        NotFound: there is none, or its report lies outside the scope.
    """
    query = select(E).join(E.report).where(E.id == item_id, facts_within(scope, D))
    found = db.session.scalar(query.where(E.stored.is_not(None)))
    if found is None:
        raise NotFound(f"evidence {item_id}")
    return found


def twins_of(scope: Scope, items: Sequence[EvidenceItem]) -> dict[int, list[Twin]]:
    """Earlier reports with the same picture or link, or a similar picture, by item.

    Reports outside the scope are told of by their day alone.
    """
    mine, other, pairs = aliased(E), aliased(E), _pairs([item.id for item in items])
    query = (
        select(mine, other, D, facts_within(scope, D).label("inside"))
        .select_from(pairs)
        .join(mine, mine.id == pairs.c.mine)
        .join(other, other.id == pairs.c.other)
        .join(D, and_(D.id == other.dissemination_id, D.month == other.month))
        .where(pairs.c.place <= MOST_SHOWN)
        .options(joinedload(D.member), joinedload(D.message))
        .order_by(mine.id, other.id)
    )
    found: dict[int, list[Twin]] = {}
    for item, earlier, row, inside in db.session.execute(query):
        alike = None if item.sha256 == earlier.sha256 else item.like_distance
        twin = Twin(earlier.id, item.kind, row.on, alike, row if inside else None)
        found.setdefault(item.id, []).append(twin)
    return found


def _pairs(ids: list[int]) -> Any:
    """Items with each earlier one of a standing report that is the same or alike, ranked."""
    other = aliased(E)
    place = func.row_number().over(partition_by=E.id, order_by=other.id.desc())
    query = (
        select(E.id.label("mine"), other.id.label("other"), place.label("place"))
        .join(other, _same(other))
        .join(D, and_(D.id == other.dissemination_id, D.month == other.month))
        .where(E.id.in_(ids), D.state != DisseminationState.WITHDRAWN.value)
    )
    return query.subquery()


def _same(other: Any) -> ColumnElement[bool]:
    return and_(
        other.id < E.id,
        other.dissemination_id != E.dissemination_id,
        other.kind == E.kind,
        or_(
            other.id == E.like_id,
            other.link_key == E.link_key,
            and_(E.kind == EvidenceKind.PICTURE.value, other.sha256 == E.sha256),
        ),
    )


def decided_lately(scope: Scope, ids: Sequence[int], user_id: int, since: datetime) -> list[int]:
    """Of some reports those whose decision, taken lately by a user, still stands."""
    query = select(D.id).where(
        D.id.in_(ids),
        D.reviewed_by == user_id,
        D.reviewed_at >= since,
        D.state.in_([DisseminationState.ACCEPTED.value, DisseminationState.SENT_BACK.value]),
        facts_within(scope, D),
    )
    return list(db.session.scalars(query))
