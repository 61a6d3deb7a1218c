"""Days and years of birth as sheets write them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.dates import joined_bounds, read_birth_date, read_date, shown
from importers.thai.months import MONTHS
from importers.thai.years import read_age, read_birth_year
from registry.periods.wording import THAI_MONTHS, THAI_SHORT

TODAY = date(2026, 11, 21)
BOUNDS = joined_bounds(TODAY)
JANUARY = date(2026, 1, 15)


def codes(found: object) -> list[Code]:
    return [remark.code for remark in found.remarks]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (datetime(2569, 1, 15), JANUARY),
        (datetime(2026, 1, 15, 9, 30), JANUARY),
        (date(2026, 1, 15), JANUARY),
        ("15 ม.ค. 69", JANUARY),
        ("15 มค 69", JANUARY),
        ("15มค.69", JANUARY),
        ("15 มกราคม พ.ศ. ๒๕๖๙", JANUARY),
        ("วันพฤหัสบดีที่ 15 มกราคม พ.ศ. 2569", JANUARY),
        ("วันที่ 15 เดือน มกราคม พ.ศ.2569", JANUARY),
        ("15/1/69", JANUARY),
        ("๑๕/๐๑/๒๕๖๙", JANUARY),
        ("15-01-2026", JANUARY),
        ("15.1.69", JANUARY),
        ("2569-01-15", JANUARY),
        ("15/01/2569 09:30", JANUARY),
        ("15 มกราคม 2569 เวลา 09.00 น.", JANUARY),
        ("15  ม.ค.  ๖๙", JANUARY),
        ("15 Jan 2026", JANUARY),
        ("15 ม.ค. ค.ศ. 2026", JANUARY),
        (46037, JANUARY),
        ("29/2/2567", date(2024, 2, 29)),
        ("29 กุมภาพันธ์ 2567", date(2024, 2, 29)),
        ("ม.ค. 2569", date(2026, 1, 1)),
        ("-", None),
        (None, None),
    ],
)
def test_read(cell: Cell, day: date | None) -> None:
    assert read_date(cell, BOUNDS).value == day


@pytest.mark.parametrize(
    ("cell", "code", "proposal"),
    [
        ("29 ก.พ. 2566", Code.DATE_NOT_LEAP_YEAR, None),
        (datetime(2568, 2, 29), Code.DATE_NOT_LEAP_YEAR, None),
        ("31/4/2569", Code.DATE_IMPOSSIBLE, None),
        ("0/1/2569", Code.DATE_IMPOSSIBLE, None),
        ("1/1/3000", Code.DATE_IMPOSSIBLE, None),
        ("1/25/2569", Code.DATE_SWAPPED, "25/01/2569"),
        (datetime(1969, 1, 15), Code.DATE_AMBIGUOUS, "15/01/2569"),
        ("15/1/30", Code.DATE_AMBIGUOUS, None),
        ("15/1/2570", Code.DATE_IN_FUTURE, None),
        ("15/1/2520", Code.DATE_TOO_OLD, None),
        ("เร็ว ๆ นี้", Code.DATE_UNREADABLE, None),
        (time(9, 30), Code.DATE_UNREADABLE, None),
        (BadCell("#VALUE!"), Code.BAD_CELL, None),
    ],
)
def test_refused(cell: Cell, code: Code, proposal: str | None) -> None:
    found = read_date(cell, BOUNDS)
    assert found.value is None
    assert found.refused
    assert [(remark.code, remark.proposal) for remark in found.remarks] == [(code, proposal)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (datetime(2569, 1, 15), Code.DATE_BE_CELL),
        ("15/1/69", Code.DATE_TWO_DIGIT_YEAR),
        (46037, Code.DATE_SERIAL),
        ("มกราคม 2569", Code.DATE_DAY_MISSING),
    ],
)
def test_repairs_are_told(cell: Cell, code: Code) -> None:
    assert codes(read_date(cell, BOUNDS)) == [code]


@given(st.dates(date(1990, 1, 1), TODAY), st.sampled_from(["d/m/y", "long", "short", "cell"]))
def test_every_day_is_read_back(day: date, form: str) -> None:
    year = day.year + 543
    cells: dict[str, Cell] = {
        "d/m/y": shown(day),
        "long": f"{day.day} {THAI_MONTHS[day.month - 1]} พ.ศ. {year}",
        "short": f"{day.day} {THAI_SHORT[day.month - 1]} {year}",
        "cell": datetime(day.year, day.month, day.day),
    }
    assert read_date(cells[form], BOUNDS).value == day


def test_months_by_every_name() -> None:
    assert MONTHS["มค"] == MONTHS["มกราคม"] == MONTHS["january"] == 1
    assert sorted(set(MONTHS.values())) == list(range(1, 13))


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        (2515, 1972),
        ("๒๕๑๕", 1972),
        (1972, 1972),
        ("พ.ศ. 2515", 1972),
        ("2515.0", 1972),
        ("45 ปี", 1981),
        ("อายุ 45", 1981),
        (datetime(2515, 5, 1), 1972),
        ("ไม่ระบุ", None),
    ],
)
def test_birth_year(cell: Cell, year: int | None) -> None:
    assert read_birth_year(cell, TODAY).value == year


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (45, Code.BIRTH_YEAR_AMBIGUOUS),
        ("15", Code.BIRTH_YEAR_AMBIGUOUS),
        ("3000", Code.BIRTH_YEAR_IMPOSSIBLE),
        (2570, Code.BIRTH_YEAR_IMPOSSIBLE),
        ("²", Code.BIRTH_YEAR_IMPOSSIBLE),
    ],
)
def test_birth_year_refused(cell: Cell, code: Code) -> None:
    assert codes(read_birth_year(cell, TODAY)) == [code]


def test_birth_date_keeps_the_year_only() -> None:
    found = read_birth_date("15 ม.ค. 2515", TODAY)
    assert (found.value, codes(found)) == (1972, [Code.BIRTH_YEAR_FROM_DATE])
    assert read_birth_date("15/1/30", TODAY).value == 1987
    assert codes(read_birth_date("15/1/40", TODAY)) == [Code.DATE_AMBIGUOUS]


def test_age() -> None:
    assert read_age("๔๕", TODAY).value == 1981
    assert codes(read_age("มาก", TODAY)) == [Code.UNREADABLE]
