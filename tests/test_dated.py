"""Settings with a day of effect: a later value never changes what held on an earlier day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages.checklist import default_points
from registry.periods import dated
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.dated import Dated, setting_on
from registry.periods.dated_models import DatedSetting
from tests import story

ClientOf = Callable[[str], FlaskClient]


def _today() -> date:
    return to_bangkok_date(utc_now())


def _set(name: Dated, typed: str, day: date, source: str = "คำสั่ง") -> DatedSetting:
    return dated.set_from(name, typed, day, source, story.acting("admin"), today=_today())


def test_the_defaults_hold_before_anybody_sets_one(app: Flask) -> None:
    with app.app_context():
        found = {name: setting_on(name, _today()) for name in Dated}
    assert found == {
        Dated.QUIET_HOURS: ["21:00", "06:00"],
        Dated.LARGE_AUDIENCE: 2000,
        Dated.SECOND_PERSON: True,
        Dated.GRACE_DAYS: 7,
        Dated.LINK_DAYS: 90,
        Dated.LINE_LINK_MINUTES: 15,
        Dated.INBOUND_DAYS_KEPT: 365,
        Dated.REVIEW_HOURS: 24,
        Dated.DISCLOSURE_DAYS: 15,
        Dated.CHECKLIST: None,
    }


def test_a_day_keeps_its_value_when_a_later_one_is_set(app: Flask) -> None:
    today = _today()
    with app.app_context(), unit_of_work():
        _set(Dated.GRACE_DAYS, "10", today)
        _set(Dated.GRACE_DAYS, "3", today + timedelta(days=30))
        days = [today - timedelta(days=1), today, today + timedelta(days=29)]
        assert [setting_on(Dated.GRACE_DAYS, day) for day in days] == [7, 10, 10]
        assert setting_on(Dated.GRACE_DAYS, today + timedelta(days=30)) == 3
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert kinds.count("setting:change") == 2


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (Dated.QUIET_HOURS, "21:00"),
        (Dated.QUIET_HOURS, "21:00-21:00"),
        (Dated.QUIET_HOURS, "25:00-06:00"),
        (Dated.LARGE_AUDIENCE, "0"),
        (Dated.LARGE_AUDIENCE, "มาก"),
        (Dated.LARGE_AUDIENCE, "²"),
        (Dated.SECOND_PERSON, "บางครั้ง"),
        (Dated.GRACE_DAYS, "-1"),
        (Dated.CHECKLIST, " \n "),
        (Dated.CHECKLIST, "ก" * 301),
    ],
)
def test_a_value_without_sense_is_refused(app: Flask, name: Dated, typed: str) -> None:
    with app.app_context(), unit_of_work():
        with pytest.raises(Refused):
            _set(name, typed, _today())
        assert db.session.scalar(select(DatedSetting.id)) is None


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        (Dated.QUIET_HOURS, "20.30 - 7:00", ["20:30", "07:00"]),
        (Dated.LARGE_AUDIENCE, "๕๐๐", 500),
        (Dated.SECOND_PERSON, "ไม่", False),
        (
            Dated.CHECKLIST,
            "ถูกต้อง\n\n สุภาพ  เสมอ \nถูกต้อง",
            [{"th": "ถูกต้อง", "en": ""}, {"th": "สุภาพ เสมอ", "en": ""}],
        ),
    ],
)
def test_what_is_typed_is_read_and_can_be_typed_again(
    app: Flask, name: Dated, typed: str, value: object
) -> None:
    with app.app_context(), unit_of_work():
        row = _set(name, typed, _today())
        assert setting_on(name, _today()) == row.value == value
        assert dated.KINDS[name].read(dated.as_text(value)) == value


def test_neither_the_past_nor_without_a_source(app: Flask) -> None:
    today = _today()
    with app.app_context(), unit_of_work():
        for day, source in ((today - timedelta(days=1), "x"), (today, " ")):
            with pytest.raises(Refused):
                _set(Dated.GRACE_DAYS, "11", day, source)


def test_two_people_at_once_leave_one_value(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _set(Dated.GRACE_DAYS, "10", _today())
        twin = DatedSetting(name=row.name, value=11, valid_from=row.valid_from, source="x")
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(twin)


def test_the_page(app: Flask, client_of: ClientOf) -> None:
    admin, soon = client_of("admin"), _today() + timedelta(days=9)
    offered = admin.get("/settings/dated/?name=checklist").text
    assert "ข้อมูลถูกต้อง" in offered or "เนื้อหา" in offered
    typed = f"{soon.day}/{soon.month}/{soon.year + 543}"
    form = {"name": "grace_days", "value": "12", "valid_from": typed, "source": "คำสั่งที่ 9"}
    wrong = admin.post("/settings/dated/", data=form | {"value": "สิบสอง"})
    assert "สิบสอง" in wrong.text
    assert "คำสั่งที่ 9" in wrong.text
    assert admin.post("/settings/dated/", data=form).status_code == 302
    with app.app_context():
        row = db.session.scalars(select(DatedSetting)).one()
        assert (row.value, row.set_by is not None) == (12, True)
        seen = dated.mark_of_setting(row)
    assert client_of("officer50").get("/settings/dated/").status_code == 403
    admin.post(f"/settings/dated/{row.id}/take-back", data={"reason": "พิมพ์ผิด", "seen": seen})
    with app.app_context():
        assert db.session.scalar(select(DatedSetting.id)) is None


def _changes() -> list[dict[str, object]]:
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [row.details for row in events if row.action == "setting:change"]


def test_what_holds_from_today_is_mended_and_taken_back_with_a_reason(app: Flask) -> None:
    """The trail keeps every value; earlier days, and those decided under it, keep theirs."""
    today = _today()
    with app.app_context(), unit_of_work():
        row = _set(Dated.GRACE_DAYS, "100", today)
        assert _set(Dated.GRACE_DAYS, "10", today, "พิมพ์ผิด") is row
        assert (setting_on(Dated.GRACE_DAYS, today), row.source) == (10, "พิมพ์ผิด")
        with pytest.raises(Refused, match="เหตุผล"):
            dated.take_back(row.id, " ", story.acting("admin"), today=today)
        with pytest.raises(Refused, match="วันนี้"):
            dated.take_back(row.id, "x", story.acting("admin"), today=today + timedelta(days=1))
        dated.take_back(row.id, "ไม่ใช้แล้ว", story.acting("admin"), today=today)
        assert setting_on(Dated.GRACE_DAYS, today) == 7
        found = [(one.get("from"), one.get("to"), one["reason"]) for one in _changes()]
        assert found == [
            ("7", "100", "คำสั่ง"),
            ("100", "10", "พิมพ์ผิด"),
            ("10", None, "ไม่ใช้แล้ว"),
        ]


def test_what_takes_effect_at_once_is_shown_before_it_is_saved(
    app: Flask, client_of: ClientOf
) -> None:
    admin, today = client_of("admin"), _today()
    day = f"{today.day}/{today.month}/{today.year + 543}"
    form = {"name": "second_person", "value": "off", "valid_from": day, "source": "คำสั่ง"}
    asked = admin.post("/settings/dated/", data=form)
    assert asked.status_code == 422
    assert "“เปิด” → “ปิด”" in asked.text
    with app.app_context():
        assert db.session.scalar(select(DatedSetting.id)) is None
    seen = re.search(r'name="seen" type="hidden" value="(\w+)"', asked.text)
    assert seen
    other = form | {"name": "grace_days", "value": "9", "seen": seen[1]}
    assert admin.post("/settings/dated/", data=other).status_code == 422
    assert admin.post("/settings/dated/", data=form | {"seen": seen[1]}).status_code == 302
    with app.app_context():
        assert setting_on(Dated.SECOND_PERSON, today) is False


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("second_person", '<option selected value="on">'),
        ("quiet_hours", 'name="begin" placeholder="21:00" required type="text" value="21:00"'),
        ("grace_days", 'inputmode="numeric" maxlength="20" name="value"'),
    ],
)
def test_each_setting_is_typed_as_what_it_is(client_of: ClientOf, name: str, offered: str) -> None:
    assert offered in client_of("admin").get(f"/settings/dated/?name={name}").text


def test_a_checklist_is_read_in_the_readers_language(app: Flask, client_of: ClientOf) -> None:
    """Set from an English page it offers the Thai wording first; both are kept."""
    admin, soon = client_of("admin"), _today() + timedelta(days=9)
    admin.post("/language/en")
    offered = admin.get("/settings/dated/?name=checklist").text
    with app.app_context():
        thai, english = default_points()[0]["th"], default_points()[0]["en"]
    assert thai != english
    assert thai in offered
    assert english in offered
    day = f"{soon.day}/{soon.month}/{soon.year + 543}"
    form = {"name": "checklist", "valid_from": day, "source": "x", "value": "หนึ่ง\nสอง"}
    wrong = admin.post("/settings/dated/", data=form | {"english": "one"})
    assert "2 points in Thai and 1 in English" in wrong.text
    assert admin.post("/settings/dated/", data=form | {"english": "one\ntwo"}).status_code == 302
    with app.app_context():
        kept = setting_on(Dated.CHECKLIST, soon)
        assert kept == [{"th": "หนึ่ง", "en": "one"}, {"th": "สอง", "en": "two"}]
    assert "one\ntwo" in admin.get("/settings/dated/").text
    other = client_of("admin")
    other.post("/language/th")
    assert "หนึ่ง\nสอง" in other.get("/settings/dated/").text
