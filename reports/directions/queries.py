"""Directions as far as someone sees them: those to the offices of the scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.periods.calendar import Period
from registry.periods.office_report_models import OfficeReport, ReportState
from reports.directions.models import Direction, DirectionState, ReviewItem

PAGE = 50
LATE = "late"
"""In place of a state: open beyond its day."""
S = DirectionState


@dataclass(frozen=True)
class Filters:
    """What of the list is shown; ``state`` is one of the states, or :data:`LATE`."""

    state: str = ""
    office: str = ""
    year: str = ""


def directions(scope: Scope, filters: Filters, today: date, page: int = 1) -> list[Direction]:
    """A page of the list: what is due first, then what is settled, the latest first."""
    query = _filtered(scope, filters, today).order_by(
        Direction.state.notin_([S.OPEN.value, S.DONE.value]), Direction.due_on, Direction.id
    )
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def count_directions(scope: Scope, filters: Filters, today: date) -> int:
    """How many there are in all."""
    found = _filtered(scope, filters, today).with_only_columns(Direction.id).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def directions_of(scope: Scope, period: str) -> list[Direction]:
    """The directions on the report of a period, in the order in which they were given."""
    query = _seen(scope).where(Direction.period == period)
    return list(db.session.scalars(query.order_by(Direction.id)))


def direction_for(scope: Scope, direction_id: int, *, lock: bool = False) -> Direction:
    """One direction.

    Args:
        lock: hold it until the transaction ends.

    Raises:
        NotFound: there is none inside the scope.
    """
    query = _seen(scope).where(Direction.id == direction_id)
    if lock:
        query = query.with_for_update(of=Direction).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def count_for_office(scope: Scope, office_id: int) -> int:
    """How many directions an office has to carry out."""
    open_ = (Direction.office_id == office_id) & (Direction.state == S.OPEN.value)
    query = _seen(scope).where(open_).with_only_columns(func.count(Direction.id))
    return db.session.scalar(query) or 0


def count_to_accept(scope: Scope) -> int:
    """How many directions are done and wait to be accepted."""
    query = _seen(scope).where(Direction.state == S.DONE.value)
    return db.session.scalar(query.with_only_columns(func.count(Direction.id))) or 0


def offices(scope: Scope, today: date) -> list[Office]:
    """The offices of a scope that work today, headquarters first."""
    query = select(Office).where(of_offices(scope, Office.id), Office.open_on(today))
    low = Office.kind.in_([OfficeKind.REGIONAL.value, OfficeKind.PROVINCIAL.value])
    return list(db.session.scalars(query.order_by(low, Office.id)))


def years(scope: Scope) -> list[int]:
    """The fiscal years of the reports on which directions were given, the latest first."""
    found = _seen(scope).with_only_columns(Direction.fiscal_year).distinct()
    return sorted(db.session.scalars(found), reverse=True)


def to_review(scope: Scope, year: int) -> list[ReviewItem]:
    """What was marked to be reviewed for a fiscal year, in the order of marking."""
    return list(db.session.scalars(_review(scope).where(ReviewItem.year == year)))


def review_years(scope: Scope) -> set[int]:
    """The fiscal years for which something was marked."""
    years = _review(scope).with_only_columns(ReviewItem.year).order_by(None)
    return set(db.session.scalars(years))


def review_item_for(scope: Scope, item_id: int) -> ReviewItem:
    """One entry of a list of review.

    Raises:
        NotFound: there is none inside the scope.
    """
    found = db.session.scalar(_review(scope).where(ReviewItem.id == item_id))
    if found is None:
        raise NotFound
    return found


def obstacles(scope: Scope, year: int) -> list[OfficeReport]:
    """Reports of a fiscal year in which offices told of obstacles, not marked for the next yet."""
    marked = select(ReviewItem.report_id).where(
        ReviewItem.year == year + 1, ReviewItem.report_id.is_not(None)
    )
    query = (
        select(OfficeReport)
        .options(joinedload(OfficeReport.office))
        .where(
            of_offices(scope, OfficeReport.office_id),
            OfficeReport.obstacles != "",
            OfficeReport.state != ReportState.DRAFT.value,
            OfficeReport.id.not_in(marked),
        )
        .order_by(OfficeReport.period, OfficeReport.office_id)
    )
    rows = db.session.scalars(query)
    return [row for row in rows if Period.parse(row.period).fiscal_year == year]


def _seen(scope: Scope) -> Select[Direction]:
    return select(Direction).where(of_offices(scope, Direction.office_id))


def _filtered(scope: Scope, filters: Filters, today: date) -> Select[Direction]:
    query = _seen(scope)
    if filters.state == LATE:
        query = query.where(Direction.state == S.OPEN.value, Direction.due_on < today)
    elif filters.state:
        query = query.where(Direction.state == filters.state)
    if filters.office:
        named = select(Office.id).where(Office.code == filters.office)
        query = query.where(Direction.office_id.in_(named))
    if filters.year.isascii() and filters.year.isdigit():
        query = query.where(Direction.fiscal_year == int(filters.year[:4]))
    return query


def _review(scope: Scope) -> Select[ReviewItem]:
    given, told = aliased(Direction), aliased(OfficeReport)
    return (
        select(ReviewItem)
        .outerjoin(given, given.id == ReviewItem.direction_id)
        .outerjoin(told, told.id == ReviewItem.report_id)
        .where(or_(of_offices(scope, given.office_id), of_offices(scope, told.office_id)))
        .where(or_(told.id.is_(None), told.state != ReportState.DRAFT.value))
        .order_by(ReviewItem.id)
    )
