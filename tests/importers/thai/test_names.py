"""Titles, names and organisations; text that only looks right."""

from __future__ import annotations

import pytest

from importers.codes import Code
from importers.thai.names import looks_like_organisation, read_name
from importers.thai.text import clean, is_blank, is_ditto, key, was_repaired
from importers.thai.titles import canonical_title


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("นายสมชาย ใจดี", ("นาย", "สมชาย", "ใจดี")),
        ("น.ส.สมหญิง  ใจดี", ("นางสาว", "สมหญิง", "ใจดี")),
        ("น. ส. สมหญิง ใจดี", ("นางสาว", "สมหญิง", "ใจดี")),
        ("นาง สาวสมหญิง ใจดี", ("นางสาว", "สมหญิง", "ใจดี")),
        ("นาง สาวิตรี ใจดี", ("นาง", "สาวิตรี", "ใจดี")),
        ("ว่าที่ ร.ต. หญิง สมศรี มั่นคง", ("ว่าที่ ร.ต. หญิง", "สมศรี", "มั่นคง")),
        ("ว่าที่ร้อยตรีหญิงสมศรี มั่นคง", ("ว่าที่ ร.ต. หญิง", "สมศรี", "มั่นคง")),
        ("ว่าที่ ร.ต.(หญิง) สมศรี มั่นคง", ("ว่าที่ ร.ต. หญิง", "สมศรี", "มั่นคง")),
        ("ว่าที่ ร.ต.สมชาย ดี", ("ว่าที่ ร.ต.", "สมชาย", "ดี")),
        ("พ.ต.ท.หญิง นงนุช ศรี", ("พ.ต.ท. หญิง", "นงนุช", "ศรี")),
        ("ผศ. ดร. สมชาย ใจดี", ("ผศ.ดร.", "สมชาย", "ใจดี")),
        ("คุณากร ศรีสุข", ("", "คุณากร", "ศรีสุข")),
        ("คุณธรรม ดีงาม", ("", "คุณธรรม", "ดีงาม")),
        ("คุณ สมชาย ใจดี", ("คุณ", "สมชาย", "ใจดี")),
        ("พระมหาสมชาย", ("พระมหา", "สมชาย", "")),
        ("พลอย ใสสว่าง", ("", "พลอย", "ใสสว่าง")),
        ("ศิริ ณ อยุธยา", ("", "ศิริ", "ณ อยุธยา")),
        ("1. นายสมชาย ใจดี (ชาย)", ("นาย", "สมชาย", "ใจดี")),
        ("นายสมชาย\nใจดี", ("นาย", "สมชาย", "ใจดี")),
        ("Mr. John Smith", ("นาย", "John", "Smith")),
        ("อรทัย ใจดี", ("", "อรทัย", "ใจดี")),
    ],
)
def test_names(text: str, parts: tuple[str, str, str]) -> None:
    name = read_name(text).value
    assert name is not None
    assert (name.title, name.first, name.last) == parts


@pytest.mark.parametrize(
    "text", ["นายก ข\nนายค ง", "นายสมชาย ใจดี และ นางสมหญิง ใจดี", "นายก ข, น.ส.ค ง"]
)
def test_two_people_in_one_cell(text: str) -> None:
    assert read_name(text).remarks[0].code is Code.SEVERAL_MEMBERS


def test_glued_title_is_proposed_beside_the_original() -> None:
    (remark,) = read_name("นายสมชาย ใจดี").remarks
    assert (remark.code, remark.proposal) == (Code.TITLE_SPLIT, "นาย | สมชาย | ใจดี")


@pytest.mark.parametrize("text", ["เทศบาลตำบลสุเทพ", "วิทยุชุมชนคนเหนือ", "อบต.ริมใต้", "วัดพระสิงห์"])
def test_organisations(text: str) -> None:
    assert looks_like_organisation(text)
    assert not looks_like_organisation(f"นาย{text}")


def test_title_column() -> None:
    assert canonical_title("น.ส.") == "นางสาว"
    assert canonical_title("ว่าที่ ร.ต.(หญิง)") == "ว่าที่ ร.ต. หญิง"
    assert canonical_title("กำนัน") == "กำนัน"


def test_clean() -> None:
    assert clean("เเม่เเตง") == "แม่แตง"
    assert clean("จํานวน") == "จำนวน"
    assert clean("\ufeff ก\u200bข \u00a0 ค ") == "กข ค"
    assert clean("สวัสดี") == "สวัสดี"
    assert was_repaired("จํานวน")
    assert not was_repaired("  จำนวน  ")


def test_blanks_dittos_keys() -> None:
    assert all(is_blank(text) for text in ("-", "–", "ไม่ระบุ", "ไม่มี", "N/A", ""))
    assert all(is_ditto(text) for text in ('"', "〃"))
    assert not is_blank("0")
    assert key("เลขที่ ๑๒ (บ้าน)") == key("เลขที่12บ้าน")
