"""Files for people: nothing typed in becomes a formula, markup or a broken file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from registry.documents.cells import EXCEL_LIMIT, Cell, clean_text, csv_cell, workbook_cell
from registry.documents.csvfile import csv_bytes
from registry.documents.rows import write_rows
from registry.documents.workbook import Chart, Column, Page, Sheet, Style, write_workbook

NAUGHTY = [
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "+66812345678",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "＝1+1",
    "＠SUM(1)",
    "{=1+1}",
    "<r><t>x</t></r>",
    "<r><broken></r>",
    "_x0041_",
    "\x00\x01\x08\x0b\x1f\x7f\x9f",
    "\ud800 half a pair",
    "\u202egnp.exe",
    "mailto:a@b.example",
    "https://example.go.th/x?a=1",
    "น้ำใจที่ปรึกษา 😀",
    "NULL",
    "1e999",
    "0812345678",
    "\ufffe\uffff",
    "]]>",
    "<script>alert(1)</script>",
]
TEXTS = st.one_of(
    st.sampled_from(NAUGHTY),
    st.text(max_size=40),
    st.builds(str.__add__, st.sampled_from("=+-@＝＋－＠\t\r\n "), st.text(max_size=20)),
)
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")


def read(buffer: io.BytesIO) -> Any:
    buffer.seek(0)
    return openpyxl.load_workbook(buffer)


def write(*sheets: Sheet) -> io.BytesIO:
    buffer = io.BytesIO()
    write_workbook(buffer, sheets)
    return buffer


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8), TEXTS)
@example(NAUGHTY, "=1+1")
def test_a_workbook_has_no_formula_and_every_text_comes_back(texts: list[str], name: str) -> None:
    sheet = Sheet(
        name,
        [Column(text) for text in texts],
        [texts],
        title=texts[0],
        subtitle=texts,
        notes=texts,
        totals=texts,
        charts=[Chart("column", texts[0], 0, (0,))],
    )
    book = read(write(sheet))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert not any(cell.hyperlink for cell in cells)
    written = [cell.value or "" for cell in cells if cell.row == len(texts) + 4]
    assert len(written) == len(texts)
    for text, value in zip(texts, written, strict=True):
        if not re.search("_x[0-9a-fA-F]{4}", text):
            assert value.rstrip() == clean_text(text).rstrip()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=6))
@example([[text, text] for text in NAUGHTY])
def test_csv_has_no_text_that_starts_like_a_formula(rows: list[list[str]]) -> None:
    raw = csv_bytes([rows[0][0], "b"], rows)
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(found) == len(rows) + 1
    for row, cells in zip(rows, found[1:], strict=True):
        for text, cell in zip(row, cells, strict=True):
            assert not cell.lstrip(" \u200b\ufeff").startswith(FORMULA_STARTS)
            assert cell in (clean_text(text), f"'{clean_text(text)}")


@pytest.mark.parametrize("text", ["ก=1", "a-b", "(ว่าง)", "0812345678", "x@y.example", "", "…"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert csv_cell(text) == workbook_cell(text) == text


@given(st.text(st.characters(), max_size=60))
def test_cleaned_text_is_fit_for_xml(text: str) -> None:
    cleaned = clean_text(text)
    kept = {c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"}}
    assert kept <= {"\n", "\t"}
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize("char", ["a", "ก", "😀"])
def test_too_long_a_text_is_cut_and_says_so(char: str) -> None:
    cell = workbook_cell(char * 40_000)
    assert isinstance(cell, str)
    assert len(cell.encode("utf-16-le")) // 2 <= EXCEL_LIMIT
    assert cell.endswith("the text is longer than a cell can hold]")
    book = read(write(Sheet("x", ["a"], [(char * 40_000,)])))
    assert book.active["A2"].value == cell


def test_a_text_that_just_fits_stays_whole() -> None:
    text = "ก" * EXCEL_LIMIT
    assert workbook_cell(text) == text


class Colour(Enum):
    RED = "=red"


@pytest.mark.parametrize(
    ("value", "in_workbook", "in_csv"),
    [
        (None, None, ""),
        (True, True, "true"),
        (7, 7, 7),
        (10**16, str(10**16), 10**16),
        (0.5, 0.5, 0.5),
        (float("nan"), None, ""),
        (float("-inf"), None, ""),
        (Decimal("1.25"), 1.25, 1.25),
        (date(2026, 1, 15), date(2026, 1, 15), "2026-01-15"),
        (date(1850, 1, 1), "1850-01-01", "1850-01-01"),
        (
            datetime(2025, 12, 31, 17, 30, tzinfo=UTC),
            datetime(2026, 1, 1, 0, 30),
            "2026-01-01T00:30:00+07:00",
        ),
        (Colour.RED, "=red", "'=red"),
    ],
)
def test_values_keep_their_kind(value: Cell, in_workbook: object, in_csv: object) -> None:
    assert workbook_cell(value) == in_workbook
    assert type(workbook_cell(value)) is type(in_workbook)
    assert csv_cell(value) == in_csv


@pytest.mark.parametrize("value", [b"x", [1], {}, object()])
def test_other_kinds_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be written"):
        workbook_cell(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot be written"):
        csv_cell(value)  # type: ignore[arg-type]


def report_sheet() -> Sheet:
    return Sheet(
        "ไตรมาส 1/2569",
        ["เดือน", "สมาชิก", Column("อัตรา", Style.PERCENT), Column("ปี", Style.PLAIN), "วันที่"],
        [("ต.ค. 68", 1200, 0.5, 2568, date(2026, 1, 15)), ("พ.ย. 68", None, 0.25, 2568, None)],
        title="รายงาน",
        totals=("รวม", 1200, None, None, None),
        charts=[Chart("line", "อัตรา", 0, (2,), percent=True), Chart("bar", "สมาชิก", 0, (1,))],
        draw=lambda page, row: page.put(row, 0, "=วาดเอง"),
    )


def test_numbers_and_days_are_real_and_days_are_shown_in_buddhist_years() -> None:
    sheet = read(write(report_sheet())).active
    assert sheet["A3"].value == "เดือน"
    assert sheet["B4"].value == 1200
    assert sheet["B5"].value is None
    assert (sheet["C4"].value, sheet["C4"].number_format) == (0.5, "0.0%")
    assert sheet["D4"].number_format == "0"
    assert sheet["E4"].value == datetime(2026, 1, 15)
    assert sheet["E4"].number_format.startswith("[$-107041E]")
    assert sheet.auto_filter.ref == "A3:E5"
    assert sheet.freeze_panes == "A4"


def test_charts_are_native_and_point_at_the_rows() -> None:
    buffer = write(report_sheet())
    with zipfile.ZipFile(buffer) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    assert len(charts) == 2
    assert "'ไตรมาส 1 2569'!$C$4:$C$5" in charts[0]
    assert "<c:lineChart>" in charts[0]


@pytest.mark.parametrize("title", ["=Sheet1!$A$1", "-2+3+cmd|' /C calc'!A0"])
def test_a_chart_title_is_no_reference(title: str) -> None:
    with zipfile.ZipFile(
        write(Sheet("x", ["a"], [(1,)], charts=[Chart("bar", title, 0, (0,))]))
    ) as f:
        chart = f.read("xl/charts/chart1.xml").decode()
    head = chart[: chart.index("<c:plotArea>")]
    assert "<c:f>" not in head
    assert "<a:t>" in head


def test_a_drawn_cell_is_a_text_too() -> None:
    rows = read(write(report_sheet())).active.iter_rows()
    drawn = [cell for row in rows for cell in row if cell.value == "=วาดเอง"]
    assert [cell.data_type for cell in drawn] == ["s"]


def test_the_same_sheets_make_the_same_bytes() -> None:
    assert write(report_sheet()).getvalue() == write(report_sheet()).getvalue()


@given(st.lists(TEXTS, min_size=2, max_size=4))
@settings(max_examples=40, deadline=None)
@example(["History", "history", "'", "", "[a]:*?/\\", "x" * 50, "x" * 50])
def test_any_text_can_name_a_sheet(names: list[str]) -> None:
    book = read(write(*(Sheet(name, ["a"], []) for name in names)))
    assert len(book.sheetnames) == len({name.casefold() for name in book.sheetnames}) == len(names)
    assert "history" not in {name.casefold() for name in book.sheetnames}


def test_an_empty_table_makes_no_chart() -> None:
    sheet = Sheet("x", ["a", "b"], [], charts=[Chart("column", "t", 0, (1,))])
    with zipfile.ZipFile(write(sheet)) as archive:
        assert not [name for name in archive.namelist() if "chart" in name]


def test_a_row_of_the_wrong_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        write(Sheet("x", ["a", "b"], [("only one",)]))


def test_files_are_written_to_paths(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [report_sheet()])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["ไตรมาส 1 2569"]
    assert csv_bytes(["ก"], [("ข",), ("=1",)]) == '\ufeff"ก"\r\n"ข"\r\n"\'=1"\r\n'.encode()


def test_a_page_is_the_only_way_to_a_cell() -> None:
    public = {name for name in vars(Page) if not name.startswith("_")}
    write = {"put", "put_row", "table", "chart"}
    assert public == write | {"width", "height", "texts", "ask", "hide", "freeze"}


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=6), st.lists(TEXTS, min_size=1, max_size=6), TEXTS)
@example(NAUGHTY[:6], NAUGHTY, "=1+1")
def test_plain_rows_come_back_as_they_are(titles: list[str], texts: list[str], name: str) -> None:
    buffer = io.BytesIO()
    write_rows(buffer, name, titles, [[text] * len(titles) for text in texts])
    sheet = read(buffer).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert sheet.max_column == len(titles)
    for row, text in enumerate(texts, start=2):
        if not re.search("_x[0-9a-fA-F]{4}", text):
            assert (sheet.cell(row, 1).value or "").rstrip() == clean_text(text).rstrip()


def test_plain_rows_keep_their_kinds_and_have_a_header(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 15, 17, 30, tzinfo=UTC)
    rows: list[list[Cell]] = [[None] * 6, ["ก", 1200, 0.25, date(2026, 1, 15), moment, True]]
    path = tmp_path / "rows.xlsx"
    write_rows(path, "รายชื่อ", ["ก", "ก", "ค", "ง", "จ", "ฉ"], (row for row in rows))
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[1]] == ["ก", "ก (2)", "ค", "ง", "จ", "ฉ"]
    shown = [(cell.value, cell.number_format) for cell in sheet[3]]
    assert [value for value, _look in shown] == [
        *("ก", 1200, 0.25, datetime(2026, 1, 15), datetime(2026, 1, 16, 0, 30), True)
    ]
    assert [look for _value, look in shown][:3] == ["@", "General", "General"]
    assert shown[3][1] == "[$-107041E]d mmm yyyy"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F3")
    assert sheet.print_title_rows == "$1:$1"


def test_a_column_that_begins_empty_or_with_whole_numbers_shows_its_values(tmp_path: Path) -> None:
    late: list[list[Cell]] = [[None, 1]] * 300
    late.append([date(2026, 1, 15), 0.256])
    write_rows(tmp_path / "late.xlsx", "ช้า", ["วันที่", "ค่า"], late)
    sheet = openpyxl.load_workbook(tmp_path / "late.xlsx").active
    day, value = sheet[302]
    assert (day.value, day.number_format) == (datetime(2026, 1, 15), "[$-107041E]d mmm yyyy")
    assert (value.value, value.number_format) == (0.256, "General")


def test_without_rows_there_is_still_the_header(tmp_path: Path) -> None:
    write_rows(tmp_path / "none.xlsx", "ว่าง", ["ก", "ข"], [])
    sheet = openpyxl.load_workbook(tmp_path / "none.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["ก", "ข"]
