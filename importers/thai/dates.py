"""Days as Thai sheets write them; whether a year is B.E. or C.E. is decided for each cell.

A real date cell may hold a B.E. year (``2569-01-15`` typed as such), text may be
``15 ม.ค. 69``, ``15 มกราคม พ.ศ. ๒๕๖๙``, ``15/1/69`` or ``2569-01-15``.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.months import MONTH_PATTERN, month_number
from importers.thai.text import arabic, clean, is_blank, to_text
from importers.thai.years import LIKELY, OLDEST, Era, read_birth_year, years_meant
from registry.periods.wording import BE_OFFSET

_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)
_SERIAL = re.compile("[2-7][0-9]{4}")
_FEBRUARY = 2

_ERA = r"(?P<era>พ ?\. ?ศ ?\.?|ค ?\. ?ศ ?\.?|พศ\.?|คศ\.?|ปี พ\.ศ\.|ปี|b\.?e\.?|a\.?d\.?|c\.?e\.?)?"
_NOISE = re.compile(r"^(?:วัน)?(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?|ศุกร์|เสาร์|อาทิตย์)?(?:ที่|ที)? ?|^วันที่ ?")
_CLOCK = re.compile(r"[ ,]+(?:เวลา )?[0-9]{1,2}[:.][0-9]{2}(?::[0-9]{2})?(?: ?น\.?)?$")
_SEP = r" ?[/\-.] ?"
_NUMERIC = re.compile(
    rf"^(?P<d>[0-9]{{1,2}}){_SEP}(?P<m>[0-9]{{1,2}}){_SEP}{_ERA} ?(?P<y>[0-9]{{2,4}})$"
)
_ISO = re.compile(rf"^(?P<y>[0-9]{{4}}){_SEP}(?P<m>[0-9]{{1,2}}){_SEP}(?P<d>[0-9]{{1,2}})$")
_NAMED = re.compile(
    rf"^(?:(?P<d>[0-9]{{1,2}})[ ,/\-.]*)?(?:เดือน ?)?{MONTH_PATTERN}[ ,/\-.]*"
    rf"{_ERA} ?'?(?P<y>[0-9]{{2,4}})$",
    re.IGNORECASE,
)
_PATTERNS = (_NUMERIC, _ISO, _NAMED)


class Bounds(NamedTuple):
    """Between which days a date makes sense; outside them it is a question."""

    first: date
    last: date
    likely_first: date | None = None

    @property
    def years(self) -> tuple[int, int]:
        """Between which years a two-digit year must lie."""
        return (self.likely_first or self.first).year, self.last.year


@lru_cache(maxsize=4)
def joined_bounds(today: date) -> Bounds:
    """For the day on which a member joined: from 1990 to today."""
    return Bounds(date(1990, 1, 1), today)


@lru_cache(maxsize=4)
def birth_bounds(today: date) -> Bounds:
    """For a day of birth: the last 110 years, of which two digits mean the last 90."""
    return Bounds(date(today.year - OLDEST, 1, 1), today, date(today.year - LIKELY, 1, 1))


@lru_cache(maxsize=10_000, typed=True)
def read_date(cell: Cell, bounds: Bounds) -> Finding[date]:
    """Read one day.

    Args:
        bounds: decide what a two-digit year means, and what is asked about.
    """
    match cell:
        case BadCell():
            return refuse(Code.BAD_CELL, text=cell.text)
        case datetime():
            return _from_cell(cell.date(), bounds)
        case date():
            return _from_cell(cell, bounds)
        case time():
            return refuse(Code.DATE_UNREADABLE, text=cell.isoformat())
        case bool() | None:
            return Finding(None)
        case int() | float() if int(cell) in _SERIALS:
            day = _EXCEL_EPOCH + timedelta(days=int(cell))
            return _bounded(day, bounds, (Remark(Code.DATE_SERIAL, shown(day)),))
    return _from_text(clean(to_text(cell)), bounds)


def _from_cell(day: date, bounds: Bounds) -> Finding[date]:
    """A real date cell; its year is B.E. when it lies centuries ahead.

    Excel takes ``15/1/69`` for 1969: where that is far too early, B.E. 2569 is proposed.
    """
    if day.year >= Era.FIRST_BE:
        year = day.year - BE_OFFSET
        if (day.month, day.day) == (_FEBRUARY, 29) and not isleap(year):
            return _not_leap(year)
        actual = day.replace(year=year)
        return _bounded(actual, bounds, (Remark(Code.DATE_BE_CELL, shown(actual)),))
    if day < bounds.first:
        for year in years_meant(day.year % 100, *bounds.years):
            proposal = _proposal(year, day.month, day.day)
            return refuse(Code.DATE_AMBIGUOUS, proposal, text=f"{day:%d/%m/%Y}")
    return _bounded(day, bounds)


def _from_text(raw: str, bounds: Bounds) -> Finding[date]:
    text = _CLOCK.sub("", _NOISE.sub("", arabic(raw)))
    if is_blank(raw):
        return Finding(None)
    if _SERIAL.fullmatch(text):  # all cells of a text file are texts
        return read_date(int(text), bounds)
    for pattern in _PATTERNS:
        if found := pattern.match(text):
            return _from_parts(found, raw, bounds)
    return refuse(Code.DATE_UNREADABLE, text=raw)


def _from_parts(found: re.Match[str], raw: str, bounds: Bounds) -> Finding[date]:
    parts = found.groupdict()
    named = parts.get("month_name")
    month = (month_number(named) or 0) if named else int(parts["m"])
    day = int(parts["d"]) if parts["d"] else 1
    era, two_digits = parts.get("era"), len(parts["y"]) == 2
    meant = years_meant(int(parts["y"]), *bounds.years, era=era, two_digits=two_digits)
    if not meant:
        return refuse(Code.DATE_AMBIGUOUS if two_digits else Code.DATE_IMPOSSIBLE, text=raw)
    if month > 12 and day <= 12 and not named:
        return refuse(Code.DATE_SWAPPED, _proposal(meant[0], day, month), text=raw)
    if len(meant) > 1:
        return refuse(Code.DATE_AMBIGUOUS, _proposal(meant[0], month, day), text=raw)
    return _real_day(meant[0], month, day, raw, bounds, _remarks(parts, meant[0], month))


def _remarks(parts: dict[str, str | None], year: int, month: int) -> tuple[Remark, ...]:
    remarks = []
    if len(parts["y"] or "") == 2:
        day = _proposal(year, month, int(parts["d"] or 1))
        remarks.append(Remark(Code.DATE_TWO_DIGIT_YEAR, day, {"year": year + BE_OFFSET}))
    if not parts["d"]:
        remarks.append(Remark(Code.DATE_DAY_MISSING, _proposal(year, month, 1)))
    return tuple(remarks)


def _real_day(
    year: int, month: int, day: int, raw: str, bounds: Bounds, remarks: tuple[Remark, ...]
) -> Finding[date]:
    if (month, day) == (_FEBRUARY, 29) and not isleap(year):
        return _not_leap(year)
    if not _exists(year, month, day):
        return refuse(Code.DATE_IMPOSSIBLE, text=raw)
    return _bounded(date(year, month, day), bounds, remarks)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _proposal(year: int, month: int, day: int) -> str | None:
    """A day as one may type it into the cell (B.E.), if there is such a day."""
    return f"{day:02d}/{month:02d}/{year + BE_OFFSET}" if _exists(year, month, day) else None


def shown(day: date) -> str:
    """A day as one may type it into a cell: day, month and B.E. year."""
    return f"{day.day:02d}/{day.month:02d}/{day.year + BE_OFFSET}"


def _not_leap(year: int) -> Finding[date]:
    return refuse(Code.DATE_NOT_LEAP_YEAR, year=year + BE_OFFSET)


def _bounded(day: date, bounds: Bounds, remarks: tuple[Remark, ...] = ()) -> Finding[date]:
    if day > bounds.last:
        return refuse(Code.DATE_IN_FUTURE, text=shown(day))
    if day < bounds.first:
        return refuse(Code.DATE_TOO_OLD, text=shown(day))
    return Finding(day, remarks)


@lru_cache(maxsize=10_000, typed=True)
def read_birth_date(cell: Cell, today: date) -> Finding[int]:
    """Read a day of birth and keep its year only."""
    text = arabic(clean(to_text(cell)))
    if re.fullmatch(r"[0-9]{2}|[0-9]{4}", text) and not isinstance(cell, date):
        return read_birth_year(cell, today)
    found = read_date(cell, birth_bounds(today))
    if found.value is None:
        return Finding(None, found.remarks)
    year = found.value.year
    kept = tuple(r for r in found.remarks if r.code is not Code.DATE_DAY_MISSING)
    return Finding(year, (*kept, Remark(Code.BIRTH_YEAR_FROM_DATE, str(year + BE_OFFSET))))
