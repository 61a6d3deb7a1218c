"""Runs of whole months that are no standard period, and words for periods relative to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from registry.periods.calendar import Period, PeriodKind, month_of, month_start


@dataclass(frozen=True, order=True)
class Run:
    """Whole months in a row, as a :class:`~registry.periods.calendar.Period` but of any length.

    Args:
        first_month: number (see :mod:`registry.periods.calendar`) of its first month.
        length: whole months, at least 1.

    Raises:
        ValueError: it holds no month.
    """

    first_month: int
    length: int

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError("a run holds at least one month")

    @property
    def last_month(self) -> int:
        """Number of its last month, inclusive."""
        return self.first_month + self.length - 1

    @property
    def months(self) -> tuple[int, ...]:
        """The numbers of all its months, in order."""
        return tuple(range(self.first_month, self.last_month + 1))

    @property
    def start(self) -> date:
        """Its first day (C.E.)."""
        return month_start(self.first_month)

    @property
    def end(self) -> date:
        """Its last day (C.E.), inclusive."""
        return month_start(self.last_month + 1) - timedelta(days=1)

    @property
    def code(self) -> str:
        """Its first and last month as operators write them: ``2568-10--2569-03``."""
        return f"{Period(self.first_month).code}--{Period(self.last_month).code}"

    def previous(self) -> Run:
        """The run of the same length just before it."""
        return Run(self.first_month - self.length, self.length)

    def same_last_year(self) -> Run:
        """The same months one year earlier."""
        return Run(self.first_month - 12, self.length)

    def has_ended(self, today: date) -> bool:
        """Whether its last day lies before ``today`` (a day in Bangkok)."""
        return today > self.end

    def label(self, locale: str = "th", style: str = "long") -> str:
        """Its first and last month: ``ตุลาคม 2568 – มีนาคม 2569``; styles as of a period."""
        ends = (Period(month).label(locale, style) for month in (self.first_month, self.last_month))
        return " – ".join(dict.fromkeys(ends))


Span = Period | Run
"""Whole months in a row: a standard period wherever it is one, since only those are closed."""


def span(first_month: int, last_month: int) -> Span:
    """The months from one to another, both inclusive.

    Raises:
        ValueError: the last one lies before the first.
    """
    length = last_month - first_month + 1
    try:
        return Period(first_month, length)
    except ValueError:
        return Run(first_month, length)


class Relative(StrEnum):
    """Periods that move with the day on which they are asked for."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    QUARTER_TO_DATE = "this-quarter-to-date"
    LAST_QUARTER = "last-quarter"
    YEAR_TO_DATE = "this-year-to-date"
    LAST_12_MONTHS = "last-12-months"

    def on(self, day: date) -> Span:
        """The months that it means on a day; "last" are complete ones, the day's is not."""
        now = month_of(day)
        match self:
            case Relative.THIS_MONTH:
                return Period(now)
            case Relative.LAST_MONTH:
                return Period(now - 1)
            case Relative.LAST_QUARTER:
                return Period.containing(day, PeriodKind.QUARTER).previous()
            case Relative.LAST_12_MONTHS:
                return span(now - 12, now - 1)
            case Relative.QUARTER_TO_DATE:
                return span(Period.containing(day, PeriodKind.QUARTER).first_month, now)
            case Relative.YEAR_TO_DATE:
                return span(Period.containing(day, PeriodKind.YEAR).first_month, now)


RELATIVE_NAMES = {
    Relative.THIS_MONTH: _l("This month"),
    Relative.LAST_MONTH: _l("Last month"),
    Relative.QUARTER_TO_DATE: _l("This quarter to date"),
    Relative.LAST_QUARTER: _l("Last quarter"),
    Relative.YEAR_TO_DATE: _l("This fiscal year to date"),
    Relative.LAST_12_MONTHS: _l("Last 12 months"),
}
