"""Phones, national IDs, e-mail, LINE, web addresses, consent, numbers of people."""

from __future__ import annotations

import pytest

from importers.codes import Code
from importers.reading.grid import Cell
from importers.thai.contacts import read_consent, read_email, read_line_id, read_url
from importers.thai.national_id import read_national_id
from importers.thai.numbers import read_count
from importers.thai.phones import read_phones

MOBILE = "0812345678"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (MOBILE, [MOBILE]),
        (812345678, [MOBILE]),
        ("08-1234-5678", [MOBILE]),
        ("081.234.5678", [MOBILE]),
        ("๐๘๑-๒๓๔-๕๖๗๘", [MOBILE]),
        ("+66 81 234 5678", [MOBILE]),
        ("66812345678", [MOBILE]),
        ("O81-2345678", [MOBILE]),
        ("0812345678.0", [MOBILE]),
        ("โทร. 081 234 5678 (แม่)", [MOBILE]),
        ("081-234-5678, 089-111-2222", [MOBILE, "0891112222"]),
        ("081-234-5678/089-111-2222", [MOBILE, "0891112222"]),
        ("0812345678 0891112222", [MOBILE, "0891112222"]),
        ("081-234-5678\n089-111-2222", [MOBILE, "0891112222"]),
        ("02-618-2323 ต่อ 12", ["026182323 ต่อ 12"]),
        ("02-618-2323-5", ["026182323"]),
        (53123456, ["053123456"]),
        ("ไม่มี", []),
    ],
)
def test_phones(cell: Cell, numbers: list[str]) -> None:
    assert [str(phone) for phone in read_phones(cell).value or ()] == numbers


@pytest.mark.parametrize("cell", ["12345", "08l2345678", "191", "+1 202 555 0100", "abc", 5])
def test_phone_refused_whole(cell: Cell) -> None:
    found = read_phones(cell)
    assert found.value is None
    assert [remark.code for remark in found.remarks] == [Code.PHONE_INVALID]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (812345678, Code.PHONE_ZERO),
        ("O812345678", Code.PHONE_LETTER_O),
        ("02-618-2323-5", Code.PHONE_RANGE),
        ("๐๘๑๒๓๔๕๖๗๘", Code.THAI_DIGITS),
    ],
)
def test_phone_repairs_are_told(cell: Cell, code: Code) -> None:
    assert [remark.code for remark in read_phones(cell).remarks] == [code]


@pytest.mark.parametrize(
    "cell", ["1-1017-00200-01-9", 1101700200019, "๑๑๐๑๗๐๐๒๐๐๐๑๙", " 1 1017 00200 01 9 "]
)
def test_national_id(cell: Cell) -> None:
    assert read_national_id(cell).value == "1101700200019"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1101700200018", Code.NATIONAL_ID_CHECKSUM),
        (110170020001, Code.NATIONAL_ID_LENGTH),
        ("110170020001X", Code.NATIONAL_ID_LETTERS),
        ("1.10E+12", Code.NATIONAL_ID_SHORTENED),
        ("0101700200010", Code.NATIONAL_ID_TYPE_0),
    ],
)
def test_national_id_refused_without_repeating_it(cell: Cell, code: Code) -> None:
    found = read_national_id(cell)
    assert [remark.code for remark in found.remarks] == [code]
    assert str(cell) not in repr(found)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,200 คน", 1200),
        ("๑.๒ พัน", 1200),
        ("ประมาณ 500", 500),
        ("1.2K", 1200),
        ("5 หมื่น", 50_000),
        ("2 ล้าน", 2_000_000),
        ("สมาชิก 85 คน", 85),
        (120.0, 120),
        ("-", None),
    ],
)
def test_counts(cell: Cell, value: int | None) -> None:
    assert read_count(cell).value == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("หลายพัน", Code.COUNT_UNREADABLE),
        ("100-200", Code.COUNT_RANGE),
        (-3, Code.COUNT_UNREADABLE),
        ("9" * 30, Code.COUNT_UNREADABLE),
    ],
)
def test_counts_refused(cell: Cell, code: Code) -> None:
    assert [remark.code for remark in read_count(cell).remarks] == [code]


def test_email() -> None:
    assert read_email(" Somchai@Example.COM ").value == "somchai@example.com"
    for text in ("peedad(at)mail", "a@b", "a..b@c.th", "ก@ข.ไทย"):
        assert read_email(text).remarks[0].code is Code.EMAIL_INVALID


def test_line_id() -> None:
    assert read_line_id("ID: Somchai_1").value == "somchai_1"
    unusual = read_line_id("พี่ชาย ใจดี")
    assert (unusual.value, unusual.remarks[0].code) == ("พี่ชาย ใจดี", Code.LINE_ID_UNUSUAL)


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "ไม่ใช่ลิงก์", "ftp://a.th/x"]
)
def test_urls_that_could_harm(text: str) -> None:
    assert read_url(text).remarks[0].code is Code.URL_INVALID


def test_url() -> None:
    assert read_url("www.prd.go.th").value == "https://www.prd.go.th"


@pytest.mark.parametrize(
    ("cell", "value"),
    [("/", True), ("✓", True), ("ยินยอม", True), (True, True), ("ไม่ยินยอม", False), ("", None)],
)
def test_consent(cell: Cell, value: bool | None) -> None:
    assert read_consent(cell).value is value


def test_unclear_consent_is_never_a_yes() -> None:
    found = read_consent("แล้วแต่")
    assert (found.value, found.remarks[0].code) == (None, Code.CONSENT_UNREADABLE)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("id6", "id6"),
        ("line99", "line99"),
        ("ID: malee", "malee"),
        ("line malee", "malee"),
        ("ไลน์ malee", "malee"),
        ("ไอดีไลน์=malee_1", "malee_1"),
    ],
)
def test_a_label_is_taken_off_a_line_id_only_where_it_is_one(written: str, read: str) -> None:
    assert read_line_id(written).value == read
