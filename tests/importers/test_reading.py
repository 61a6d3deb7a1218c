"""Files made to harm, or that are not what they are called: each has its one sentence."""

from __future__ import annotations

import io
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from importers.reading import cells
from importers.reading.errors import FOUND, SENTENCES, Unreadable
from importers.reading.grid import BadCell, Merge
from importers.reading.parent import Limits, read_workbook
from importers.reading.reasons import Reason

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def small(path: Path, rows: int = 20) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for number in range(rows):
        book.active.append([f"ชื่อ {number}", number])
    book.save(path)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same archive with some parts changed."""
    parts = {}
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, change(name, data))
    return path


def refusal(path: Path, name: str = "", limits: Limits | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_workbook(path, name, limits)
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", PNG, Reason.NOT_A_WORKBOOK),
        ("a.xls", PNG, Reason.NOT_A_WORKBOOK),
        ("a.csv", PNG, Reason.NOT_A_WORKBOOK),
        ("a.pdf", b"%PDF-1.7 ...", Reason.OTHER_DOCUMENT),
        ("a.png", PNG, Reason.OTHER_DOCUMENT),
        ("a.xlsx", b"", Reason.EMPTY_FILE),
        ("a.xlsx", b"PK\x03\x04 not a zip", Reason.DAMAGED),
        ("a.xls", OLE + b"\0" * 4096, Reason.DAMAGED),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), Reason.PASSWORD),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), Reason.OTHER_DOCUMENT),
        ("a.xls", b"<html><table><tr><td>x</td></tr></table></html>", Reason.WEB_PAGE),
        ("a.xlsx", b"name,phone\n", Reason.NOT_A_WORKBOOK),
        ("a.exe", b"some text", Reason.UNKNOWN_KIND),
        ("a.csv", b"\x81\xfd\xfe\xff\n", Reason.ENCODING),
        ("a.csv", b"\n\n  \n", Reason.NOTHING_READ),
    ],
)
def test_refused_by_content(tmp_path: Path, name: str, content: bytes, reason: Reason) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    error = refusal(path, name)
    assert error.code is reason
    assert name in str(error)


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(re.search(r"%\(\w+\)s", str(text)) for text in SENTENCES.values())
    assert "unknown" in FOUND


def test_stray_cell_far_away_ends_the_child_only(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"], book.active["XFD1048576"] = 1, 1
    book.save(tmp_path / "bomb.xlsx")
    assert (tmp_path / "bomb.xlsx").stat().st_size < 10_000
    assert refusal(tmp_path / "bomb.xlsx").code in {Reason.MEMORY, Reason.TOO_WIDE}


def test_millions_of_shared_strings(tmp_path: Path) -> None:
    path = tmp_path / "strings.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_string("A1", "x")
    text = b"<si><t>x</t></si>"
    many = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    many += (text * 40 + b"<!-- %d -->") * 50_000 % tuple(range(50_000)) + b"</sst>"
    rewritten(path, lambda name, data: many if name.endswith("sharedStrings.xml") else data)
    limits = Limits(memory_mb=128, seconds=20)
    assert refusal(path, limits=limits).code in {Reason.MEMORY, Reason.BOMB}


def test_bomb_by_ratio_is_not_unpacked(tmp_path: Path) -> None:
    path = small(tmp_path / "ratio.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 50_000_000)
    assert refusal(path).code is Reason.BOMB


def test_too_many_parts(tmp_path: Path) -> None:
    path = small(tmp_path / "parts.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(5_100):
            archive.writestr(f"xl/x{number}", b"")
    assert refusal(path).code is Reason.BOMB


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_entries(tmp_path: Path) -> None:
    path = small(tmp_path / "twice.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", b"<other/>")
    assert refusal(path).code is Reason.DAMAGED


def test_encrypted_zip_entry(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    data = zlib.compress(b"x")
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 1, 8, 0, 0, 0, len(data), 1, 15, 0)
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 1, 8, 0, 0, 0, len(data), 1, 15, 0, 0, 0, 0, 0, 0
    )
    body = local + b"xl/workbook.xml" + data
    directory = central + b"xl/workbook.xml"
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    assert refusal(path).code is Reason.PASSWORD


def test_truncated_file(tmp_path: Path) -> None:
    path = small(tmp_path / "cut.xlsx", 500)
    path.write_bytes(path.read_bytes()[:-4000])
    assert refusal(path).code is Reason.DAMAGED


def test_damaged_sheet_inside_a_whole_zip(tmp_path: Path) -> None:
    path = rewritten(
        small(tmp_path / "half.xlsx"),
        lambda name, data: data[: len(data) // 2] if "sheet1" in name else data,
    )
    assert refusal(path).code is Reason.DAMAGED


def test_word_document_and_plain_zip(tmp_path: Path) -> None:
    for name, found in (("word/document.xml", "Word"), ("photos/1.txt", "ZIP")):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")
        error = refusal(path)
        assert error.code is Reason.OTHER_DOCUMENT
        assert found in str(error)


def test_size_limit_comes_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    error = refusal(path)
    assert error.code is Reason.TOO_LARGE
    assert "200" in str(error)
    assert "25" in str(error)


def test_empty_and_hidden_sheets(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    assert refusal(tmp_path / "empty.xlsx").code is Reason.NOTHING_READ
    book = openpyxl.Workbook()
    assert book.active is not None
    book.create_sheet("ว่าง")
    book.active.append(["ข้อมูล"])
    book.active.sheet_state = "hidden"
    book.save(tmp_path / "hidden.xlsx")
    assert refusal(tmp_path / "hidden.xlsx").code is Reason.ALL_HIDDEN


def test_time_limit(tmp_path: Path) -> None:
    path = tmp_path / "slow.csv"
    path.write_bytes(b"a,b,c,d,e,f\n" * 2_000_000)
    assert refusal(path, limits=Limits(seconds=1)).code in {Reason.TIME, Reason.TOO_MANY_ROWS}


def test_lying_dimension_loses_no_row(tmp_path: Path) -> None:
    path = rewritten(
        small(tmp_path / "lie.xlsx"),
        lambda _, data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A2"', data),
    )
    assert len(read_workbook(path).sheets[0].rows) == 20


def test_strict_ooxml_is_read(tmp_path: Path) -> None:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    path = rewritten(small(tmp_path / "strict.xlsx"), lambda _, data: data.replace(main, strict))
    assert len(read_workbook(path).sheets[0].rows) == 20


def test_formula_without_result_and_errors_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["ชื่อ", "=1+1", "#REF!", "ok"])
    book.active["C1"].data_type = "e"
    book.save(tmp_path / "formula.xlsx")
    cells = read_workbook(tmp_path / "formula.xlsx").sheets[0].rows[0].cells
    assert cells == ["ชื่อ", BadCell("=1+1"), BadCell("#REF!"), "ok"]


def test_hidden_rows_and_columns_are_noted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for number in range(4):
        book.active.append([number, number, number])
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    sheet = read_workbook(tmp_path / "hidden.xlsx").sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({3}, {1})


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp874", "\t"), ("cp874", ",")],
)
def test_text_files(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    lines = [["ชื่อ", "โทร", "จังหวัด"], ["นายก", "081", "น่าน"], ["นางข", "082", "แพร่"]]
    path.write_bytes("\n".join(delimiter.join(line) for line in lines).encode(encoding))
    rows = read_workbook(path).sheets[0].rows
    assert [row.cells for row in rows] == lines


def test_macros_are_never_run_and_the_file_is_read(tmp_path: Path) -> None:
    path = small(tmp_path / "macro.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    assert len(read_workbook(path, "macro.xlsm").sheets[0].rows) == 20


def test_control_characters_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("ชื่อ\x07,โทร\nก\x1b,1\n".encode())
    assert read_workbook(path).sheets[0].rows[0].cells == ["ชื่อ", "โทร"]


def test_child_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    seen: dict[str, object] = {}
    original = subprocess.Popen

    def spy(*args: object, **kwargs: object) -> object:
        seen.update(kwargs)
        return original(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setenv("SANG_DATA_KEY", "secret")
    monkeypatch.setattr(subprocess, "Popen", spy)
    read_workbook(small(tmp_path / "a.xlsx"))
    assert "SANG_DATA_KEY" not in dict(seen["env"])  # type: ignore[call-overload]


def test_answer_that_was_cut_off_is_a_failure() -> None:
    from importers.reading import wire
    from importers.reading.reasons import Refusal

    lines = io.BytesIO(b'{"sheet": "a", "hidden": false, "merges": [], "hidden_rows": [], ')
    with pytest.raises((Refusal, ValueError)):
        wire.read(iter(lines))


def test_a_merged_range_ends_with_what_is_filled(tmp_path: Path) -> None:
    kind = 'office:value-type="string"'
    rows = "".join(
        f'<table:table-row><table:table-cell {kind} table:number-rows-spanned="{span}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        f"<table:table-cell {kind}><text:p>{text}</text:p>"
        "</table:table-cell></table:table-row>"
        for text, span in (("ก", 1), ("ข", 2_000_000_000), ("ค", 1))
    )
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:text="{names}text:1.0"'
        f' xmlns:table="{names}table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="a">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "span.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert read_workbook(path).sheets[0].merges == [Merge(2, 0, 3, 0)]


def test_a_merged_range_of_the_whole_sheet_is_clamped(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["ก", None, "ข"])
    book.active["A2"] = "ค"
    book.save(tmp_path / "all.xlsx")
    whole = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells><pageMargins'
    path = rewritten(
        tmp_path / "all.xlsx",
        lambda name, data: data.replace(b"<pageMargins", whole) if "sheet1" in name else data,
    )
    assert read_workbook(path).sheets[0].merges == [Merge(1, 0, 2, 2)]


def test_many_bad_cells_take_no_longer_than_good_ones() -> None:
    count = 20_000
    bad = {(number, 0): "#N/A" for number in range(1, count + 1)}
    started = time.process_time()
    found = list(cells.rows("a", ([None] for _ in range(count)), bad=bad))
    assert time.process_time() - started < 3
    assert [row.cells for row in found] == [[BadCell("#N/A")]] * count


def test_a_text_is_cut_where_a_cell_of_excel_ends(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("ชื่อ,โทร\n" + "ก" * 40_000 + ",1\n", encoding="utf-8")
    assert read_workbook(path).sheets[0].rows[1].cells == ["ก" * 32_767, "1"]
