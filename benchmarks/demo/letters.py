"""Letters of outside units that wait, and an office that asks for the right to publish."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from benchmarks.demo.accounts import actor_of
from registry.access.models import Office
from registry.access.roles import Role
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.messages.models import Route
from registry.messages.prepared import PDF, Prepared
from registry.messages.requests import Asked, check, points_of, receive
from registry.messages.rights import set_directly
from registry.periods.calendar import to_bangkok_date

LETTER = Prepared(
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n", PDF, "หนังสือ.pdf"
)
SUBJECTS = (
    (Route.OUTSIDE, "โรงพยาบาลตัวอย่าง", "ขอเผยแพร่กำหนดการรับวัคซีนไข้หวัดใหญ่"),
    (Route.OUTSIDE, "องค์การบริหารส่วนตำบลตัวอย่าง", "ขอเผยแพร่การรับขึ้นทะเบียนเบี้ยผู้สูงอายุ"),
    (Route.CENTRAL, "สำนักงานเกษตรจังหวัดตัวอย่าง", "ขอลงข่าวอบรมเกษตรกรบนเว็บไซต์กลาง"),
)


def letters_and_rights(officer: Actor, now: datetime) -> None:
    """One letter is checked and waits for the head; the last office lost its right."""
    with unit_of_work():
        for number, (route, unit, subject) in enumerate(SUBJECTS, 1):
            at = now - timedelta(days=number)
            asked = Asked(
                route=route,
                unit=unit,
                letter_number=f"ตย 01/{number}",
                letter_date=to_bangkok_date(at),
                subject=subject,
                text=f"{subject} ตามรายละเอียดในหนังสือที่แนบ",
                contact="ผู้ประสานงานตัวอย่าง 0-0000-0000",
            )
            row = receive(officer, asked, LETTER, at=at)
            if number == 1:
                check(officer, row, points_of(route), at=at + timedelta(hours=2))
        office = db.session.scalars(select(Office).where(Office.code == "P96")).one()
        central = actor_of("C-PRDB", Role.CENTRAL)
        set_directly(central, office, grants=False, reason="รออบรมผู้ดูแลช่องทาง", at=now)
