"""Periods that move with the day on which they are asked for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from registry.periods.calendar import Period, PeriodKind, Run, month_of, span


class Relative(StrEnum):
    """Words for such periods."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    QUARTER_TO_DATE = "this-quarter-to-date"
    LAST_QUARTER = "last-quarter"
    YEAR_TO_DATE = "this-year-to-date"
    LAST_12_MONTHS = "last-12-months"

    def on(self, day: date) -> Run:
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
