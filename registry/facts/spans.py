"""The days that a figure is about: a run of whole months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from registry.periods.calendar import month_start
from registry.periods.runs import Span


@dataclass(frozen=True)
class Months:
    """Whole months from ``first`` to ``last`` (numbers of :mod:`registry.periods.calendar`)."""

    first: int
    last: int

    @classmethod
    def of(cls, period: Span) -> Months:
        """The months of a period."""
        return cls(period.first_month, period.last_month)

    @cached_property
    def start(self) -> date:
        """The first day."""
        return month_start(self.first)

    @cached_property
    def end(self) -> date:
        """The last day, inclusive."""
        return month_start(self.last + 1) - timedelta(days=1)

    @cached_property
    def before(self) -> date:
        """The day before the first: what stood "at the start"."""
        return self.start - timedelta(days=1)

    def each(self) -> list[Months]:
        """One run for each month."""
        return [Months(month, month) for month in range(self.first, self.last + 1)]


def months_back(day: date, months: int) -> date:
    """The day that lies so many months before another, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    last = month_start(index + 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
