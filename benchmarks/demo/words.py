"""The offices' own reports of the periods that have ended: most on time, some late, few missing."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import update

from registry.access.models import OfficeKind
from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.periods.calendar import PeriodKind, periods_between
from registry.periods.office_report_due import Expected
from registry.periods.office_report_models import OfficeReport, ReportingDuty, ReportState
from registry.periods.office_report_queries import expected

RESULTS = (
    "จัดประชุมเครือข่ายระดับอำเภอ 2 ครั้ง และปรับปรุงข้อมูลช่องทางของสมาชิกให้เป็นปัจจุบัน",
    "ส่งข้อความหลักเรื่องการเตรียมรับมือภัยธรรมชาติถึงเครือข่ายทุกอำเภอ สมาชิกเผยแพร่ต่อผ่านหอกระจายข่าวและกลุ่มไลน์",
    "ลงพื้นที่เยี่ยมเครือข่าย 3 ตำบล ช่วยแก้ปัญหาเครื่องเสียงตามสาย และชวนสมาชิกใหม่เข้าร่วม",
    "ร่วมกับโรงพยาบาลส่งเสริมสุขภาพตำบลจัดทำสื่อรณรงค์ป้องกันโรคไข้เลือดออก",
)
OBSTACLES = (
    "หอกระจายข่าวบางหมู่บ้านชำรุด อยู่ระหว่างประสานองค์กรปกครองส่วนท้องถิ่น",
    "สมาชิกสูงอายุบางส่วนไม่สะดวกรายงานผลทางโทรศัพท์มือถือ",
    "",
)
SUGGESTIONS = (
    "ควรมีสื่อเสียงภาษาถิ่นสำหรับหอกระจายข่าว",
    "ควรส่งข้อความหลักล่วงหน้าอย่างน้อยหนึ่งวันก่อนวันหยุด",
    "",
)
MISSING, LATE = 0.04, 0.08


def write_reports(seed: int, first: date, today: date) -> None:
    """Let offices report since the first day, and write what was reported until today."""
    dice = random.Random(seed)  # noqa: S311 - made-up data
    kinds = (PeriodKind.MONTH, PeriodKind.QUARTER)
    periods = [one for kind in kinds for one in periods_between(first, today, kind)]
    with unit_of_work():
        db.session.execute(update(ReportingDuty).values(valid_from=first))
        ended = [one for one in periods if one.has_ended(today)]
        owed = expected(Scope.all(), ended, today)
        db.session.add_all(_report(dice, one) for one in owed if dice.random() >= MISSING)


def _report(dice: random.Random, owed: Expected) -> OfficeReport:
    days = dice.randint(1, 4) if dice.random() >= LATE else 14
    day = min(owed.period.end + timedelta(days=days), owed.today)
    at = datetime.combine(day, time(3), UTC)
    provincial = owed.office.kind == OfficeKind.PROVINCIAL
    return OfficeReport(
        office_id=owed.office.id,
        period=owed.period.code,
        state=(ReportState.ENDORSED if provincial else ReportState.CONFIRMED).value,
        results="\n".join(dice.sample(RESULTS, 2)),
        obstacles=dice.choice(OBSTACLES),
        suggestions=dice.choice(SUGGESTIONS),
        first_submitted_at=at,
        submitted_at=at,
        confirmed_at=at,
        endorsed_at=at if provincial else None,
    )
