"""From a closed report to a direction, its result, and the list for the next year's review."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.models import Office
from registry.access.versions import ChangedMeanwhile
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.office_report_models import OfficeReport
from reports.directions import services
from reports.directions.models import Direction, DirectionState, Side
from reports.directions.services import Order
from tests.closed import CODE, seal

ClientOf = Callable[[str], FlaskClient]
TODAY = to_bangkok_date(utc_now())
SOON = TODAY + timedelta(days=30)
TEXT, RESULT = "เร่งรัดการรายงานผลของเครือข่าย", "ประชุมเครือข่ายทุกอำเภอแล้ว"


@pytest.fixture
def sealed(app: Flask) -> Flask:
    """A closed month, of which only the catalogue knows."""
    with app.app_context(), unit_of_work():
        seal(CODE)
    return app


def _give(client: FlaskClient, office: str, **more: str) -> int:
    day = f"{SOON.day}/{SOON.month}/{SOON.year + 543}"
    form = {"text": TEXT, "office": office, "due_on": day, "form_token": "a" * 32, **more}
    return client.post(f"/directions/new/{CODE}", data=form).status_code


def _row(app: Flask) -> Direction:
    with app.app_context():
        return db.session.scalars(select(Direction)).one()


def _post(client: FlaskClient, app: Flask, step: str, **form: str) -> Any:
    row = _row(app)
    return client.post(f"/directions/{row.id}/{step}", data={"version": str(row.version), **form})


def test_from_the_executive_to_the_office_and_back(sealed: Flask, client_of: ClientOf) -> None:
    executive, officer = client_of("executive50"), client_of("officer50")
    assert _give(executive, "P90") == 422, "another province's office is none of the list"
    assert _give(executive, "P50") == _give(executive, "P50") == 302
    row = _row(sealed)
    assert (row.office.code, row.revision, row.fiscal_year) == ("P50", 1, 2569)
    assert "/directions/?state=open&amp;office=P50" in officer.get("/").text
    assert client_of("officer90").get(f"/directions/{row.id}").status_code == 404
    assert _post(client_of("regional3"), sealed, "answer", result=RESULT).status_code == 404

    assert _post(officer, sealed, "answer", result="", then="done").status_code == 422
    assert _post(officer, sealed, "answer", result=RESULT, then="done").status_code == 302
    assert "/directions/?state=open" not in officer.get("/").text, "nothing is left to do"
    refused = _post(executive, sealed, "decide", to="open", remark="")
    assert refused.status_code == 422
    assert _post(executive, sealed, "decide", to="open", remark="ขอผลรายอำเภอ").status_code == 302
    page = officer.get(f"/directions/{row.id}").text
    assert "ขอผลรายอำเภอ" in page
    assert RESULT in page, "what was written stays when it is sent back"
    _post(officer, sealed, "answer", result=RESULT, then="done")
    assert _post(executive, sealed, "decide", to="accepted").status_code == 302
    assert _row(sealed).as_state is DirectionState.ACCEPTED
    with sealed.app_context():
        kinds = db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.object_type == "direction")
        )
        assert sorted(kinds) == [
            "direction:answer",
            "direction:answer",
            "direction:give",
            "direction:state",
            "direction:state",
        ]


def test_central_staff_say_who_gave_it(sealed: Flask, client_of: ClientOf) -> None:
    central = client_of("central")
    form = central.get(f"/directions/new/{CODE}").text
    assert 'name="given_by"' in form
    assert _give(central, "P90") == 422
    assert _give(central, "P90", given_by="อธิบดีกรมประชาสัมพันธ์") == 302
    assert "อธิบดีกรมประชาสัมพันธ์" in client_of("officer90").get(f"/directions/{_row(sealed).id}").text
    assert TEXT in client_of("officer90").get("/directions/?state=open&year=2569").text
    assert TEXT not in client_of("officer50").get("/directions/").text
    assert TEXT not in central.get("/directions/?state=late").text


def test_two_at_once_and_steps_that_are_none(app: Flask) -> None:
    actor = Actor.system("cli")
    with app.app_context():
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        with pytest.raises(Refused, match="ยังไม่ปิดงวด"):
            services.give(actor, CODE, office, Order(TEXT, SOON), form_token="b" * 32)
        db.session.rollback()
        with unit_of_work():
            seal(CODE)
            office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
            row = services.give(actor, CODE, office, Order(TEXT, SOON), form_token="b" * 32)
        begin_write()
        shown = row.version
        services.answer(actor, row, RESULT, done=True, version=shown)
        with pytest.raises(ChangedMeanwhile):
            services.answer(actor, row, "อื่น", done=False, version=shown)
        with pytest.raises(ChangedMeanwhile):
            services.step(actor, row, Side.GIVER, DirectionState.ACCEPTED, version=shown)
        services.step(actor, row, Side.GIVER, DirectionState.ACCEPTED, version=row.version)
        with pytest.raises(Refused, match="สถานะ"):
            services.step(actor, row, Side.OFFICE, DirectionState.OPEN, version=row.version)
        assert not row.late(SOON + timedelta(days=9)), "it was done in time"
        services.step(actor, row, Side.GIVER, DirectionState.OPEN, "ทำต่อ", version=row.version)
        assert not row.late(SOON)
        assert row.late(SOON + timedelta(days=1))


def test_what_next_years_review_takes(sealed: Flask, client_of: ClientOf) -> None:
    _give(client_of("executive"), "P50")
    with sealed.app_context(), unit_of_work():
        for code, state in (("P50", "confirmed"), ("P90", "draft")):
            office = db.session.scalars(select(Office).where(Office.code == code)).one()
            values = {"office_id": office.id, "period": CODE, "state": state}
            db.session.add(OfficeReport(**values, obstacles=f"ขาดงบประมาณ {code}"))
    executive, officer = client_of("executive"), client_of("officer90")
    assert _post(executive, sealed, "review", year="2569").status_code == 302
    assert _post(executive, sealed, "review", year="2570").status_code == 302
    page = executive.get("/directions/review/?year=2570").text
    assert TEXT in page
    assert "ขาดงบประมาณ P50" in page
    assert "ขาดงบประมาณ P90" not in page, "a draft is nobody's report yet"
    ticked = re.findall(r'name="report" value="(\d+)"', page)
    assert executive.post("/directions/review/add?year=2570", data={"report": ticked}).status_code
    content = executive.post("/directions/review/export?year=2570").data
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        TEXT,
        "ขาดงบประมาณ P50",
    ]
    assert TEXT not in officer.get("/directions/review/?year=2570").text
    assert TEXT not in executive.get("/directions/review/?year=2569").text
    executive.post("/directions/review/1/leave-out")
    assert TEXT not in executive.get("/directions/review/?year=2570").text


def test_a_late_one_is_shown_as_late(sealed: Flask, client_of: ClientOf) -> None:
    _give(client_of("executive"), "P50")
    with sealed.app_context(), unit_of_work():
        db.session.scalars(select(Direction)).one().due_on = date(2026, 1, 1)
    page = client_of("officer50").get("/directions/?state=late").text
    assert TEXT in page
    assert "ล่าช้า" in page
