"""A sign-up sheet of any length as offices write them: 100,000 rows × 20 columns.

Of a hundred rows eighty are new; seven are registered already and say the same, three say more;
three have the name and telephone of somebody without a national ID, two nearly the name; five
cannot come in.  Half of the cells that can be written in several ways are not in the plain one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import geothai
import xlsxwriter

from benchmarks.bench.crowd import SEED
from benchmarks.bench.people import Somebody, people
from registry.periods.wording import BE_OFFSET, THAI_SHORT

HEADER = ("ลำดับ", "คำนำหน้า", "ชื่อ", "นามสกุล", "เลขประจำตัวประชาชน", "ปีเกิด (พ.ศ.)", "โทรศัพท์", "ไอดีไลน์",
          "บ้านเลขที่", "หมู่ที่", "ตำบล", "อำเภอ", "จังหวัด", "รหัสไปรษณีย์", "อาชีพ", "ประเภทเครือข่าย",
          "ช่องทางที่ดูแล", "กิจกรรมที่เข้าร่วม", "วันที่สมัคร", "ยินยอมให้ใช้ข้อมูล")  # fmt: skip
TYPES = {
    "village_volunteer": "อป.มช.",
    "loudspeaker": "หอกระจายข่าว",
    "community_radio": "วิทยุชุมชน",
    "local_press": "สื่อมวลชนท้องถิ่น",
    "government_unit": "หน่วยงานภาครัฐ",
    "education": "สถาบันการศึกษา",
    "civil_society": "ภาคประชาสังคม",
    "youth": "เยาวชนและผู้มีอิทธิพลทางสื่อ",
}
CHANNELS = {
    "line_group": "ไลน์กลุ่ม",
    "facebook": "เพจเฟซบุ๊ก",
    "loudspeaker": "หอกระจายข่าว",
    "face_to_face": "พบปะโดยตรง",
}
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def write_sheet(path: Path, rows: int, registered: int) -> None:
    """Write the sheet.

    Args:
        registered: how many of :func:`crowd.fill` are in the registry that it is meant for.
    """
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("รายชื่อ")
        sheet.write_string(0, 0, "ทะเบียนสมาชิกเครือข่ายการประชาสัมพันธ์")
        sheet.write_row(2, 0, HEADER)
        for number, cells in enumerate(_rows(rows, registered), 3):
            sheet.write_row(number, 0, cells)


def _rows(rows: int, registered: int) -> Iterator[list[Any]]:
    hand = Random(SEED + 1)  # noqa: S311 - for looks
    known = list(people(min(registered, rows), SEED))
    fresh = people(rows, SEED + 2, first=registered)
    names = _Names()
    for serial, somebody in enumerate(fresh):
        yield _cells(serial, _one(serial, somebody, known), hand, names)


def _one(serial: int, fresh: Somebody, known: list[Somebody]) -> Somebody:
    """Who stands in a row: somebody new, or somebody who is registered."""
    old, place = known[serial % len(known)], serial % 100
    if place < 7:
        return old
    if place < 10:
        return old._replace(line_id=f"more{serial}")
    if place < 13:
        return old._replace(national_id=None, line_id=None)
    if place < 15:
        changed = old.first + "ย์"
        return old._replace(first=changed, national_id=None, line_id=None, phone=fresh.phone)
    return fresh


class _Names:
    """Thai names of places by code."""

    def __init__(self) -> None:
        self.provinces = {one.code: one.name_th for one in geothai.provinces()}
        self.districts = {
            one.code: one.name_th for code in self.provinces for one in geothai.districts(code)
        }
        self.subdistricts = {
            one.code: one.name_th for code in self.districts for one in geothai.subdistricts(code)
        }


def _cells(serial: int, one: Somebody, hand: Random, names: _Names) -> list[Any]:
    wrong = serial % 100 >= 95
    number = one.national_id
    if wrong:
        number = "1234567890123"
    return [
        serial + 1,
        one.title,
        one.first,
        one.last,
        _number(number, hand) if number else "",
        one.birth_year + BE_OFFSET,
        _phone(one.phone, hand),
        one.line_id or "",
        one.house,
        int(one.moo),
        _place("ต.", names.subdistricts[one.subdistrict], hand),
        _place("อ.", names.districts[one.subdistrict[:4]], hand),
        _place("จ.", names.provinces[one.province], hand),
        one.postcode,
        one.job,
        TYPES[one.network_type],
        f"{CHANNELS[one.channel]}บ้าน{one.first} {one.audience:,} คน",
        one.activity,
        _day(one, hand),
        "ยินยอม",
    ]


def _number(number: str, hand: Random) -> Any:
    way = hand.random()
    if way < 0.5:
        return number
    if way < 0.9:
        return f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
    return number.translate(THAI)


def _phone(phone: str, hand: Random) -> Any:
    way = hand.random()
    if way < 0.5:
        return phone
    if way < 0.8:
        return f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"
    return int(phone) if way < 0.95 else phone.translate(THAI)


def _place(mark: str, name: str, hand: Random) -> str:
    return name if hand.random() < 0.5 or name.startswith(("เขต", "กรุงเทพ")) else mark + name


def _day(one: Somebody, hand: Random) -> str:
    day, way = one.joined, hand.random()
    if way < 0.5:
        return f"{day.day:02d}/{day.month:02d}/{day.year + BE_OFFSET}"
    return f"{day.day} {THAI_SHORT[day.month - 1]} {(day.year + BE_OFFSET) % 100:02d}"
