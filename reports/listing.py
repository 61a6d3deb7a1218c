"""The list of periods since the first fact: open, ended but not closed, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain

from sqlalchemy import func, select

from registry.db import db, once
from registry.members.models import Member
from registry.messages.models import Publication
from registry.periods import catalogue
from registry.periods.calendar import (
    Period,
    PeriodKind,
    month_of,
    month_start,
    periods_between,
    to_bangkok_date,
)
from registry.periods.models import SealedPeriod

PAGE = 50
"""Periods on one page of the list."""
WHOLE = frozenset({PeriodKind.HALF, PeriodKind.YEAR})
"""Lengths of the periods that are expected only where the records hold all of their months."""


@dataclass(frozen=True)
class Listed:
    """A period of the list; ``row`` is its seal in force, where it is closed."""

    period: Period
    ended: bool
    row: SealedPeriod | None

    @property
    def state(self) -> str:
        """``closed``, ``ended`` (and not closed) or ``open``."""
        return "closed" if self.row else "ended" if self.ended else "open"


def first_month() -> int | None:
    """The month of the first publication or registration; None in an empty system."""
    published = db.session.scalar(select(func.min(Publication.month)))
    registered = db.session.scalar(select(func.min(Member.created_at)))
    found = [] if published is None else [published]
    found += [] if registered is None else [month_of(to_bangkok_date(registered))]
    return min(found, default=None)


def is_expected(period: Period) -> bool:
    """Whether a period is to be closed some day.

    Months and quarters are from the first fact on; of a half year or fiscal year that began
    before it there would be a report on months of nothing, so the first whole one begins.
    """
    first = once("first month", first_month)
    if first is None:
        return False
    return first <= (period.first_month if period.kind in WHOLE else period.last_month)


def listed(today: date) -> list[Listed]:
    """All periods from the first fact to today, the latest first; a longer one after its parts."""
    closed = {row.code: row for row in catalogue.list_periods()}
    periods = {Period.parse(code) for code in closed}
    first = once("first month", first_month)
    if first is not None:
        some = (periods_between(month_start(first), today, kind) for kind in PeriodKind)
        periods |= {one for one in chain.from_iterable(some) if is_expected(one)}
    ordered = sorted(periods, key=lambda one: (one.last_month, -one.length), reverse=True)
    return [Listed(one, one.has_ended(today), closed.get(one.code)) for one in ordered]
