"""What the made sheets found once: each as the smallest sheet that shows it."""

from __future__ import annotations

from datetime import date

import pytest

from importers.body import Left
from importers.reading.grid import Cell, Merge
from tests.importers.sheets import read, row_of

HEAD: list[Cell] = ["ที่", "ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"]
ONE: list[Cell] = [1, "นายก ข", "0810000001", "น่าน"]
TWO: list[Cell] = [2, "นางค ง", "0810000002", "แพร่"]


def test_surname_beside_a_given_name() -> None:
    analysis = read([["คำนำหน้า", "ชื่อ", "ชื่อสกุล", "โทร"], ["นาย", "ก้อง", "ใจดี", "0810000001"]])
    values = row_of(analysis, 2)
    assert (values["first_name"], values["last_name"]) == ("ก้อง", "ใจดี")


@pytest.mark.parametrize("total", [["รวม", None, 2], ["รวมทั้งสิ้น 2 คน", None, 2], ["ยอดรวม", 2, 2]])
def test_a_sum_below_the_telephone_numbers_is_no_telephone(total: list[Cell]) -> None:
    analysis = read([HEAD, ONE, TWO, total])
    assert [row.row for row in analysis.rows] == [2, 3]
    assert [(item.row, item.why) for item in analysis.skipped] == [(4, Left.TOTAL)]
    assert row_of(analysis, 3)["phone"] == "0810000002"


def test_people_whose_name_means_total_are_members() -> None:
    head: list[Cell] = ["ที่", "คำนำหน้า", "ชื่อ-สกุล", "อาชีพ", "ปีเกิด"]
    rows: list[list[Cell]] = [
        [1, "นาง", "รวม ใจดี", "ครู", 2520],
        [None, "นาย", "รวม งามตา", None, 2521],
    ]
    assert [row.row for row in read([head, *rows]).rows] == [2, 3]


def test_the_first_of_two_headers_is_the_header() -> None:
    upper: list[Cell] = ["ที่", "ข้อมูล", None, "ที่อยู่", None]
    lower: list[Cell] = [None, "ชื่อ", "สกุล", "อำเภอ", "จังหวัด"]
    merges = [Merge(1, 0, 2, 0), Merge(1, 1, 1, 2), Merge(1, 3, 1, 4)]
    people: list[list[Cell]] = [[n, "ก้อง", "ใจดี", "เมือง", "น่าน"] for n in (1, 2)]
    analysis = read(
        [upper, lower, *people, upper, lower, [3, "ขวัญ", "ดี", "เมือง", "แพร่"]], merges=merges
    )
    assert analysis.header.numbers == [1, 2]
    assert [row.row for row in analysis.rows] == [3, 4, 7]


def test_one_word_of_a_repeated_header_is_no_member() -> None:
    upper: list[Cell] = [None, None, None, "ที่อยู่", None]
    lower: list[Cell] = ["ที่", "ชื่อ-สกุล", "โทร", "อำเภอ", "จังหวัด"]
    person: list[Cell] = [1, "นายก ข", "0810000001", "เมือง", "น่าน"]
    analysis = read(
        [upper, lower, person, upper, lower, [2, "นางค ง", "0810000002", "เมือง", "แพร่"]]
    )
    assert [row.row for row in analysis.rows] == [3, 6]
    assert {item.why for item in analysis.skipped} == {Left.HEADER}


def test_a_district_is_not_the_province_of_a_like_name() -> None:
    head: list[Cell] = ["ที่", "ชื่อ-สกุล", "โทร", "ตำบล"]
    analysis = read(
        [["จังหวัดพระนครศรีอยุธยา"], head, ["อำเภออุทัย"], [1, "นายก ข", "0810000001", "สามบัณฑิต"]]
    )
    assert row_of(analysis, 4)["district_code"] == "1414"


@pytest.mark.parametrize("text", ["กลุ่มวิทยุชุมชน", "วิทยุชุมชน", "ประเภท วิทยุชุมชน"])
def test_a_type_in_the_name_column_is_a_group(text: str) -> None:
    analysis = read([["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"], [text], ["นายก ข", "0810000001", "น่าน"]])
    assert [(row.row, row.values["network_type"]) for row in analysis.rows] == [
        (3, "community_radio")
    ]


def test_a_group_is_no_part_of_the_header() -> None:
    analysis = read([["ทะเบียน"], HEAD, ["หอกระจายข่าว"], ONE])
    assert analysis.header.numbers == [2]
    assert row_of(analysis, 4)["network_type"] == "loudspeaker"


@pytest.mark.parametrize("left", range(4))
def test_who_signed_the_list_is_no_member(left: int) -> None:
    signed = ["ลงชื่อ..............ผู้รายงาน", "(นายทดสอบ ลงนาม)", "ประชาสัมพันธ์จังหวัดน่าน"]
    below: list[list[Cell]] = [[*[None] * left, text] for text in signed]
    analysis = read([HEAD, ONE, TWO, *below])
    assert [(row.row, row.also) for row in analysis.rows] == [(2, []), (3, [])]
    assert [item.row for item in analysis.skipped] == [4, 5, 6]


def test_two_channels_in_columns_of_their_own() -> None:
    channel: list[Cell] = ["ประเภทช่องทาง", "ชื่อช่องทาง", "จำนวนผู้ติดตาม"]
    analysis = read([[*HEAD, *channel, *channel], [*ONE, "เพจ", "ก", 10, "ไลน์กลุ่ม", "ข", 20]])
    channels = row_of(analysis, 2)["channels"]
    assert isinstance(channels, list)
    assert [(one["kind"], one["audience"]) for one in channels] == [
        ("facebook", 10),
        ("line_group", 20),
    ]


def test_a_day_left_of_month_and_year() -> None:
    analysis = read([[*HEAD, "วันที่", "เดือน", "พ.ศ."], [*ONE, 5, "เม.ย.", 2564]])
    assert row_of(analysis, 2)["joined_on"] == date(2021, 4, 5)


def test_the_day_of_a_list_is_nobodys_day_of_joining() -> None:
    analysis = read([["ข้อมูล ณ วันที่ 30 มิถุนายน 2569"], HEAD, ONE])
    assert "joined_on" not in row_of(analysis, 3)


def test_a_filled_column_without_a_name_is_unknown_not_lost() -> None:
    analysis = read([HEAD, [*ONE, "ครู"], [*TWO, "ค้าขาย"]])
    assert [(column.letter, column.header) for column in analysis.unknown] == [("E", "(E)")]


def test_the_number_of_a_day_in_a_text_file() -> None:
    analysis = read([[*HEAD, "วันที่สมัคร"], [*ONE, "44027"]])
    assert row_of(analysis, 2)["joined_on"] == date(2020, 7, 15)
