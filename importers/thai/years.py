"""Years: Buddhist or common era, four digits or two, and years of birth."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import arabic, clean, is_blank, to_text
from registry.periods.wording import BE_OFFSET

OLDEST, LIKELY = 110, 90
_BE = re.compile(r"^(?:ปี)? ?(?:พ|b)", re.IGNORECASE)
_CE = re.compile(r"^(?:ปี)? ?(?:ค|a|c)", re.IGNORECASE)
_YEAR = re.compile(
    r"^(?:ปี ?)?(?P<era>พ ?\.? ?ศ ?\.?|ค ?\.? ?ศ ?\.?|b\.?e\.?|a\.?d\.?)?"
    r" ?'?(?P<y>[0-9]{2}|[0-9]{4})(?:\.0)?$",
    re.IGNORECASE,
)
_AGE = re.compile(r"^(?:อายุ ?)?(?P<age>[0-9]{1,3}) ?(?:ปี|ขวบ|years?|yrs?)?$", re.IGNORECASE)
_AGE_SAID = re.compile(r"อายุ|ปี$|ขวบ|year|yr", re.IGNORECASE)


class Era:
    """Where the two eras lie; nothing between them is a year of our time."""

    FIRST_BE = 2400
    LAST_BE = 2700
    FIRST_CE = 1850
    LAST_CE = 2150


def years_meant(
    number: int, first: int, last: int, *, era: str | None = None, two_digits: bool | None = None
) -> list[int]:
    """C.E. years that a written year can mean, the likeliest first.

    Args:
        number: as written, two or four digits.
        first, last: C.E. years between which a two-digit year must lie.
        era: the word beside it, if any (``พ.ศ.``, ``ค.ศ.``).
    """
    if two_digits if two_digits is not None else number < 100:
        return _two_digit_years(number % 100, first, last, era or "")
    if Era.FIRST_BE <= number <= Era.LAST_BE:
        return [] if era and _CE.match(era) else [number - BE_OFFSET]
    if Era.FIRST_CE <= number <= Era.LAST_CE:
        return [] if era and _BE.match(era) and "ปี" not in era else [number]
    return []


def _two_digit_years(number: int, first: int, last: int, era: str) -> list[int]:
    be = [century + number - BE_OFFSET for century in (2500, 2400)]
    ce = [century + number for century in (2000, 1900)]
    if _BE.match(era):
        ce = []
    elif _CE.match(era):
        be = []
    return [year for year in be + ce if first <= year <= last]


@lru_cache(maxsize=10_000, typed=True)
def read_birth_year(cell: Cell, today: date) -> Finding[int]:
    """Read a year of birth (C.E.); a bare number that may be an age or two years is a question."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    if isinstance(cell, (date, datetime)):
        return _from_day(cell.year, today)
    raw = clean(to_text(cell))
    text = arabic(raw)
    if is_blank(raw):
        return Finding(None)
    if found := _YEAR.match(text):
        meant = years_meant(int(found["y"]), today.year - LIKELY, today.year, era=found["era"])
        if len(found["y"]) == 4:
            return _whole(meant, raw, today)
        return _doubtful(meant, int(found["y"]), raw, today)
    if (found := _AGE.match(text)) and _AGE_SAID.search(text):
        return from_age(int(found["age"]), today)
    return refuse(Code.BIRTH_YEAR_IMPOSSIBLE, text=raw)


def _from_day(year: int, today: date) -> Finding[int]:
    year = year - BE_OFFSET if year >= Era.FIRST_BE else year
    found = _whole([year], str(year), today)
    if found.value is None:
        return found
    return Finding(year, (Remark(Code.BIRTH_YEAR_FROM_DATE, str(year + BE_OFFSET)),))


def _whole(meant: list[int], raw: str, today: date) -> Finding[int]:
    if len(meant) == 1 and today.year - OLDEST <= meant[0] <= today.year:
        return Finding(meant[0])
    return refuse(Code.BIRTH_YEAR_IMPOSSIBLE, text=raw)


def _doubtful(meant: list[int], number: int, raw: str, today: date) -> Finding[int]:
    """Two digits: years of two eras, or an age; only one reading may be taken without asking."""
    if number >= 10:
        meant = [*meant, today.year - number]
    readings = sorted(set(meant), key=meant.index)
    if not readings:
        return refuse(Code.BIRTH_YEAR_IMPOSSIBLE, text=raw)
    return refuse(Code.BIRTH_YEAR_AMBIGUOUS, str(readings[0] + BE_OFFSET), text=raw)


def from_age(age: int, today: date) -> Finding[int]:
    """The year of birth that an age gives; it may be one year off, so it is a proposal."""
    if not 1 <= age <= OLDEST:
        return refuse(Code.BIRTH_YEAR_IMPOSSIBLE, text=str(age))
    year = today.year - age
    return Finding(year, (Remark(Code.BIRTH_YEAR_FROM_AGE, str(year + BE_OFFSET)),))


@lru_cache(maxsize=10_000, typed=True)
def read_age(cell: Cell, today: date) -> Finding[int]:
    """Read a column of ages as years of birth."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    text = arabic(clean(to_text(cell)))
    if is_blank(text):
        return Finding(None)
    found = _AGE.match(text)
    return from_age(int(found["age"]), today) if found else refuse(Code.UNREADABLE, text=text)
