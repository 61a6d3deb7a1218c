"""Cells written over before a sheet is read: what is taken, what is noted, what stays out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from importers.analysis import analyse
from importers.codes import Severity
from importers.mending import key_of, place_of
from importers.options import Options
from importers.reading.grid import Cell
from importers.reading.parent import read_workbook
from tests.importers.golden import result
from tests.importers.golden.make import FOLDER
from tests.importers.sheets import TODAY, codes_of, read, row_of

HEAD: list[Cell] = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "วันที่สมัคร", "ศาสนา", "ปีเกิด"]
OPTIONS = Options(TODAY, types=result.TYPES)


def sheet(*rows: list[Cell]) -> list[list[Cell]]:
    return [HEAD, *rows]


def person(**cells: Cell) -> list[Cell]:
    usual: dict[str, Cell] = {
        "name": "นายสมชาย ใจดี",
        "phone": "0810000001",
        "province": "เชียงใหม่",
        "on": "15/1/2569",
        "religion": "พุทธ",
        "born": 2520,
    }
    return list((usual | cells).values())


@pytest.mark.parametrize(
    ("address", "place"),
    [("A1", (1, 0)), ("AA10", (10, 26)), ("XFD1048576", (1048576, 16383))],
)
def test_places(address: str, place: tuple[int, int]) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize(
    "text", ["", "1", "A", "a1", "A0", "A01", "AAAA1", "A12345678", "A๑", "A1 "]
)
def test_no_places(text: str) -> None:
    assert place_of(text) is None


def test_a_cell_is_written_over_and_the_original_is_kept_beside_it() -> None:
    options = replace(OPTIONS, cells={(2, 3): "30/4/2569"})
    found = read(sheet(person(on="31/4/2569")), options=options)
    assert row_of(found, 2)["joined_on"].isoformat() == "2026-04-30"  # type: ignore[attr-defined]
    assert codes_of(found, 2)[-1] == "cell_mended"
    note = found.rows[0].problems[-1]
    assert (note.cell, note.value, note.proposal) == ("D2", "31/4/2569", "30/4/2569")


def test_a_cell_beyond_the_last_one_of_its_row() -> None:
    options = replace(OPTIONS, cells={(2, 5): "2521"})
    found = read(sheet(person()[:4]), options=options)
    assert row_of(found, 2)["birth_year"] == 1978


@pytest.mark.parametrize("place", [(1, 0), (2, 4), (2, 9), (7, 0)])
def test_header_sensitive_and_unread_cells_stay_as_they_are(place: tuple[int, int]) -> None:
    found = read(sheet(person()), options=replace(OPTIONS, cells={place: "ของแปลก"}))
    assert "cell_mended" not in codes_of(found, 2)
    assert "ของแปลก" not in str(found.rows[0].values)
    assert [column.header for column in found.header.columns] == HEAD


def test_a_national_id_is_masked_in_the_note() -> None:
    head: list[Cell] = [*HEAD, "เลขประจำตัวประชาชน"]
    options = replace(OPTIONS, cells={(2, 6): "1509900454549", (2, 1): "1509900454549"})
    found = read([head, [*person(), "1509900454540"]], options=options)
    assert row_of(found, 2)["national_id"] == "1509900454549"
    assert "1509900454549" not in str(found.rows[0].problems)
    assert "1509900454540" not in str(found.rows[0].problems)


def test_a_refused_repair_keeps_its_row_out() -> None:
    rows = sheet(person(phone=810000001), person(name="นางคำ แก้วดี", phone=810000002))
    kind = read(rows, options=replace(OPTIONS, refused=frozenset({"phone_zero"})))
    assert [row.status.value for row in kind.rows] == ["error", "error"]
    single = read(rows, options=replace(OPTIONS, refused=frozenset({"B3:phone_zero"})))
    assert [row.status.value for row in single.rows] == ["ready", "error"]
    keys = {key_of(problem) for problem in read(rows).rows[0].problems}
    assert {"B2:phone_zero", "2:network_type_missing"} <= keys


def test_a_proposal_taken_over_settles_what_it_was_made_for() -> None:
    """Every doubt of the golden sheet that has a proposal: written into the cell, it is gone."""
    workbook = read_workbook(FOLDER / "thirty.xlsx")
    doubts = [
        problem
        for row in analyse(workbook, result.OPTIONS).rows
        for problem in row.problems
        if problem.cell and problem.proposal and problem.severity >= Severity.QUESTION
    ]
    assert doubts
    for doubt in doubts:
        place = place_of(doubt.cell)
        assert place is not None
        options = replace(result.OPTIONS, cells={place: str(doubt.proposal)})
        again = next(r for r in analyse(workbook, options).rows if r.row == doubt.row)
        left = [p.code for p in again.problems if p.cell == doubt.cell]
        assert doubt.code not in left, doubt
