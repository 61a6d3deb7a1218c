"""The sheet of thirty with every quirk: the right result of each row, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importers.golden import cases
from tests.importers.golden.make import FOLDER, merges
from tests.importers.golden.result import analysis_of, stated

EXPECTED: dict[str, Any] = json.loads((FOLDER / "thirty.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return stated(analysis_of(FOLDER / "thirty.xlsx"))


def test_sheet_and_columns(result: dict[str, Any]) -> None:
    assert {k: v for k, v in result.items() if k != "rows"} == {
        k: v for k, v in EXPECTED.items() if k != "rows"
    }


@pytest.mark.parametrize("place", range(len(EXPECTED["rows"])))
def test_each_row(result: dict[str, Any], place: int) -> None:
    assert result["rows"][place] == EXPECTED["rows"][place]


def test_no_row_is_lost(result: dict[str, Any]) -> None:
    told = {row["row"] for row in result["rows"]} | {row for row, _ in result["left_out"]}
    told |= {extra for row in result["rows"] for extra in row["also"]}
    first = result["header_rows"][-1] + 1
    filled = {
        number
        for number, cells in enumerate(cases.grid(), 1)
        if number >= first and any(cell is not None for cell in cells)
    }
    assert told == filled


@pytest.mark.parametrize(
    "name", ["thirty.xls", "thirty.ods", "thirty.utf8.csv", "thirty.cp874.csv"]
)
def test_other_formats_say_the_same(name: str) -> None:
    rows = stated(analysis_of(FOLDER / name))["rows"]
    assert [_comparable(row) for row in rows] == [_comparable(row) for row in EXPECTED["rows"]]


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Without what a format cannot hold: date cells in text, invisible letters in cp874."""
    values = row["values"] | {"name_raw": row["values"]["name_raw"].replace("\u200b", "")}
    return {"row": row["row"], "also": row["also"], "status": row["status"], "values": values}


def test_golden_file_is_the_sheet_that_the_cases_describe() -> None:
    import openpyxl

    sheet = openpyxl.load_workbook(FOLDER / "thirty.xlsx")[cases.SHEET]
    assert len(sheet.merged_cells.ranges) == len(merges())
    for number, cells in enumerate(cases.grid(), 1):
        assert [cell.value for cell in sheet[number]] == [_in_excel(c, cells) for c in cells]


def _in_excel(cell: object, _row: list[object]) -> object:
    return cell


def test_files_are_small() -> None:
    assert sum(Path(path).stat().st_size for path in FOLDER.glob("thirty.*")) < 200_000
