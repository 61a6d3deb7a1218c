"""What every installation starts with: places, offices, network types, standards, wordings."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select

from registry.db import db
from registry.geography.seed import BEFORE_ALL_FACTS, seed_offices, seed_places
from registry.members.consent_models import ConsentPurpose, ConsentWording
from registry.members.models import NetworkType
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.models import TimeStandard
from registry.periods.reporting_duty_services import seed_duties

HANDBOOK = date(2022, 10, 1)
NETWORK_TYPES = (
    ("village_volunteer", "อป.มช.", "Village and community PR volunteers"),
    ("loudspeaker", "หอกระจายข่าว", "Village loudspeakers"),
    ("community_radio", "วิทยุชุมชน", "Community radio"),
    ("local_press", "สื่อมวลชนท้องถิ่น", "Local press"),
    ("spokesperson", "โฆษกกระทรวง", "Ministry spokespersons"),
    ("government_unit", "หน่วยงานภาครัฐ", "Government units"),
    ("education", "สถาบันการศึกษา", "Educational institutions"),
    ("civil_society", "ภาคประชาสังคม", "Civil society"),
    ("youth", "เยาวชนและผู้มีอิทธิพลทางสื่อ", "Youth influencers"),
    ("other", "อื่น ๆ", "Other"),
)
STANDARDS = (
    ("network", 7200, "คู่มือการบริหารเครือข่ายฯ ข้อ 5.2 ขั้นตอนที่ 1 (2–5 วัน; ข้อ 6 ระบุ 2–4 วัน)"),
    ("channel", 60, "คู่มือการบริหารเครือข่ายฯ ข้อ 6 ขั้นตอนที่ 2"),
    ("message", 60, "คู่มือการบริหารเครือข่ายฯ ข้อ 6 ขั้นตอนที่ 3 (แล้วแต่ประเด็น)"),
    ("publish", 30, "คู่มือการบริหารเครือข่ายฯ ข้อ 6 ขั้นตอนที่ 4"),
    ("pass_on", 60, "คู่มือการบริหารเครือข่ายฯ ข้อ 6 ขั้นตอนที่ 5"),
    ("answer", 2880, "คู่มือการบริหารเครือข่ายฯ ข้อ 5.2 ขั้นตอนที่ 6"),
    ("report", 1440, "คู่มือการบริหารเครือข่ายฯ ข้อ 5.2 การรายงานผล (1 วัน)"),
)
WORDINGS = {
    ConsentPurpose.REGISTRY: (
        "ข้าพเจ้ายินยอมให้กรมประชาสัมพันธ์เก็บรวบรวมและใช้ข้อมูลส่วนบุคคลตามแบบนี้ "
        "เพื่อจัดทำทะเบียนเครือข่ายการประชาสัมพันธ์ และทราบว่าถอนความยินยอมได้ทุกเมื่อ",
        "I agree that the Public Relations Department keeps and uses the personal data in this "
        "form for its registry of the public-relations network. I may withdraw at any time.",
    ),
    ConsentPurpose.MESSAGES: (
        "ข้าพเจ้ายินยอมรับข้อความหลักและสื่อประชาสัมพันธ์ และให้บันทึกผลการเผยแพร่ต่อของข้าพเจ้า",
        "I agree to receive key messages and media, and that what I pass on is recorded.",
    ),
    ConsentPurpose.PORTRAIT: (
        "ข้าพเจ้ายินยอมให้เผยแพร่ชื่อและภาพของข้าพเจ้าในสื่อของเครือข่าย",
        "I agree that my name and picture appear in the network's publications.",
    ),
}


def seed() -> None:
    """Add whatever of the basics is missing; safe to run again."""
    seed_places()
    db.session.flush()
    seed_offices()
    db.session.flush()
    seed_duties(to_bangkok_date(utc_now()))
    _missing(NetworkType, NetworkType.code, _types())
    if not db.session.scalar(select(TimeStandard.id).limit(1)):
        db.session.execute(insert(TimeStandard), _standards())
    if not db.session.scalar(select(ConsentWording.id).limit(1)):
        db.session.execute(insert(ConsentWording), _wordings())


def _missing(model: type, key: object, rows: list[dict[str, object]]) -> None:
    known = set(db.session.scalars(select(key)))  # type: ignore[call-overload]
    rows = [row for row in rows if row["code"] not in known]
    if rows:
        db.session.execute(insert(model), rows)


def _types() -> list[dict[str, object]]:
    return [
        {"code": code, "name_th": th, "name_en": en, "position": place, "active": True}
        for place, (code, th, en) in enumerate(NETWORK_TYPES)
    ]


def _standards() -> list[dict[str, object]]:
    return [
        {"step": step, "minutes": minutes, "valid_from": BEFORE_ALL_FACTS, "source": source}
        for step, minutes, source in STANDARDS
    ]


def _wordings() -> list[dict[str, object]]:
    return [
        {
            "purpose": purpose.value,
            "version": 1,
            "text_th": th,
            "text_en": en,
            "valid_from": HANDBOOK,
        }
        for purpose, (th, en) in WORDINGS.items()
    ]
