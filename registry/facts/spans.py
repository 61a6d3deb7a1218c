"""The days that a figure is about: a run of whole months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from registry.periods.calendar import Run, month_start


@dataclass(frozen=True)
class Months:
    """Whole months from ``first`` to ``last`` (numbers of :mod:`registry.periods.calendar`)."""

    first: int
    last: int

    @classmethod
    def of(cls, period: Run) -> Months:
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
    def first_end(self) -> date:
        """The last day of the first month."""
        return month_start(self.first + 1) - timedelta(days=1)

    @cached_property
    def before(self) -> date:
        """The day before the first: what stood "at the start"."""
        return self.start - timedelta(days=1)

    @property
    def at_end(self) -> Months:
        """The last month alone: whatever stands is counted at its end."""
        return Months(self.last, self.last)

    @property
    def at_start(self) -> Months:
        """The first month alone."""
        return Months(self.first, self.first)

    @property
    def numbers(self) -> range:
        """The number of each month."""
        return range(self.first, self.last + 1)

    def each(self) -> list[Months]:
        """One run for each month."""
        return [Months(month, month) for month in self.numbers]

    def parted(self, length: int) -> list[Months]:
        """Runs of at most so many months that make them up."""
        starts = range(self.first, self.last + 1, length)
        return [Months(start, min(start + length - 1, self.last)) for start in starts]
