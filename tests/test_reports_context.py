"""Words, disclosure and targets: written before closing, sealed with it, shown for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from registry.access.scope import Scope
from registry.access.versions import ChangedMeanwhile
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedPeriod
from reports.books import report_of
from reports.chain import home
from reports.closing import reissue
from reports.context import CONTEXT, Aim, Context
from reports.docx import fields_of
from reports.figures import Sealed
from reports.foreword.services import Words, foreword_of, save
from reports.names import Names
from reports.narrative import FEWEST, sentences
from reports.pdf import data_of, pdf_of
from reports.report import Book, Report
from reports.targets import services as targets
from reports.verify import verify
from reports.xlsx import workbook_of
from tests.cast import user
from tests.closed import CODE, close_months, lighten
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
WORDS = Words("งวดนี้เน้นเครือข่ายเยาวชน", "15(3)", "เป็นความเห็นภายใน")
ACTOR = Actor.system("cli")


def _make(app: Flask) -> None:
    aim = targets.Aim(2569, "recipients", "", 0, "", date(2025, 10, 1))
    with app.app_context(), unit_of_work():
        save(ACTOR, user("central").office_id, Period.parse(CODE), WORDS, version=0)
        for measure, cut, value in (("reach_reported", "", 5e6), ("pass_on_rate", "zone=3", 0.5)):
            one = replace(aim, measure=measure, cut=cut, value=value, source="แผนปฏิบัติราชการ")
            targets.set_target(ACTOR, one, version=0)
    close_months(app)


@pytest.fixture
def closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A month that was closed with words, a section of the act and two targets."""
    lighten(monkeypatch)
    return scene("a month closed with words", _make)


def _row() -> SealedPeriod:
    row = catalogue.sealed(CODE)
    assert row is not None
    return row


def test_what_was_said_before_closing_is_sealed(closed: Flask) -> None:
    with closed.app_context():
        row = _row()
        assert row.facts["section"] == "15(3)"
        db.session.rollback()
        with unit_of_work(), pytest.raises(Refused, match="ปิดงวดแล้ว"):
            save(ACTOR, 1, Period.parse(CODE), Words("อื่น"), version=None)
        row = _row()
        kept = targets.targets_of(2569)[0]
        db.session.rollback()
        with unit_of_work():
            target = targets.target_for(kept.id)
            with pytest.raises(ChangedMeanwhile):
                targets.remove(ACTOR, target, version=kept.version + 1)
            targets.remove(ACTOR, target, version=kept.version)
        report = report_of(row)
        assert report.context.text == WORDS.text
        assert {aim.cut for aim in report.context.targets} == {"", "zone=3"}, "as they were"
        part = report_of(row, Scope.of_provinces("90")).context
        assert (part.text, part.targets, part.section) == ("", (), "15(3)")
        data = data_of(report)
        assert data["classification"] == "เปิดเผยไม่ได้ (มาตรา 15(3))"
        assert data["foreword"]["lines"] == [WORDS.text]
        assert len(data["targets"]["rows"]) == 2
        assert verify(row).problems == []
        assert pdf_of(report).startswith(b"%PDF")
        said = fields_of(report)
        assert said["introduction"] == [WORDS.text]
        assert {"name": "การเปิดเผย", "value": f"{said['classification']} · {WORDS.reason}"} in said[
            "facts"
        ]


def test_an_altered_or_missing_part(closed: Flask) -> None:
    """Altered it is found out; a seal from before there was such a part has nothing to show."""
    with closed.app_context():
        row, path = _row(), home(_row()) / CONTEXT
        path.chmod(0o644)
        values = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**values, "text": "แก้"}), "utf-8")
        assert [one.file for one in verify(row).problems] == [CONTEXT]
        path.unlink()
        data = data_of(report_of(row))
        assert (data["classification"], data["foreword"], data["targets"]) == (None, None, None)
        assert workbook_of(report_of(row))


def test_the_pages(closed: Flask, client_of: ClientOf) -> None:
    central = client_of("central")
    page = central.get(f"/reports/{CODE}").text
    assert WORDS.text in page
    assert "เปิดเผยไม่ได้ (มาตรา 15(3))" in page
    assert "เปิดเผยไม่ได้" in central.get("/reports/").text
    assert WORDS.text not in client_of("officer50").get(f"/reports/{CODE}").text
    other = "/reports/2568-11/foreword"
    typed = {"text": "บทนำ", "section": "14", "reason": "", "version": "0"}
    refused = central.post(other, data=typed)
    assert refused.status_code == 422
    assert "บทนำ" in refused.text
    assert central.post(other, data={**typed, "reason": "เหตุผล"}).status_code == 302
    late = central.post(other, data={**typed, "reason": "เหตุผล", "text": "อีกคน"})
    assert late.status_code == 422, "another one wrote meanwhile"
    with closed.app_context():
        row = foreword_of("2568-11")
        assert row is not None
        assert row.text == "บทนำ"


def test_a_rate_is_typed_in_per_cent(app: Flask, client_of: ClientOf) -> None:
    central = client_of("central")
    form = {"measure": "pass_on_rate", "cut": "", "value": "๗๕.๕", "version": "0"}
    form |= {"source": "แผน", "set_on": "1/10/2568"}
    assert central.post("/reports/targets/?year=2569", data=form).status_code == 302
    assert central.post("/reports/targets/?year=2569", data=form).status_code == 422, "it is set"
    assert (
        central.post("/reports/targets/?year=2570", data={**form, "value": "101"}).status_code
        == 422
    )
    with app.app_context():
        (row,) = targets.targets_of(2569)
        assert row.value == pytest.approx(0.755)
        number = row.id
    assert 'value="75.5"' in central.get(f"/reports/targets/?year=2569&target={number}").text


