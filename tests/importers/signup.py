"""A sign-up sheet of an office in one hand, and the way from the file to its plan."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from importers import runs, services
from importers.models import ImportBatch, ImportRow
from importers.results import Status
from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.jobs import run_pending
from tests import cast

CANARY = "1509900454549"
TITLES = ["แบบขึ้นทะเบียนสมาชิกเครือข่าย", "สำนักงานประชาสัมพันธ์จังหวัด"]
HEAD = {
    "number": "ลำดับ",
    "title": "คำนำหน้า",
    "first": "ชื่อ",
    "last": "นามสกุล",
    "id": "เลขประจำตัวประชาชน",
    "born": "ปีเกิด (พ.ศ.)",
    "phone": "โทรศัพท์",
    "district": "อำเภอ",
    "province": "จังหวัด",
    "job": "อาชีพ",
    "type": "ประเภทเครือข่าย",
    "network": "ชื่อเครือข่าย",
    "channels": "ช่องทางที่ดูแล",
    "joined": "วันที่สมัคร",
    "consent": "ยินยอม",
    "religion": "ศาสนา",
}
USUAL: dict[str, object] = {
    "title": "นาย",
    "first": "ทดสอบ",
    "last": "ระบบดี",
    "born": 2520,
    "province": "เชียงใหม่",
    "type": "อป.มช.",
    "joined": "15 ม.ค. 69",
    "consent": "ยินยอม",
    "religion": "พุทธ",
}
FIRST = len(TITLES) + 2
"""Number of the first member's row, as Excel shows it."""


def person(**cells: object) -> dict[str, object]:
    """Somebody of Chiang Mai; ``cells`` say what is special."""
    return USUAL | cells


NEW = person(
    title="นางสาว",
    first="กานดา",
    last="ใหม่เอี่ยม",
    id=CANARY,
    phone=819990001,
    district="แม่ริม",
    network=cast.NETWORKS["P50"][0],
    channels="ไลน์กลุ่มบ้านเหนือ 85 คน",
)
UPDATE = person(
    title="นางสาว", first="มาลี", last="ดวงแก้ว", phone="0810000501", born=2523, job="เกษตรกร"
)
UNCHANGED = person(first="สมชาย", last="ใจคำ", phone="0810000502", born=2523, type="หอกระจายข่าว")
LIKE_DAO = person(title="นางสาว", first="ดาว", last="แสงหล้าา", phone="0810000503", job="ครู")
LIKE_AREE = person(title="นาง", first="อารี", last="สุวรรณโณ", phone="0810000901")
OUTSIDE = person(first="ไกล", last="บ้าน", province="สงขลา", phone="0819990006")
NO_SUCH_DAY = person(first="วันผิด", last="เดือนผิด", joined="31/4/2569", phone="0819990007")
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
    page.append(list(HEAD.values()))
    for number, one in enumerate(people or EVERYBODY, 1):
        page.append([(one | {"number": number}).get(word) for word in HEAD])
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


def plan_of(client: FlaskClient, page: str) -> str:
    """What tells the plan that a batch's page shows from others; empty where it shows none."""
    shown = re.search(r'name="plan" value="([^"]+)"', client.get(f"{page}?columns=later").text)
    return shown[1] if shown else ""


def apply(client: FlaskClient, page: str, *, follow_redirects: bool = False) -> TestResponse:
    """Press the button below the plan, and let the worker do what it asks for."""
    answer = client.post(f"{page}/commit", data={"plan": plan_of(client, page)})
    with client.application.app_context():
        run_pending()
    return client.get(f"{page}?columns=later") if follow_redirects else answer


def undo(client: FlaskClient, page: str) -> TestResponse:
    """Press the button that takes an import back, and let the worker do it."""
    answer = client.post(f"{page}/undo")
    with client.application.app_context():
        run_pending()
    return answer


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
    found = db.session.execute(query.order_by(ImportRow.row))
    return {which: Status(status) for which, status in found}
