"""What stands in the calendar of a fiscal year: one entry for each day that matters to a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from registry.access.scope import Scope
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind, periods_between
from registry.periods.office_report_queries import Counts, counts_of, expected
from reports.listing import Listed
from reports.schedule import closes_on


class What(StrEnum):
    """What happens on a day."""

    ENDS = "ends"
    DUE = "due"
    CLOSES = "closes"


WHAT_NAMES = {
    What.ENDS: _l("Last day of the period"),
    What.DUE: _l("Reports of the offices are due"),
    What.CLOSES: _l("The period closes by itself"),
}


@dataclass(frozen=True)
class Entry:
    """A day of a period.

    Attributes:
        listed: how the period stands.
        counts: the reports that offices of the scope owe for it; None where nobody owes one.
    """

    day: date
    what: What
    listed: Listed
    counts: Counts | None

    @property
    def period(self) -> Period:
        """The period."""
        return self.listed.period

    @property
    def missing(self) -> int:
        """Reports that are not handed in, once the period has ended."""
        if self.counts is None or not self.listed.ended:
            return 0
        return self.counts.expected - self.counts.received


def entries(scope: Scope, year: Period, today: date) -> list[Entry]:
    """The entries of a fiscal year by day; those of the year before too, where their days are its.

    Where nobody owes a report nothing is due, and nothing closes by itself that is closed by hand.
    """
    periods = [
        one
        for kind in PeriodKind
        for one in periods_between(Period(year.first_month - 6).start, year.end, kind)
    ]
    counts = counts_of(expected(scope, periods, today))
    closed = {row.code: row for row in catalogue.list_periods()}
    found = []
    for one in periods:
        listed, days = Listed(one, one.has_ended(today), closed.get(one.code)), {What.ENDS: one.end}
        if one in counts and (due := counts[one].due):
            days[What.DUE] = due
        closing = closes_on(one) if listed.row is None else None
        if closing is not None:
            days[What.CLOSES] = closing
        found += [
            Entry(day, what, listed, counts.get(one))
            for what, day in days.items()
            if year.start <= day <= year.end
        ]
    order = list(What)
    return sorted(found, key=lambda one: (one.day, order.index(one.what), one.period.length))


def by_month(found: list[Entry], year: Period) -> list[tuple[Period, list[Entry]]]:
    """The months of a year, each with its entries."""
    return [
        (month, [one for one in found if month.start <= one.day <= month.end])
        for month in map(Period, year.months)
    ]
