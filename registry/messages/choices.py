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


def read_page(args: Mapping[str, str]) -> int:
    """The number of the page, from 1."""
    text = args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def read_office(args: Mapping[str, str], scope: Scope, own: int) -> int | None:
    """The office whose members' work a queue shows: one's own, or None for all that one sees."""
    return None if not scope.spans_offices or args.get("whose") == "all" else own


def read_id(text: str | None) -> int | None:
    """A number of a record in the address, or None."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if good and text else None
