"""Standard times: every step of the manual has one, with a stated start and stop."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.standards import (
    CLOCKS,
    STEP_NAMES,
    Step,
    mark_of_standard,
    set_standard,
    standards,
)
from tests import story

ClientOf = Callable[[str], FlaskClient]
MINUTES = {
    Step.NETWORK: 5 * 24 * 60,
    Step.CHANNEL: 60,
    Step.MESSAGE: 60,
    Step.PUBLISH: 30,
    Step.PASS_ON: 60,
    Step.ANSWER: 2 * 24 * 60,
    Step.REPORT: 24 * 60,
}


def test_the_manuals_times_hold_from_the_beginning(app: Flask) -> None:
    with app.app_context():
        found = standards()
        assert {step: rows[0].minutes for step, rows in found.items()} == MINUTES
        assert all(len(rows) == 1 and rows[0].source for rows in found.values())


@pytest.mark.parametrize("step", list(Step))
def test_every_step_states_when_its_clock_starts_and_stops(
    app: Flask, client_of: ClientOf, step: Step
) -> None:
    page = client_of("admin").get("/settings/standards/").text
    with app.test_request_context():
        for text in (STEP_NAMES[step], CLOCKS[step].start, CLOCKS[step].stop):
            assert str(text) in page
    assert CLOCKS[step].counted is (step in {Step.PUBLISH, Step.PASS_ON, Step.ANSWER})


def test_a_standard_of_a_step_without_a_measure_is_set_too(app: Flask, client_of: ClientOf) -> None:
    day = to_bangkok_date(utc_now())
    typed = f"{day.day}/{day.month}/{day.year + 543}"
    form = {"step": "report", "minutes": "2880", "valid_from": typed, "source": "คำสั่ง"}
    assert client_of("admin").post("/settings/standards/", data=form).status_code == 302
    with app.app_context():
        assert [row.minutes for row in standards()[Step.REPORT]] == [2880, 1440]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("2,880", 2880), ("๒,๘๘๐", 2880), ("2 880", 2880)],
)
def test_minutes_are_typed_as_the_page_shows_them(
    app: Flask, client_of: ClientOf, typed: str, kept: int
) -> None:
    day = to_bangkok_date(utc_now())
    form = {"step": "report", "valid_from": day.isoformat(), "source": "คำสั่ง", "minutes": typed}
    assert client_of("admin").post("/settings/standards/", data=form).status_code == 302
    with app.app_context():
        assert standards()[Step.REPORT][0].minutes == kept


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": "สองวัน"}, "“สองวัน” ไม่ใช่จำนวนนาที"),
        ({"minutes": "9" * 5000}, "ไม่ใช่จำนวนนาที"),
        ({"minutes": "43,201"}, "ต้องอยู่ระหว่าง 1 นาทีถึง 30 วัน"),
        ({"minutes": "0"}, "ต้องอยู่ระหว่าง 1 นาทีถึง 30 วัน"),
        ({"step": "gone", "minutes": "1,440"}, "ไม่มีให้เลือกแล้ว"),
    ],
)
def test_a_wrong_standard_keeps_what_was_typed(
    client_of: ClientOf, wrong: dict[str, str], said: str
) -> None:
    day = to_bangkok_date(utc_now()).isoformat()
    form = {"step": "report", "valid_from": day, "source": "คำสั่ง ๗"} | wrong
    page = client_of("admin").post("/settings/standards/", data=form).text
    assert said in page
    assert f'value="{wrong["minutes"]}"' in page
    assert 'value="คำสั่ง ๗"' in page


@pytest.mark.parametrize("ahead", [0, 9], ids=["today", "planned"])
def test_a_standard_is_replaced_on_its_own_day(app: Flask, client_of: ClientOf, ahead: int) -> None:
    """Only after the page has shown what changes; the trail keeps both."""
    day = to_bangkok_date(utc_now()) + timedelta(days=ahead)
    admin, path = client_of("admin"), "/settings/standards/"
    form = {"step": "publish", "valid_from": f"{day.day}/{day.month}/{day.year + 543}"}
    first = form | {"minutes": "300", "source": "พิมพ์ผิด"}
    assert admin.post(path, data=first).status_code == 302
    mended = form | {"minutes": "45", "source": "คำสั่ง <๒>"}
    asked = admin.post(path, data=mended)
    assert "“300 นาที” → “45 นาที”" in asked.text
    assert "คำสั่ง &lt;๒&gt;" in asked.text
    shown = re.search(r'name="seen" type="hidden" value="(\w+)"', asked.text)
    assert shown
    with app.app_context():
        assert [row.minutes for row in standards()[Step.PUBLISH]] == [300, 30]
    other = mended | {"minutes": "50", "seen": shown[1]}
    assert admin.post(path, data=other).status_code == 200, "another change than was shown"
    assert admin.post(path, data=mended | {"seen": shown[1]}).status_code == 302
    with app.app_context():
        assert [row.minutes for row in standards()[Step.PUBLISH]] == [45, 30]
        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))
        said = [row.details for row in events if row.action == "setting:change"]
        assert [(one["from"], one["to"], one["reason"]) for one in said] == [
            (None, 300, "พิมพ์ผิด"),
            (300, 45, "คำสั่ง <๒>"),
        ]


def test_a_planned_standard_that_was_replaced_is_not_taken_back_unseen(
    app: Flask, client_of: ClientOf
) -> None:
    today = to_bangkok_date(utc_now())
    soon, admin = today + timedelta(days=9), client_of("admin")
    with app.app_context(), unit_of_work():
        row = set_standard(Step.PUBLISH, 60, soon, "ก", story.acting("admin"), today=today)
        number, opened = row.id, mark_of_standard(row)
        set_standard(Step.PUBLISH, 45, soon, "ข", story.acting("admin"), today=today)
        now = mark_of_standard(row)
    page = admin.get("/settings/standards/").text
    assert f'name="seen" value="{now}"' in page
    for seen, left in ((opened, [45, 30]), (now, [30])):
        admin.post(f"/settings/standards/{number}/take-back", data={"seen": seen})
        with app.app_context():
            assert [row.minutes for row in standards()[Step.PUBLISH]] == left
