"""A sign-up sheet of an office in one hand, and the way from the file to its plan."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from flask import Flask
from sqlalchemy import select

from importers import runs, services
from importers.models import ImportBatch, ImportRow
from importers.results import Status
from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from tests import cast

CANARY = "1509900454546"
TITLES = ["แบบขึ้นทะเบียนสมาชิกเครือข่าย", "สำนักงานประชาสัมพันธ์จังหวัด"]
HEAD = (
    "ลำดับ", "คำนำหน้า", "ชื่อ", "นามสกุล", "เลขประจำตัวประชาชน", "ปีเกิด (พ.ศ.)", "โทรศัพท์", "อำเภอ", "จังหวัด",
    "อาชีพ", "ประเภทเครือข่าย", "ชื่อเครือข่าย", "ช่องทางที่ดูแล", "วันที่สมัคร", "ยินยอม", "ศาสนา",
)  # fmt: skip
FIRST = len(TITLES) + 2
"""Number of the first member's row, as Excel shows it."""


def person(**cells: object) -> dict[str, object]:
    """Somebody of Chiang Mai; ``cells`` by the words of the header say what is special."""
    usual = {
        "คำนำหน้า": "นาย",
        "ชื่อ": "ทดสอบ",
        "นามสกุล": "ระบบดี",
        "ปีเกิด (พ.ศ.)": 2520,
        "จังหวัด": "เชียงใหม่",
        "ประเภทเครือข่าย": "อป.มช.",
        "วันที่สมัคร": "15 ม.ค. 69",
        "ยินยอม": "ยินยอม",
        "ศาสนา": "พุทธ",
    }
    return usual | cells


NEW = person(
    ชื่อ="กานดา", นามสกุล="ใหม่เอี่ยม", คำนำหน้า="นางสาว", เลขประจำตัวประชาชน=CANARY, โทรศัพท์=819990001,
    อำเภอ="แม่ริม", ชื่อเครือข่าย=cast.NETWORKS["P50"][0], ช่องทางที่ดูแล="ไลน์กลุ่มบ้านเหนือ 85 คน",
)  # fmt: skip
UPDATE = person(
    คำนำหน้า="นาง", ชื่อ="มาลี", นามสกุล="ดวงแก้ว", เลขประจำตัวประชาชน="1-5000-12345-67-6", โทรศัพท์="0810000599",
    อาชีพ="เกษตรกร",
)  # fmt: skip
UNCHANGED = person(
    ชื่อ="สมชาย", นามสกุล="ใจคำ", เลขประจำตัวประชาชน="3500098765438", โทรศัพท์="0810000502", ประเภทเครือข่าย="หอกระจายข่าว",
) | {"ปีเกิด (พ.ศ.)": 2523}  # fmt: skip
LIKE_DAO = person(คำนำหน้า="นางสาว", ชื่อ="ดาว", นามสกุล="แสงหล้าา", โทรศัพท์="0810000503", อาชีพ="ครู")
LIKE_AREE = person(
    คำนำหน้า="นาง",
    ชื่อ="อารี",
    นามสกุล="สุวรรณโณ",
    เลขประจำตัวประชาชน="1900023456787",
    โทรศัพท์="0810000901",
)
OUTSIDE = person(ชื่อ="ไกล", นามสกุล="บ้าน", จังหวัด="สงขลา", โทรศัพท์="0819990006")
NO_SUCH_DAY = person(ชื่อ="วันผิด", นามสกุล="เดือนผิด", วันที่สมัคร="31/4/2569", โทรศัพท์="0819990007")
EVERYBODY = (NEW, UPDATE, UNCHANGED, LIKE_DAO, LIKE_AREE, OUTSIDE, NO_SUCH_DAY)
ROWS = {name: FIRST + place for place, name in enumerate(
    ("new", "update", "unchanged", "dao", "aree", "outside", "no_such_day"))}  # fmt: skip


def workbook(*people: dict[str, object]) -> bytes:
    """The people below merged titles, as an .xlsx."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for number, title in enumerate(TITLES, 1):
        page.cell(number, 1, title)
        page.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(HEAD))
    page.append(HEAD)
    for number, one in enumerate(people or EVERYBODY, 1):
        page.append([number, *(one.get(word) for word in HEAD[1:])])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def on_disk(folder: Path, *people: dict[str, object], name: str = "ใบสมัคร.xlsx") -> Path:
    """The workbook as a file."""
    path = folder / name
    path.write_bytes(workbook(*people))
    return path


def actor(name: str = "officer50") -> Actor:
    """One of the cast as who acts; needs an application context."""
    user = cast.user(name)
    return Actor(user.id, "web", user.office_id)


def received(data: bytes, name: str = "officer50") -> int:
    """Take a file in; needs an application context."""
    who = actor(name)
    with unit_of_work():
        office = db.session.get_one(Office, who.office_id)
        return services.receive(who, office, "ใบสมัคร.xlsx", data).id


def planned(app: Flask, *people: dict[str, object], name: str = "officer50") -> int:
    """Take a sheet in and plan it; the number of its batch."""
    with app.app_context():
        number = received(workbook(*people), name)
        runs.plan(number)
    return number


def batch(number: int) -> ImportBatch:
    """A batch as it is now; needs an application context."""
    db.session.rollback()
    return db.session.get_one(ImportBatch, number)


def row(number: int, which: int) -> ImportRow:
    """A row of a batch by its number in the sheet; needs an application context."""
    query = select(ImportRow).where(ImportRow.batch_id == number, ImportRow.row == which)
    return db.session.scalars(query).one()


def statuses(number: int) -> dict[int, Status]:
    """Every row's status; needs an application context."""
    query = select(ImportRow.row, ImportRow.status).where(ImportRow.batch_id == number)
    return {which: Status(status) for which, status in db.session.execute(query)}
