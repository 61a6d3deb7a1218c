"""Time as the department counts it: fiscal periods, Buddhist years, Bangkok days.

A *month* is one integer, ``C.E. year * 12 + month - 1``, so that any period is a run of whole
numbers that a database can compare and partition by.  The fiscal year runs from 1 October to
30 September and is named by the Buddhist year in which it ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from registry.errors import Refused
from registry.periods.wording import BE_OFFSET, format_date, period_label

__all__ = [
    "BANGKOK",
    "BE_OFFSET",
    "Period",
    "PeriodError",
    "PeriodKind",
    "Run",
    "bangkok",
    "format_date",
    "format_datetime",
    "month_of",
    "month_start",
    "periods_between",
    "span",
    "to_bangkok_date",
    "utc_now",
]

BANGKOK = ZoneInfo("Asia/Bangkok")
_OCTOBER = 9
_YEARS = range(2400, 2700)
_CODE = re.compile(r"([0-9]{4})-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])|FY)")


class PeriodError(Refused, ValueError):
    """A text that names no period, as one sentence for the person who wrote it."""

    def __init__(self, text: str) -> None:
        self.text = text
        sentence = _(
            "“%(text)s” is not a period: write a month as 2568-10, a quarter as 2569-Q1, "
            "a half year as 2569-H1 or a fiscal year as 2569-FY (Buddhist years).",
            text=text[:40],
        )
        super().__init__(sentence)


class PeriodKind(StrEnum):
    """The four lengths of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def length(self) -> int:
        """Whole months that it holds."""
        return _LENGTHS[self]


_LENGTHS = dict(zip(PeriodKind, (1, 3, 6, 12), strict=True))
_KINDS = {length: kind for kind, length in _LENGTHS.items()}


@dataclass(frozen=True, order=True)
class Run:
    """Whole months in a row, however many.

    Args:
        first_month: number (see the module) of its first month.
        length: whole months, at least 1.

    Raises:
        ValueError: it holds no month.
    """

    first_month: int
    length: int = 1

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

    def previous(self) -> Self:
        """The one of the same length just before it."""
        return type(self)(self.first_month - self.length, self.length)

    def same_last_year(self) -> Self:
        """The same months one year earlier."""
        return type(self)(self.first_month - 12, self.length)

    def has_ended(self, today: date) -> bool:
        """Whether its last day lies before ``today`` (a day in Bangkok)."""
        return today > self.end

    def label(self, locale: str = "th", style: str = "long") -> str:
        """Its first and last month: ``ตุลาคม 2568 – มีนาคม 2569``; styles as of a period."""
        ends = (Period(month).label(locale, style) for month in (self.first_month, self.last_month))
        return " – ".join(dict.fromkeys(ends))

    def __str__(self) -> str:
        return self.code


def span(first_month: int, last_month: int) -> Run:
    """The months from one to another, both inclusive: a period wherever they are one.

    Only periods are closed.

    Raises:
        ValueError: the last one lies before the first.
    """
    length = last_month - first_month + 1
    try:
        return Period(first_month, length)
    except ValueError:
        return Run(first_month, length)


@dataclass(frozen=True, order=True)
class Period(Run):
    """A calendar month, or a fiscal quarter, half or year; sorts by its first month.

    Args:
        first_month: number (see the module) of its first month.
        length: whole months: 1, 3, 6 or 12.

    Raises:
        ValueError: no period of that length begins in that month.
    """

    def __post_init__(self) -> None:
        if self.length not in _KINDS or (self.first_month - _OCTOBER) % self.length:
            raise ValueError(f"no period of {self.length} months begins in {self.first_month}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2568-10``, ``2569-Q1``, ``2569-H1`` or ``2569-FY``, and nothing else.

        Raises:
            PeriodError: any other text, years that cannot be B.E. among them.
        """
        found = _CODE.fullmatch(text)
        if not found or int(found[1]) not in _YEARS:
            raise PeriodError(text)
        year = int(found[1]) - BE_OFFSET
        if found[2]:
            return cls(year * 12 + int(found[2]) - 1)
        length = 3 if found[3] else 6 if found[4] else 12
        number = int(found[3] or found[4] or 1)
        return cls((year - 1) * 12 + _OCTOBER + (number - 1) * length, length)

    @classmethod
    def containing(cls, day: date, kind: PeriodKind = PeriodKind.MONTH) -> Period:
        """The period of a kind in which a day lies."""
        month = month_of(day)
        return cls(month - (month - _OCTOBER) % kind.length, kind.length)

    @property
    def kind(self) -> PeriodKind:
        """Month, quarter, half or year."""
        return _KINDS[self.length]

    @property
    def fiscal_year(self) -> int:
        """The fiscal year (B.E.) in which it lies."""
        return (self.first_month - _OCTOBER) // 12 + 1 + BE_OFFSET

    @property
    def year(self) -> int:
        """The year (B.E.) in its name: a month's calendar year, else the fiscal year."""
        return self.first_month // 12 + BE_OFFSET if self.length == 1 else self.fiscal_year

    @property
    def number(self) -> int:
        """Which one of its year: calendar month 1–12, quarter 1–4, half 1–2, year 1."""
        if self.length == 1:
            return self.first_month % 12 + 1
        return (self.first_month - _OCTOBER) % 12 // self.length + 1

    @property
    def code(self) -> str:
        """As operators write it: ``2568-10``, ``2569-Q1``, ``2569-H1``, ``2569-FY``."""
        match self.kind:
            case PeriodKind.MONTH:
                part = f"{self.number:02d}"
            case PeriodKind.QUARTER:
                part = f"Q{self.number}"
            case PeriodKind.HALF:
                part = f"H{self.number}"
            case PeriodKind.YEAR:
                part = "FY"
        return f"{self.year:04d}-{part}"

    def next(self) -> Period:
        """The period of the same length just after it."""
        return Period(self.first_month + self.length, self.length)

    def label(self, locale: str = "th", style: str = "long") -> str:
        """Its name: ``ไตรมาส 1 ปีงบประมาณ 2569``, or ``short`` for axes: ``ไตรมาส 1/2569``."""
        return period_label(self.kind, self.year, self.number, locale, style)


def month_of(day: date) -> int:
    """The number of the month in which a day lies."""
    return day.year * 12 + day.month - 1


def month_start(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def periods_between(first: date, last: date, kind: PeriodKind = PeriodKind.MONTH) -> list[Period]:
    """All periods of a kind that hold a day from ``first`` to ``last`` (inclusive), in order."""
    begin = Period.containing(first, kind)
    return [
        Period(month, kind.length)
        for month in range(begin.first_month, month_of(last) + 1, kind.length)
    ]


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def bangkok(moment: datetime) -> datetime:
    """A moment by the clocks of Bangkok.

    Raises:
        ValueError: the moment has no time zone, so nobody can say which one it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown in Bangkok's")
    return moment.astimezone(BANGKOK)


def to_bangkok_date(moment: datetime) -> date:
    """The day in Bangkok on which a moment falls."""
    return bangkok(moment).date()


def format_datetime(moment: datetime, locale: str = "th", style: str = "short") -> str:
    """A moment in Bangkok: ``15 ม.ค. 2569 14:30 น.``; styles as :func:`format_date`."""
    local = bangkok(moment)
    hours = f"{local:%H:%M}" + (" น." if locale == "th" else "")
    return f"{format_date(local.date(), locale, style)} {hours}"
