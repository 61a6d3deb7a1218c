"""Working days of government offices, in which the deadlines of their reports are counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5
_NOT_FOR_OFFICES = ("วันแรงงานแห่งชาติ", "วันเด็กแห่งชาติ")


def thai_holidays(years: Iterable[int]) -> dict[date, str]:
    """Holidays of Thai government offices in some C.E. years, with their Thai names.

    They seed the calendar that the administrator then corrects: days that the cabinet has not
    announced yet are missing.  Labour Day is left out (government offices work on it), and so
    is Children's Day, always a Saturday.
    """
    import holidays

    found = holidays.country_holidays(
        "TH", years=list(years), categories=("public", "government"), language="th"
    )
    kept = {day: _for_offices(name) for day, name in sorted(found.items())}
    return {day: name for day, name in kept.items() if name}


def _for_offices(name: str) -> str:
    """A day's name without the occasions on which government offices work."""
    parts = [part for part in name.split("; ") if not part.endswith(_NOT_FOR_OFFICES)]
    return "; ".join(parts)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Whether it is neither a Saturday, a Sunday nor a holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_days_between(start: date, end: date, holidays: Collection[date]) -> int:
    """How many working days lie after ``start``, up to and including ``end``.

    Raises:
        ValueError: the end comes before the start.
    """
    if end < start:
        raise ValueError(f"{end} comes before {start}")
    days = ((start + _DAY * step) for step in range(1, (end - start).days + 1))
    return sum(is_working_day(day, holidays) for day in days)


def add_working_days(start: date, days: int, holidays: Collection[date]) -> date:
    """The day on which the given number of working days after ``start`` has passed.

    Raises:
        ValueError: a negative number.
    """
    if days < 0:
        raise ValueError(f"{days} working days cannot be added")
    day = start
    while days:
        day += _DAY
        days -= is_working_day(day, holidays)
    return day
