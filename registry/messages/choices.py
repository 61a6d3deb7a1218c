"""What filters offer, and how the address of a list is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.access.scope import Scope
from registry.periods.calendar import Period, PeriodError, PeriodKind

MONTHS_BACK = 15


def read_period(text: str) -> Period | None:
    """A period of the address; what is none does not narrow."""
    try:
        return Period.parse(text)
    except PeriodError:
        return None


def period_choices(today: date, locale: str) -> list[tuple[str, str]]:
    """The latest months, then quarters and fiscal years, newest first."""
    found: list[tuple[str, str]] = []
    for kind, count in (
        (PeriodKind.MONTH, MONTHS_BACK),
        (PeriodKind.QUARTER, 6),
        (PeriodKind.YEAR, 3),
    ):
        period = Period.containing(today, kind)
        for _ in range(count):
            found.append((period.code, period.label(locale)))
            period = period.previous()
    return found


def month_choices(today: date, locale: str) -> list[tuple[str, str]]:
    """The latest months, newest first."""
    return period_choices(today, locale)[:MONTHS_BACK]


def read_office(args: Mapping[str, str], scope: Scope, own: int) -> int | None:
    """The office whose members' work a queue shows: one's own, or None for all that one sees."""
    return None if not scope.spans_offices or args.get("whose") == "all" else own
