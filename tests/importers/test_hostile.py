"""A corpus of hostile files: each is read rightly or refused in one sentence; the parent lives."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from importers.reading import ooxml
from importers.reading.errors import Unreadable
from importers.reading.grid import BadCell, Workbook
from importers.reading.parent import ROOT, Limits, read_workbook
from importers.reading.reasons import Reason
from tests.importers import hostile

TEN = range(1, 10)
LIMITS = Limits(memory_mb=512, seconds=20)
REFUSED: dict[Callable[[Path], Path], set[Reason]] = {
    hostile.lying_sizes: {Reason.DAMAGED, Reason.BOMB, Reason.MEMORY},
    hostile.far_cells: {Reason.MEMORY, Reason.TOO_WIDE},
    hostile.widest: {Reason.TOO_WIDE},
    hostile.million_rows: {Reason.TOO_MANY_ROWS, Reason.MEMORY},
    hostile.wrong_directory: {Reason.DAMAGED},
    hostile.no_sheets: {Reason.NOTHING_READ},
    hostile.ods_of_many: {Reason.MEMORY, Reason.DAMAGED},
}


def refusal(path: Path, name: str = "", limits: Limits = LIMITS) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_workbook(path, name, limits)
    return caught.value


def read_or_refused(path: Path) -> str:
    """Every cell as text, or the sentence of the refusal."""
    try:
        return str(rows_of(read_workbook(path, limits=LIMITS)))
    except Unreadable as error:
        return str(error)


def rows_of(workbook: Workbook) -> list[list[object]]:
    return [list(row.cells) for row in workbook.sheets[0].rows]


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_refused_in_time(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / ("file.ods" if make is hostile.ods_of_many else "file.xlsx"))
    started = time.monotonic()
    error = refusal(path)
    assert time.monotonic() - started < LIMITS.seconds + 5
    assert error.code in REFUSED[make]
    assert path.name in str(error)


@pytest.mark.parametrize(
    "make", [hostile.nested_bomb, hostile.strict, hostile.climbing], ids=lambda make: make.__name__
)
def test_what_is_harmless_in_them_is_read(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "file.xlsx")
    assert rows_of(read_workbook(path, limits=LIMITS)) == [[f"ชื่อ {n}", n] for n in range(20)]
    assert not Path("/tmp/sang-climbed.txt").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    path = hostile.small(tmp_path / "file.xlsx")
    with zipfile.ZipFile(path) as archive:
        data = archive.read("xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", data.replace(b"<v>1</v>", b"<v>2</v>"))
    assert refusal(path).code is Reason.DAMAGED


def test_a_million_formatted_rows_are_three_cells(tmp_path: Path) -> None:
    path = hostile.empty_formatted_rows(tmp_path / "file.xlsx")
    assert rows_of(read_workbook(path, limits=LIMITS)) == [[1, 2, 3]]


def test_a_link_to_another_file_is_its_last_value(tmp_path: Path) -> None:
    assert rows_of(read_workbook(hostile.linked(tmp_path / "file.xlsx"))) == [[7]]


@pytest.mark.parametrize("part", ["sheet1", "xl/workbook.xml", "sharedStrings"])
def test_entities_are_not_expanded_in_the_parent(tmp_path: Path, part: str) -> None:
    path = hostile.laughing(tmp_path / "file.xlsx", part)
    assert "laugh" not in read_or_refused(path)


@pytest.mark.parametrize("tenth", TEN)
def test_cut_off_at_every_tenth(tmp_path: Path, tenth: int) -> None:
    path = hostile.small(tmp_path / "file.xlsx", 300)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * tenth // 10])
    assert refusal(path).code is Reason.DAMAGED


@pytest.mark.parametrize("tenth", TEN)
def test_an_old_workbook_cut_off_loses_no_row_in_silence(tmp_path: Path, tenth: int) -> None:
    whole = (Path(__file__).parent / "golden" / "thirty.xls").read_bytes()
    path = tmp_path / "file.xls"
    path.write_bytes(whole[: len(whole) * tenth // 10])
    assert refusal(path).code in {Reason.DAMAGED, Reason.MEMORY, Reason.NOTHING_READ}


@pytest.mark.parametrize(("real", "called"), [("thirty.xls", "a.xlsx"), ("thirty.ods", "a.xls")])
def test_the_content_decides_not_the_name(tmp_path: Path, real: str, called: str) -> None:
    data = (Path(__file__).parent / "golden" / real).read_bytes()
    path = tmp_path / called
    path.write_bytes(data)
    assert len(read_workbook(path).sheets[0].rows) > 30


@pytest.mark.parametrize("claim", [b"A1", b"A1:A2", b"A1:XFD1048576", b"Z900:Z901", None])
def test_a_lying_dimension_changes_nothing(tmp_path: Path, claim: bytes | None) -> None:
    import re

    new = b"" if claim is None else b'<dimension ref="' + claim + b'"/>'
    path = hostile.rewritten(
        hostile.small(tmp_path / "file.xlsx"),
        lambda _, data: re.sub(rb"<dimension [^>]*/>", new, data),
    )
    assert rows_of(read_workbook(path, limits=LIMITS)) == [[f"ชื่อ {n}", n] for n in range(20)]


def test_rows_keep_their_numbers_below_blank_ones(tmp_path: Path) -> None:
    cells = b"<c r='C7'><v>1</v></c><c r='D7' t='e'><v>#REF!</v></c>"
    body = b"<sheetData><row r='7'>" + cells + b"</row></sheetData>"
    path = hostile.with_sheet(tmp_path / "file.xlsx", body)
    (row,) = read_workbook(path).sheets[0].rows
    assert (row.number, row.cells) == (7, [None, None, 1, BadCell("#REF!")])


def test_each_formula_without_a_value_is_told(tmp_path: Path) -> None:
    bodies = [b"<f>1+1</f>", b"<f>1+1</f><v></v>", b"<f/>", b"<f>1+1</f><v>2</v>"]
    pairs = zip(b"ABCD", bodies, strict=True)
    cells = b"".join(b"<c r='%c1'>%s</c>" % pair for pair in pairs)
    path = hostile.with_sheet(
        tmp_path / "file.xlsx", b"<sheetData><row r='1'>" + cells + b"</row></sheetData>"
    )
    assert rows_of(read_workbook(path)) == [[BadCell("=1+1"), BadCell("=1+1"), BadCell("="), 2]]


def test_fewer_cells_than_the_file_holds_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importers.reading import child, excel
    from importers.reading.reasons import Refusal

    path = hostile.small(tmp_path / "file.xlsx", 200)
    found = ooxml.facts_of(path)
    assert found["Sheet"].filled == 400
    monkeypatch.setattr(excel, "_cells_of", lambda data: iter([["ชื่อ 0", 0]]))
    ((_, rows),) = child.sheets_of(path, ".xlsx")
    with pytest.raises(Refusal) as caught:
        list(rows)
    assert caught.value.reason is Reason.INCOMPLETE


TEXTS: dict[str, tuple[bytes, Reason | list[list[str]]]] = {
    "nul bytes": (b"a,b\n1,\x002\n", Reason.NOT_A_WORKBOOK),
    "mixed line ends": (b"a,b\r1,2\r\n3,4\n5,6", [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]),
    "open quote": (b'a,b\n1,"x\n' + b"2,y\n" * 50, Reason.QUOTE),
    "line break in quotes": (b'a,b\n1,"x\ny"\n', [["a", "b"], ["1", "x\ny"]]),
    "half a letter": ("ชื่อ,โทร\nก้อง,1\n".encode()[:-5] + b"\xe0\n", Reason.ENCODING),
    "no letters": (b"\xff" * 50, Reason.ENCODING),
    "excel's unicode text": ("ชื่อ\tโทร\r\nก\t1\r\n".encode("utf-16"), [["ชื่อ", "โทร"], ["ก", "1"]]),
    "utf-16 without a mark": ("ชื่อ\tโทร".encode("utf-16-le"), Reason.NOT_A_WORKBOOK),
    "one long line": (b"a," * 2_000_000, Reason.TOO_WIDE),
    "one long cell": (b"a" * 3_000_000, Reason.DAMAGED),
    "controls": ("ชื่อ\x07,โทร\nก\x1b,1\n".encode(), [["ชื่อ", "โทร"], ["ก", "1"]]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_files(tmp_path: Path, name: str) -> None:
    data, expected = TEXTS[name]
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    if isinstance(expected, Reason):
        assert refusal(path).code is expected
    else:
        assert rows_of(read_workbook(path)) == expected


def test_a_text_of_two_hundred_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert refusal(path).code is Reason.TOO_LARGE


MEASURE = """
import resource, sys
from pathlib import Path
from importers.reading.errors import Unreadable
from importers.reading.parent import Limits, read_workbook
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in Path(sys.argv[1]).iterdir():
    try:
        read_workbook(path, limits=Limits(memory_mb=512, seconds=20))
    except Unreadable as error:
        assert error.code
print(start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_the_parent_needs_little_memory(tmp_path: Path) -> None:
    makers = [hostile.lying_sizes, hostile.far_cells, hostile.million_rows, hostile.nested_bomb]
    for make in [*makers, hostile.empty_formatted_rows, hostile.widest]:
        make(tmp_path / f"{make.__name__}.xlsx")
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    start, peak = (int(number) // 1024 for number in done.stdout.split())
    assert peak - start < 120
