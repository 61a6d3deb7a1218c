"""The list of periods since the first fact: open, ended but not closed, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from registry.db import db
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
KINDS = (PeriodKind.QUARTER, PeriodKind.MONTH)
"""Lengths of the periods that are reported on; longer ones are listed once they are closed."""


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


def listed(today: date) -> list[Listed]:
    """All periods from the first fact to today, the latest first; a quarter after its months."""
    closed = {row.code: row for row in catalogue.list_periods()}
    periods = {Period.parse(code) for code in closed}
    first = first_month()
    if first is not None:
        for kind in KINDS:
            periods |= set(periods_between(month_start(first), today, kind))
    ordered = sorted(periods, key=lambda one: (one.last_month, -one.length), reverse=True)
    return [Listed(one, one.has_ended(today), closed.get(one.code)) for one in ordered]
