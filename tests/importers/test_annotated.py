"""Their own workbook back: remarks beside the rows, marked cells, nothing that can run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from importers.analysis import Analysis, analyse
from importers.annotated import annotated_copy, notes_of
from importers.models import ImportBatch, ImportRow
from importers.options import Options
from importers.reading.first_column import moved
from importers.reading.parent import Limits, read_workbook
from tests.importers.golden import cases
from tests.importers.golden.make import FOLDER
from tests.importers.golden.result import OPTIONS, analysis_of


def planned(analysis: Analysis, name: str) -> tuple[ImportBatch, list[ImportRow]]:
    """A batch and its rows as planning would store them, without a database."""
    batch = ImportBatch(file_name=name, summary=analysis.summary())
    rows = [
        ImportRow(
            row=row.row,
            status=row.status.value,
            problems=[problem.as_dict() for problem in row.problems],
        )
        for row in analysis.rows
    ]
    return batch, rows


def checked(path: Path) -> Any:
    batch, rows = planned(analysis_of(path), path.name)
    data = annotated_copy(batch, rows, path.read_bytes(), Limits())
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize("name", ["thirty.xlsx", "thirty.xls", "thirty.ods", "thirty.cp874.csv"])
def test_every_format_comes_back_as_xlsx_with_a_first_column_of_results(name: str) -> None:
    book = checked(FOLDER / name)
    sheet = book["CSV" if name.endswith(".csv") else cases.SHEET]
    assert sheet["A6"].value == "Result of the check"
    assert "29 February" in sheet["A15"].value
    assert sheet["W15"].fill.fgColor.rgb.endswith("F8CBC6")
    assert sheet["F32"].fill.fgColor.rgb.endswith("FFE9A8")
    assert sheet["A8"].value == "✓ Readable"
    assert sheet["A18"].value is None


def test_formats_merges_and_other_sheets_are_kept() -> None:
    book = checked(FOLDER / "thirty.xlsx")
    original = openpyxl.load_workbook(FOLDER / "thirty.xlsx")
    assert book.sheetnames == original.sheetnames
    sheet, before = book[cases.SHEET], original[cases.SHEET]
    ranges = {moved(one.coord) for one in before.merged_cells.ranges}
    assert {one.coord for one in sheet.merged_cells.ranges} == ranges
    assert [c.value for c in sheet[8]][1:26] == [c.value for c in before[8]][:25]
    assert sheet.column_dimensions["Z"].hidden
    assert not sheet.column_dimensions["Y"].hidden


def test_what_belongs_to_a_place_moves_with_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"], ["นายก ข", "0810000001", "น่าน"]):
        sheet.append(row)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = "A1:C2"
    sheet["B2"].hyperlink = "https://example.org/"
    sheet.column_dimensions["A"].width = 33
    sheet.column_dimensions.group("B", "C", hidden=False, outline_level=1)
    sheet.add_table(Table(displayName="People", ref="A1:C2"))
    for formula, place in (('"น่าน,แพร่"', "C2"), ("=$E$1:$E$9", "B2")):
        rule = DataValidation(type="list", formula1=formula)
        rule.add(place)
        sheet.add_data_validation(rule)
    sheet.conditional_formatting.add("A1:A2", CellIsRule(operator="equal", formula=["$B$1"]))
    path = tmp_path / "places.xlsx"
    book.save(path)
    copy = checked(path).active
    assert (copy.freeze_panes, copy.auto_filter.ref) == ("B2", "A1:A2")
    assert copy["C2"].hyperlink.target == "https://example.org/"
    assert copy["C2"].hyperlink.ref == "C2"
    assert copy.column_dimensions["B"].width == 33
    assert copy.column_dimensions["C"].outlineLevel == 1
    assert copy.tables["People"].ref == "B1:D2"
    rules = copy.data_validations.dataValidation
    assert [(one.formula1, str(one.sqref)) for one in rules] == [('"น่าน,แพร่"', "D2")]
    assert not list(copy.conditional_formatting)


def test_sent_again_the_column_of_results_is_passed_over(tmp_path: Path) -> None:
    batch, rows = planned(analysis_of(FOLDER / "thirty.xlsx"), "thirty.xlsx")
    path = tmp_path / "again.xlsx"
    path.write_bytes(annotated_copy(batch, rows, (FOLDER / "thirty.xlsx").read_bytes(), Limits()))
    again = analysis_of(path)
    assert again.summary()["unknown_columns"] == ["ขนาดเสื้อ"]
    assert [row.values for row in again.rows] == [
        row.values for row in analysis_of(FOLDER / "thirty.xlsx").rows
    ]


@pytest.mark.parametrize("name", ["thirty.xlsx", "thirty.xls", "thirty.ods", "thirty.cp874.csv"])
def test_only_rows_with_something_to_do_are_in_sight(name: str) -> None:
    sheet = checked(FOLDER / name).active
    assert sheet.freeze_panes == "B7"
    assert sheet.auto_filter.ref.startswith("A6:")
    (column,) = sheet.auto_filter.filterColumn
    (rule,) = column.customFilters.customFilter
    assert (column.colId, rule.operator, rule.val) == (0, "notEqual", "✓*")
    texts = {row: str(sheet.cell(row, 1).value or "") for row in range(7, sheet.max_row + 1)}
    done = {row for row, text in texts.items() if text.startswith("✓")}
    assert 0 < len(done) < len(texts)
    shown = {row for row in texts if not sheet.row_dimensions[row].hidden}
    assert {row for row, text in texts.items() if text and row not in done} <= shown
    assert not shown & done


def test_where_nothing_is_left_to_do_all_rows_are_in_sight(tmp_path: Path) -> None:
    path = people_in(tmp_path, ["นายก ข", "0810000001", "น่าน"])
    sheet = checked(path).active
    assert (sheet["A2"].value[:1], sheet.auto_filter.ref) == ("✓", "A1:D2")
    assert not sheet.row_dimensions[2].hidden
    assert not sheet.auto_filter.filterColumn


def people_in(folder: Path, *rows: list[str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"], *rows):
        sheet.append(row)
    path = folder / "people.xlsx"
    book.save(path)
    return path


def test_rows_that_our_filter_hides_are_read_again_those_of_the_office_are_not(
    tmp_path: Path,
) -> None:
    people = [
        ["นายก ข", "0810000001", "น่าน"],
        ["นายค ง", "081", "น่าน"],
        ["นายจ ฉ", "0810000003", "น่าน"],
    ]
    path = people_in(tmp_path, *people)
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[4].hidden = True
    book.save(path)
    copy = checked(path)
    assert [copy.active.row_dimensions[row].hidden for row in (2, 3, 4)] == [True, False, True]
    copy.save(path)
    again = analysis_of(path)
    assert [row.row for row in again.rows] == [2, 3]
    assert again.summary()["skipped"] == {"hidden": 1}


def test_checked_again_there_is_still_one_column_of_results(tmp_path: Path) -> None:
    people = [["นายก ข", "0810000001", "น่าน"], ["นายค ง", "081", "น่าน"]]
    path = people_in(tmp_path, *people)
    first = checked(path)
    assert first.active["C3"].fill.fgColor.rgb.endswith("F8CBC6")
    first.active["C3"] = "0810000002"
    first.active["B2"] = ""
    first.save(path)
    sheet = checked(path).active
    assert [cell.value for cell in sheet[1]] == [
        "Result of the check", "ชื่อ-สกุล", "โทรศัพท์", "จังหวัด",
    ]  # fmt: skip
    assert str(sheet["A3"].value).startswith("✓")
    assert not str(sheet["A2"].value).startswith("✓")
    assert sheet["C3"].fill.fill_type is None
    assert [sheet.row_dimensions[row].hidden for row in (2, 3)] == [False, True]


def test_the_shape_of_the_header_is_the_same_with_our_column(tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    before = analysis_of(FOLDER / "thirty.xlsx").summary()["shape"]
    checked(FOLDER / "thirty.xlsx").save(path)
    assert analysis_of(path).summary()["shape"] == before


def test_nothing_in_the_copy_is_a_formula(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "หมายเหตุ"])
    sheet.append(["=cmd|'/c calc'!A1", "0810000001", "น่าน", "=1+1"])
    sheet["A2"].data_type = "s"
    sheet["A2"].font = Font(bold=True)
    path = tmp_path / "f.xlsx"
    book.save(path)
    analysis = analyse(read_workbook(path), Options(OPTIONS.today))
    batch, rows = planned(analysis, "f.xlsx")
    for content in (path.read_bytes(),):
        copy = openpyxl.load_workbook(
            io.BytesIO(annotated_copy(batch, rows, content, Limits()))
        ).active
        assert copy is not None
        kinds = {cell.data_type for row in copy.iter_rows() for cell in row}
        assert "f" not in kinds
        assert copy["B2"].value == "=cmd|'/c calc'!A1"
        assert copy["B2"].font.bold


def test_notes_hold_no_national_id() -> None:
    batch, rows = planned(analysis_of(FOLDER / "thirty.xlsx"), "thirty.xlsx")
    notes = repr(notes_of(batch, rows))
    assert "1101700200019" not in notes
    assert "3101700200023" not in notes
