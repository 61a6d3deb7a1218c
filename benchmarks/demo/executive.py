"""What the executive does with the reports, and what follows: aims, directions, requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor, log10

from benchmarks.demo.accounts import actor_of
from registry.access.roles import Role
from registry.access.scope import Scope, office_by_code
from registry.audit.services import Actor
from registry.db import unit_of_work
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.spans import Months
from registry.periods.calendar import Period, PeriodKind, to_bangkok_date
from reports.classes.services import classify
from reports.directions import queries, services
from reports.directions.models import DirectionState, Side
from reports.disclosure.models import Decision
from reports.disclosure.services import Answer, Asked, receive
from reports.disclosure.services import answer as answer_request
from reports.exports.services import save as save_table
from reports.foreword.services import Words
from reports.foreword.services import save as save_words
from reports.subscriptions.queries import unopened
from reports.subscriptions.services import opened, subscribe
from reports.targets.services import Aim, set_target

ALL = Scope.all(personal=False)
HARDER = {
    "members_active": 0.95,
    "messages_published": 1.1,
    "received_rate": 0.97,
    "pass_on_rate": 1.12,
    "reach_evidenced": 0.9,
}
"""By how much a target exceeds what was reached: above 1 it was missed."""
GROWTH = 1.05
PLAN = "แผนปฏิบัติราชการ กรมประชาสัมพันธ์ ปีงบประมาณ พ.ศ. {year}"
SUMMARY = (
    "ไตรมาสนี้เครือข่ายการประชาสัมพันธ์เน้นการสื่อสารเรื่องการเตรียมรับมือภัยธรรมชาติและสุขภาพชุมชน "
    "การรับและเผยแพร่ต่อข้อความหลักเป็นไปตามเป้าหมายในเขตส่วนใหญ่\n"
    "ประเด็นที่ควรพิจารณา: จังหวัดที่อัตราการเผยแพร่ต่อต่ำ และหอกระจายข่าวที่ชำรุด"
)
NOT_YET = Words(section="15(3)", reason="มีความเห็นประกอบการจัดทำแผนงบประมาณที่ยังไม่เป็นที่ยุติ")


@dataclass(frozen=True)
class Told:
    """A direction: to which office, given how many days ago and due in how many."""

    office: str
    text: str
    given: int
    due: int
    result: str = ""
    remark: str = ""
    to: DirectionState = DirectionState.OPEN
    given_by: str = ""


READ = (
    Told(
        "P40",
        "จัดทำทะเบียนหอกระจายข่าวที่ชำรุดรายอำเภอ และประสานองค์กรปกครองส่วนท้องถิ่นซ่อมแซม",
        given=45,
        due=-15,
        result="จัดทำทะเบียนครบทุกอำเภอแล้ว พบชำรุด 14 แห่ง ซ่อมแล้ว 9 แห่ง ที่เหลือตั้งงบประมาณของท้องถิ่นไว้แล้ว",
        remark="รับทราบ ให้ใช้เป็นแบบอย่างของจังหวัดอื่น",
        to=DirectionState.ACCEPTED,
    ),
    Told(
        "P90",
        "เพิ่มอัตราการเผยแพร่ต่อของเครือข่ายสื่อและภาคี โดยประชุมชี้แจงผู้ประสานงานทุกอำเภอ",
        given=30,
        due=5,
        result="ประชุมผู้ประสานงานเครือข่ายแล้ว 12 อำเภอ จากทั้งหมด 16 อำเภอ และกำหนดให้ครบภายในเดือนนี้",
        to=DirectionState.DONE,
    ),
    Told(
        "P84",
        "รายงานแนวทางส่งข้อความหลักให้ถึงสมาชิกบนเกาะและพื้นที่สัญญาณโทรศัพท์ไม่ทั่วถึง",
        given=28,
        due=7,
        result="ใช้หอกระจายข่าวและวิทยุชุมชนแทนกลุ่มไลน์",
        remark="ขอให้ระบุจำนวนสมาชิกที่ยังไม่ได้รับข้อมูลเป็นรายอำเภอด้วย",
    ),
    Told("P96", "ปรับปรุงข้อมูลช่องทางของสมาชิกที่ไม่มีความเคลื่อนไหวเกิน 6 เดือน", given=35, due=-5),
)
"""Directions on the report of the quarter before the last one."""
NEW = (
    Told("P50", "ทบทวนแผนการสื่อสารช่วงสถานการณ์หมอกควันและไฟป่าร่วมกับเครือข่าย อป.มช.", given=0, due=21),
    Told(
        "R3",
        "สรุปปัญหาอุปสรรคของจังหวัดในเขต พร้อมข้อเสนอโครงการพัฒนาเครือข่ายของปีถัดไป",
        given=0,
        due=30,
        given_by="อธิบดีกรมประชาสัมพันธ์",
    ),
)
"""Directions on the report of the last quarter."""


def prepare_reports(today: date) -> None:
    """What is there before the periods are closed: targets, words, subscriptions."""
    year = Period.containing(today, PeriodKind.YEAR)
    last, central = _last_quarter(today), _central()
    reached = _reached(year.previous())
    with unit_of_work():
        _aim(central, year.previous(), reached)
        _aim(central, year, {name: value * GROWTH for name, value in reached.items()})
        office = central.office_id or 0
        save_words(central, office, last, Words(SUMMARY), version=0)
        save_words(central, office, Period(last.first_month), NOT_YET, version=0)
        subscribe(_executive(), [PeriodKind.QUARTER, PeriodKind.YEAR])
        subscribe(_analyst(), [PeriodKind.MONTH, PeriodKind.QUARTER])


def act_on_reports(now: datetime) -> None:
    """What follows once the periods are closed: directions, next year's review, requests, tables.

    Everybody who is told of new reports has read all of them but the last.
    """
    today = to_bangkok_date(now)
    last = _last_quarter(today)
    read = {one: unopened(ALL, one.user_id or 0)[1:] for one in (_executive(), _analyst())}
    with unit_of_work():
        for number, (period, told) in enumerate(
            [*((last.previous(), one) for one in READ), *((last, one) for one in NEW)]
        ):
            _direct(period, told, now, number)
        _review(Period.containing(today).fiscal_year)
        _requests(last, today)
        for reader, codes in read.items():
            for code in codes:
                opened(reader, code)
        _tables(today)


def _executive() -> Actor:
    return actor_of("C-PRDB", Role.EXECUTIVE)


def _central() -> Actor:
    return actor_of("C-PRDB", Role.CENTRAL)


def _analyst() -> Actor:
    return actor_of("C-PRDB", Role.ANALYST)


def _last_quarter(today: date) -> Period:
    return Period.containing(today, PeriodKind.QUARTER).previous()


def _reached(year: Period) -> dict[str, float]:
    found = evaluate(ALL, HARDER, Months.of(year))
    return {one.measure: float(one.value or 0) for one in found}


def _aim(central: Actor, year: Period, reached: dict[str, float]) -> None:
    source = PLAN.format(year=year.fiscal_year)
    for name, value in reached.items():
        most = 1.0 if MEASURES[name].is_share else 1e12
        aim = min(most, _round(value * HARDER[name]))
        for cut in ("", "zone=3") if MEASURES[name].is_share else ("",):
            one = Aim(year.fiscal_year, name, cut, aim, source, year.start)
            set_target(central, one, version=0)


def _round(value: float) -> float:
    """Two figures, as plans are written."""
    return round(value, 1 - floor(log10(value))) if value else 1


def _direct(period: Period, told: Told, now: datetime, number: int) -> None:
    """Give a direction and take it as far as it went, a day or more between the steps."""
    office, given = office_by_code(told.office), now - timedelta(days=told.given)
    if office is None:
        raise LookupError(told.office)
    giver = _central() if told.given_by else _executive()
    order = services.Order(
        told.text, to_bangkok_date(now) + timedelta(days=told.due), told.given_by
    )
    row = services.give(giver, period.code, office, order, form_token=f"{number:032x}", at=given)
    if told.result:
        doer, done = actor_of(told.office, Role.PROVINCIAL), given + timedelta(days=20)
        services.answer(doer, row, told.result, done=True, version=None, at=done)
    if told.remark:
        decided = given + timedelta(days=22)
        services.step(giver, row, Side.GIVER, told.to, told.remark, version=None, at=decided)


def _review(year: int) -> None:
    """What next year's projects are to think of: a direction, and obstacles of this year."""
    accepted = queries.Filters(state=DirectionState.ACCEPTED)
    for row in queries.directions(ALL, accepted, date.max):
        services.review_direction(_executive(), row, year + 1)
    told = {row.obstacles: row for row in queries.obstacles(Scope.all(), year)}
    if told:
        services.review_obstacles(_central(), list(told.values()), year + 1)