def test_a_class_decided_anew_stands_beside_the_seal(closed: Flask, client_of: ClientOf) -> None:
    central, place = client_of("central"), f"/reports/{CODE}/class"
    typed = {"seen": "15(3)", "section": "", "reason": "แผนประกาศใช้แล้ว"}
    for wrong in ({"section": "15(3)"}, {"reason": " "}, {"section": "99"}):
        assert central.post(place, data={**typed, **wrong}).status_code == 422
    assert central.post(place, data=typed).status_code == 302
    late = central.post(place, data={**typed, "section": "14", "reason": "อีกคนหนึ่ง"})
    assert late.status_code == 422, "another one decided meanwhile"
    assert "อีกคนหนึ่ง" in late.text
    told = "เปิดเผยได้ · จัดชั้นใหม่เมื่อ "
    assert told in client_of("executive").get(f"/reports/{CODE}").text
    for page in ("/reports/", "/reports/disclosure/"):
        assert "จัดชั้น" in central.get(page).text
    with closed.app_context():
        first = _row()
        assert (first.facts["section"], verify(first).problems) == ("15(3)", []), "as it was sealed"
        for scope in (Scope.all(), Scope.of_provinces("90")):
            assert data_of(report_of(first, scope))["classification"].startswith(told)
        event = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "report:classify")
        ).one()
        assert (event.details["from"], event.details["to"]) == ("15(3)", "")
        reissue(ACTOR, CODE, "สำนักงานเชียงใหม่ส่งรายงานเพิ่มหลังปิดงวด")
        second = _row()
        assert (second.facts["section"], verify(second).problems) == ("", [])
        assert data_of(report_of(second))["classification"] == "เปิดเผยได้", "it is sealed by now"
        assert report_of(catalogue.revisions(CODE)[0]).anew is not None


def _book(code: str, **values: float | None) -> Book:
    figures = [Sealed.of(name, 1, "", "", value, None, None) for name, value in values.items()]
    return Book(Period.parse(code), tuple(figures))


def _zone(zone: int, rate: float, recipients: int) -> Sealed:
    return Sealed.of("pass_on_rate", 1, "zone", f"zone={zone}", rate, 1, recipients)


def _told(book: Book, *before: Book, **more: object) -> list[str]:
    report = Report(
        book=book,
        revision=1,
        closed_at=datetime(2026, 1, 5, tzinfo=UTC),
        keep_until=date(2036, 1, 1),
        proof="0" * 64,
        names=Names({"zone": {str(zone): f"เขต {zone}" for zone in range(9)}}),
        history=(*before, book),
        **more,  # type: ignore[arg-type]
    )
    with force_locale("th"):
        return sentences(report)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sentences_by_rule(app: Flask) -> None:
    now = _book("2569-Q2", members_active=105, pass_on_rate=0.5, messages_published=3)
    before = _book("2569-Q1", members_active=100, pass_on_rate=0.532, messages_published=0)
    with app.app_context():
        members, messages, rate = _told(now, before)
        assert members.endswith("105 คน เพิ่มขึ้นร้อยละ 5.0 จากงวดก่อน (ไตรมาส 1/2569)")
        assert "เพิ่มขึ้น 3" in messages, "no percentage of nothing"
        assert "50.0 % ลดลง 3.2 จุดร้อยละ จากงวดก่อน" in rate
        assert _told(now) == [], "nothing to compare with, nothing to say"
        assert "เท่ากับงวดก่อน" in _told(now, now)[0]
        (year_ago, _rate) = _told(
            now, year_ago=_book("2568-Q2", members_active=210, pass_on_rate=0.5)
        )
        assert "ลดลงร้อยละ 50.0 จากงวดเดียวกันของปีก่อน" in year_ago
        zones = [
            _zone(3, 0.9, FEWEST - 1),
            _zone(4, 0.7, FEWEST),
            _zone(5, 0.4, 99),
            _zone(6, 0.4, 99),
        ]
        (said,) = _told(replace(now, figures=tuple(zones)))
        assert "สูงสุดที่ เขต 4 (ร้อยละ 70.0) และต่ำสุดที่ เขต 5, เขต 6 (ร้อยละ 40.0)" in said
        aim = Aim("members_active", "", 420, "แผน", "2025-10-01")
        assert (
            "ร้อยละ 25.0 ของเป้าหมายปีงบประมาณ 2569 (420 คน)"
            in _told(now, context=Context(targets=(aim,)))[0]
        )


def test_a_reissue_keeps_the_targets_and_the_class_is_proven(closed: Flask) -> None:
    with closed.app_context():
        db.session.rollback()
        with unit_of_work():
            for row in targets.targets_of(2569):
                targets.remove(ACTOR, row, version=row.version)
        reissue(ACTOR, CODE, "สำนักงานเชียงใหม่ส่งรายงานเพิ่มหลังปิดงวด")
        row = _row()
        assert {aim.cut for aim in report_of(row).context.targets} == {"", "zone=3"}
        db.session.rollback()
        with unit_of_work():
            row = _row()
            row.facts = {**row.facts, "section": ""}
        assert [one.file for one in verify(_row()).problems] == ["context.json"]
