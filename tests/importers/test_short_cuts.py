"""Short cuts for cells that are clean already give what the general rules give."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.th import pin

from importers.codes import Code
from importers.reading import ooxml, wire
from importers.reading.grid import BadCell, Cell, Row, Sheet
from importers.thai.contacts import read_line_id
from importers.thai.national_id import read_national_id
from importers.thai.phones import read_phones
from tests.importers import hostile


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_a_national_id_is_judged_as_the_standard_does(number: str) -> None:
    dashed = f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
    expected = number if pin.is_valid(number) else None
    assert read_national_id(number).value == read_national_id(dashed).value == expected


@given(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True))
def test_a_right_last_digit_is_taken_and_every_other_refused(digits: str) -> None:
    right = pin.calc_check_digit(digits + "0")
    for last in "0123456789":
        found = read_national_id(digits + last)
        assert (found.value == digits + last) == (last == right)


@pytest.mark.parametrize(
    ("cell", "number", "codes"),
    [
        ("0812345678", "0812345678", []),
        ("081-234-5678", "0812345678", []),
        (812345678, "0812345678", [Code.PHONE_ZERO]),
        ("81-234-5678", "0812345678", [Code.PHONE_ZERO]),
        ("661234567", "0661234567", []),
        ("๐๘๑๒๓๔๕๖๗๘", "0812345678", [Code.THAI_DIGITS]),
    ],
)
def test_mobile_numbers(cell: Cell, number: str, codes: list[Code]) -> None:
    found = read_phones(cell)
    assert [str(phone) for phone in found.value or ()] == [number]
    assert [remark.code for remark in found.remarks] == codes


@pytest.mark.parametrize(
    ("cell", "value"),
    [("som.chai_1", "som.chai_1"), ("lineman", "lineman"), ("idline: somchai", "somchai"),
     ("Somchai", "somchai"), ("na", None), ("none", None), ("--", None)],
)  # fmt: skip
def test_line_ids(cell: str, value: str | None) -> None:
    assert read_line_id(cell).value == value


@pytest.mark.parametrize("prefix", [b"", b"x:"])
@pytest.mark.parametrize("size", [7, 64, 1_000_000])
def test_facts_are_the_same_however_a_part_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: bytes, size: int
) -> None:
    rows = b"".join(
        b"<row r='%d'%s><c r='A%d' t='e'><v>#REF!</v></c><c r='B%d'><f>1+1</f></c></row>"
        % (n, b" hidden='1'" if n % 3 == 0 else b"", n, n)
        for n in range(1, 10)
    )
    body = b"<sheetData>" + rows.replace(b"<", b"<" + prefix).replace(b"<x:/", b"</x:")
    path = hostile.with_sheet(tmp_path / "file.xlsx", body + b"</sheetData>")
    monkeypatch.setattr(ooxml, "_PIECE", size)
    (found,) = ooxml.facts_of(path).values()
    assert found.hidden_rows == {3, 6, 9}
    errors = {(n, 0): "#REF!" for n in range(1, 10)}
    assert found.bad == errors | {(n, 1): "=1+1" for n in range(1, 10)}


def test_what_json_has_no_word_for_comes_back_from_any_line() -> None:
    cells: list[Cell] = [
        "ก", 1, 1.5, True, None, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), time(5, 6),
        BadCell("#N/A"),
    ]  # fmt: skip
    rows = [Row(n, cells if n % 2 else ["ข"]) for n in range(1, wire.AT_ONCE * 2 + 2)]
    out = io.BytesIO()
    wire.write_sheet(out, Sheet("a"), rows)
    wire.write_end(out)
    out.seek(0)
    assert wire.read(out).sheets[0].rows == rows
