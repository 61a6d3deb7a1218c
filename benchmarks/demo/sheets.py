"""Sign-up sheets as offices make them by hand: merged titles, two-row headers, Thai digits.

Three hands, each with its own habits; what they have in common is only that a person would
understand them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.demo.people import Person
from registry.periods.wording import THAI_SHORT

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
BOLD, CENTRE = (
    Font(name="TH Sarabun New", size=16, bold=True),
    Alignment(horizontal="center", wrap_text=True),
)
PLAIN = Font(name="TH Sarabun New", size=14)
LINE = Border(*(Side(style="thin"),) * 4)
FILL = PatternFill("solid", fgColor="DDEBF7")


def thai_day(day: date) -> str:
    """``15 ม.ค. 69``."""
    return f"{day.day} {THAI_SHORT[day.month - 1]} {(day.year + 543) % 100:02d}"


def _title(sheet: Worksheet, lines: Sequence[str], width: int) -> int:
    for row, text in enumerate(lines, 1):
        sheet.cell(row, 1, text).font = BOLD
        sheet.cell(row, 1).alignment = CENTRE
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    return len(lines) + 1


def _head(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    for column, name in enumerate(names, 1):
        cell = sheet.cell(row, column, name or None)
        cell.font, cell.fill, cell.border, cell.alignment = BOLD, FILL, LINE, CENTRE


def _row(sheet: Worksheet, row: int, values: Sequence[Any]) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column, value if value != "" else None)
        cell.font, cell.border = PLAIN, LINE


def tidy(
    sheet: Worksheet, title: str, people: Sequence[Person], network: Callable[[Person], str]
) -> None:
    """A careful hand: one header row at row 4, a column for everything."""
    names = (
        "ลำดับ",
        "คำนำหน้า",
        "ชื่อ",
        "นามสกุล",
        "เลขประจำตัวประชาชน",
        "ปีเกิด (พ.ศ.)",
        "โทรศัพท์",
        "ไอดีไลน์",
        "บ้านเลขที่",
        "หมู่ที่",
        "ตำบล",
        "อำเภอ",
        "จังหวัด",
        "รหัสไปรษณีย์",
        "อาชีพ",
        "ประเภทเครือข่าย",
        "ชื่อเครือข่าย",
        "ช่องทางที่ดูแล",
        "กิจกรรมที่เข้าร่วม",
        "วันที่สมัคร",
        "ยินยอม",
    )
    row = _title(sheet, (title, "กรมประชาสัมพันธ์"), len(names)) + 1
    _head(sheet, row, names)
    for number, p in enumerate(people, 1):
        channels = ", ".join(f"{name} {count:,} คน" for _, name, count in p.channels)
        _row(
            sheet,
            row + number,
            (
                number,
                p.title,
                p.first,
                p.last,
                p.national_id,
                p.birth_year_be,
                p.phone,
                p.line_id,
                p.house,
                p.moo,
                p.subdistrict,
                p.district,
                p.province,
                p.postcode,
                p.job,
                p.kind,
                network(p),
                channels,
                p.activity,
                thai_day(p.joined),
                "ยินยอม",
            ),
        )
    _row(sheet, row + len(people) + 1, ("รวม", "", f"{len(people)} คน"))
    sheet.cell(row + len(people) + 3, 1, "หมายเหตุ ข้อมูลสมมติเพื่อการสาธิต").font = PLAIN


def glued(
    sheet: Worksheet, title: str, people: Sequence[Person], network: Callable[[Person], str]
) -> None:
    """A hurried hand: title, name and surname in one cell, phones as numbers, a two-row header."""
    upper = (
        "ที่",
        "ชื่อ - สกุล",
        "เลขบัตรประชาชน",
        "พ.ศ. เกิด",
        "เบอร์โทร",
        "Line ID",
        "ที่อยู่",
        "",
        "",
        "",
        "",
        "",
        "อาชีพ",
        "ประเภทเครือข่าย",
        "ชื่อเครือข่าย",
        "ช่องทาง",
        "",
        "กิจกรรม",
        "วันที่สมัคร",
        "ความยินยอม",
    )
    lower = (
        "",
        "",
        "",
        "",
        "",
        "",
        "เลขที่",
        "หมู่",
        "ตำบล/แขวง",
        "อำเภอ/เขต",
        "จังหวัด",
        "รหัสไปรษณีย์",
        "",
        "",
        "",
        "ชื่อช่องทาง",
        "จำนวนผู้รับ (คน)",
        "",
        "",
        "",
    )
    row = _title(sheet, (title,), len(upper)) + 1
    _head(sheet, row, upper)
    _head(sheet, row + 1, lower)
    sheet.merge_cells(start_row=row, start_column=7, end_row=row, end_column=12)
    sheet.merge_cells(start_row=row, start_column=16, end_row=row, end_column=17)
    for number, p in enumerate(people, 1):
        what, name, count = p.channels[0]
        _row(
            sheet,
            row + 1 + number,
            (
                number,
                f"{p.title}{p.first} {p.last}",
                p.national_id,
                p.birth_year_be,
                int(p.phone),
                p.line_id,
                p.house,
                p.moo,
                f"ต.{p.subdistrict}",
                f"อ.{p.district}",
                f"จ.{p.province}",
                int(p.postcode) if p.postcode else "",
                p.job,
                p.kind,
                network(p),
                name,
                count,
                p.activity,
                thai_day(p.joined),
                "/",
            ),
        )


def old_school(
    sheet: Worksheet, title: str, people: Sequence[Person], network: Callable[[Person], str]
) -> None:
    """A formal hand: Thai digits throughout and dates written out; the title in its own column."""
    names = (
        "ลำดับที่",
        "คำนำหน้าชื่อ",
        "ชื่อ-สกุล",
        "ปีเกิด",
        "หมายเลขโทรศัพท์",
        "บ้านเลขที่",
        "หมู่",
        "ตำบล",
        "อำเภอ",
        "จังหวัด",
        "อาชีพ",
        "ประเภท",
        "เครือข่าย",
        "ช่องทางเผยแพร่",
        "จำนวนสมาชิก",
        "วันที่",
        "ยินยอม",
    )
    row = _title(sheet, (title, "ประจำปีงบประมาณ", "สำนักพัฒนาการประชาสัมพันธ์"), len(names)) + 1
    _head(sheet, row, names)
    for number, p in enumerate(people, 1):
        what, name, count = p.channels[0]
        phone = f"{p.phone[:3]}-{p.phone[3:6]}-{p.phone[6:]}"
        cells = (
            str(number),
            p.title,
            f"{p.first}  {p.last}",
            str(p.birth_year_be),
            phone,
            p.house,
            str(p.moo),
            p.subdistrict,
            p.district,
            p.province,
            p.job,
            p.kind,
            network(p),
            name,
            f"{count:,}",
            f"{p.joined.day}/{p.joined.month}/{p.joined.year + 543}",
            "ยินยอม",
        )
        _row(sheet, row + number, [cell.translate(THAI_DIGITS) for cell in cells])
    _row(sheet, row + len(people) + 1, ("รวมทั้งสิ้น", "", f"{len(people)} ราย"))


HANDS = (tidy, glued, old_school)


def write_sheet(
    path: Path, title: str, people: Sequence[Person], network: Callable[[Person], str], hand: int
) -> None:
    """Write one workbook in one of the three hands (``hand`` modulo 3)."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has a sheet
    sheet.title = "รายชื่อ"
    HANDS[hand % len(HANDS)](sheet, title, people, network)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