def _requests(last: Period, today: date) -> None:
    """Three requests: disclosed, refused and later classified anew, waiting."""
    central, month = _central(), Period(last.first_month)
    asked = (
        Asked(
            today - timedelta(days=52),
            "สมาคมสื่อชุมชนภาคเหนือ",
            "รายงานผลการดำเนินงานเครือข่ายรายไตรมาส เพื่อใช้จัดทำแผนร่วมกัน",
            last.previous().code,
        ),
        Asked(
            today - timedelta(days=33),
            "หนังสือ ที่ ทอ 0117/486",
            "รายงานประจำเดือนพร้อมความเห็นประกอบการจัดทำแผน",
            month.code,
        ),
        Asked(
            today - timedelta(days=6),
            "ศูนย์วิจัยการสื่อสารท้องถิ่น",
            "สถิติการเข้าถึงที่มีหลักฐานรายจังหวัด ย้อนหลัง 4 ไตรมาส",
            last.code,
        ),
    )
    rows = [
        receive(central, one, form_token=f"{number:032x}") for number, one in enumerate(asked, 1)
    ]
    given = Answer(Decision.DISCLOSED, today - timedelta(days=44))
    answer_request(central, rows[0], given, version=None)
    refused = Answer(Decision.REFUSED, today - timedelta(days=25), NOT_YET.section, NOT_YET.reason)
    answer_request(central, rows[1], refused, version=None)
    why = "แผนงบประมาณประกาศใช้แล้ว จึงไม่มีเหตุให้ปกปิดต่อไป"
    classify(central, month.code, "", why, seen=NOT_YET.section)


def _tables(today: date) -> None:
    zones = {"measures": ",".join(HARDER), "by": "zone", "kind": "quarter", "last": "4"}
    kinds = {
        "measures": "publications,recipients,reach_potential,reach_evidenced",
        "by": "channel_kind",
        "kind": "month",
        "last": "12",
        "format": "csv",
    }
    save_table(_analyst(), ALL, "ผลรายเขต 4 ไตรมาสล่าสุด", zones, today, shared=True)
    save_table(_analyst(), ALL, "การเข้าถึงรายช่องทาง 12 เดือน", kinds, today)
