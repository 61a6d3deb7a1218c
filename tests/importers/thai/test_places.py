"""Addresses by any spelling, and channels in one wide cell."""

from __future__ import annotations

import geothai
import pytest
from geothai.types import Province

from importers.codes import Code
from importers.thai.channels import read_channels
from importers.thai.places import province_in, read_place


@pytest.mark.parametrize("province", geothai.provinces(), ids=lambda p: p.code)
def test_every_province_by_its_names(province: Province) -> None:
    for text in (province.name_th, f"จ.{province.name_th}", f"จังหวัด {province.name_th}"):
        place = read_place({"province": text})
        assert (place.province, dict(place.remarks)) == (province.code, {})
    assert read_place({"province": province.name_en}).province == province.code


@pytest.mark.parametrize(
    ("text", "code"), [("กทม.", "10"), ("โคราช", "30"), ("เชียงไหม่", "50"), ("สุพรรณ", "72")]
)
def test_nicknames_and_misspellings_are_proposed(text: str, code: str) -> None:
    place = read_place({"province": text})
    assert place.province == code
    assert [remark.code for remark in place.remarks["province"]] == [Code.PROVINCE_SPELLING]


def test_unknown_province_is_refused() -> None:
    place = read_place({"province": "แอตแลนติส", "district": "เมือง"})
    assert (place.province, place.district) == (None, None)
    assert place.remarks["province"][0].code is Code.PROVINCE_UNKNOWN


def test_capital_district_and_bangkok() -> None:
    place = read_place({"province": "เชียงใหม่", "district": "อ.เมือง", "subdistrict": "ต.สุเทพ"})
    assert (place.district, place.subdistrict) == ("5001", "500108")
    place = read_place({"province": "กทม.", "district": "เขตบางรัก", "subdistrict": "แขวงสีลม"})
    assert (place.district, place.subdistrict) == ("1004", "100402")


def test_near_district_is_proposed_and_a_far_one_refused() -> None:
    near = read_place({"province": "เชียงใหม่", "district": "แม่ลิม"})
    assert (near.district, near.remarks["district"][0].proposal) == ("5007", "แม่ริม")
    far = read_place({"province": "เชียงใหม่", "district": "บางรัก"})
    assert (far.district, far.remarks["district"][0].code) == (None, Code.DISTRICT_UNKNOWN)


def test_what_is_missing_is_inferred_only_when_one_place_fits() -> None:
    one = read_place({"district": "แม่ริม"})
    assert (one.province, one.remarks["province"][0].code) == ("50", Code.PROVINCE_INFERRED)
    assert read_place({"district": "เมือง"}).province is None
    many = read_place({"province": "พิษณุโลก", "subdistrict": "ท่าทอง"})
    assert many.remarks["subdistrict" if many.subdistrict is None else "district"]


def test_postcode() -> None:
    said = {"province": "เชียงใหม่", "district": "แม่ริม", "subdistrict": "ริมใต้"}
    assert not read_place(said | {"postcode": "๕๐๑๘๐"}).remarks
    odd = read_place(said | {"postcode": "10110"})
    assert (odd.postcode, odd.remarks["postcode"][0].proposal) == ("10110", "50180")
    bad = read_place(said | {"postcode": "5018"})
    assert bad.remarks["postcode"][0].code is Code.POSTCODE_INVALID


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("รายชื่อเครือข่าย อป.มช. จังหวัดเชียงใหม่ ประจำปี 2569", "50"),
        ("สำนักงานประชาสัมพันธ์จังหวัดลำพูน", "51"),
        ("ส.ปชส.น่าน", "55"),
        ("ก.ค.69", None),
        ("เชียงใหม่ และ ลำพูน", None),
    ],
)
def test_province_in_a_title(text: str, code: str | None) -> None:
    assert province_in(text) == code


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        (
            "เพจ ข่าวดีแม่ริม 1,200 คน, ไลน์กลุ่ม อป.มช. แม่ริม 85 คน",
            [("facebook", "ข่าวดีแม่ริม", 1200), ("line_group", "อป.มช. แม่ริม", 85)],
        ),
        ("1. เพจ ก 200 คน 2. ไลน์ ข 30 คน", [("facebook", "ก", 200), ("line_group", "ข", 30)]),
        (
            "Facebook: ข่าว (๑.๒ พัน)\nTikTok @cm 3K",
            [("facebook", "ข่าว", 1200), ("tiktok", "@cm", 3000)],
        ),
        ("วิทยุชุมชน FM 98.5", [("radio", "FM 98.5", None)]),
        ("ไลน์กลุ่ม 85", [("line_group", "", 85)]),
        ("หอกระจายข่าว ม.5", [("loudspeaker", "ม.5", None)]),
        ("เสียงตามสาย 300 ครัวเรือน", [("loudspeaker", "", 300)]),
        ("-", []),
    ],
)
def test_wide_channel_cell(text: str, channels: list[tuple[str, str, int | None]]) -> None:
    found = read_channels(text).value or ()
    assert [(one.kind, one.name, one.audience) for one in found] == channels


def test_channel_links() -> None:
    (page,) = read_channels("https://www.facebook.com/abc").value or ()
    assert (page.kind, page.url) == ("facebook", "https://www.facebook.com/abc")
    (other,) = read_channels("เสียงลือเสียงเล่าอ้าง").value or ()
    assert other.kind == "other"
    (harmful,) = read_channels("javascript:alert(1)").value or ()
    assert harmful.url is None


@pytest.mark.parametrize(
    ("text", "name", "audience"),
    [
        ("กลุ่มไลน์หมู่บ้าน 120 คน", "กลุ่มไลน์หมู่บ้าน", 120),
        ("เพจบ้านเรา", "เพจบ้านเรา", None),
        ("เพจเฟซบุ๊ก บ้านเรา", "บ้านเรา", None),
        ("วิทยุชุมชน 98.5 MHz ผู้ฟัง", "98.5 MHz", None),
        ("วิทยุชุมชน 98.5 MHz ผู้ฟัง 3000 คน", "98.5 MHz", 3000),
        ("ไลน์กลุ่ม(บ้านเรา) 20 คน", "บ้านเรา", 20),
    ],
)
def test_a_channel_keeps_the_name_that_people_call_it(
    text: str, name: str, audience: int | None
) -> None:
    (found,) = read_channels(text).value or ()
    assert (found.name, found.audience) == (name, audience)
