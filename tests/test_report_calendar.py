"""The calendar of reports: which days it holds, how each period stands, and its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.periods.calendar import Period
from registry.periods.office_report_models import OfficeReport, ReportingDuty
from reports.due_dates.entries import What, entries
from reports.due_dates.ics import Event, ics
from tests import cast
from tests.closed import CODE, seal

ClientOf = Callable[[str], FlaskClient]
YEAR, TODAY = Period.parse("2569-FY"), date(2026, 2, 20)


@pytest.fixture
def offices(app: Flask) -> Flask:
    """Two offices report monthly; one handed in January; December is closed."""
    settings = app.extensions["sang_settings"]
    app.extensions["sang_settings"] = settings.model_copy(update={"report_close_after_days": 10})
    with app.app_context(), unit_of_work():
        for name in ("officer50", "officer90"):
            duty = {"frequency": "monthly", "valid_from": date(2025, 1, 1)}
            db.session.add(ReportingDuty(office_id=cast.user(name).office_id, **duty))
        mine = cast.user("officer50").office_id
        noon = datetime(2026, 2, 2, 5, tzinfo=UTC)
        report = {"period": "2569-01", "state": "submitted", "first_submitted_at": noon}
        db.session.add(OfficeReport(office_id=mine, **report))
        seal(CODE)
    return app


def test_days_of_a_year_and_how_each_period_stands(offices: Flask) -> None:
    with offices.app_context():
        found = {(one.what, one.period.code): one for one in entries(Scope.all(), YEAR, TODAY)}
        own = {
            (one.what, one.period.code): one
            for one in entries(Scope.of_provinces("50"), YEAR, TODAY)
        }
    january = found[What.DUE, "2569-01"]
    assert (january.listed.state, january.missing, january.counts.expected) == ("ended", 1, 2)
    assert january.day > date(2026, 1, 31)
    assert own[What.DUE, "2569-01"].missing == 0, "what others owe is not theirs"
    assert found[What.CLOSES, "2569-01"].day == date(2026, 2, 11)
    assert found[What.ENDS, CODE].listed.state == "closed"
    assert (What.CLOSES, CODE) not in found
    assert found[What.DUE, "2569-03"].missing == 0, "it has not ended"
    assert found[What.ENDS, "2569-FY"].day == date(2026, 9, 30)
    assert (What.DUE, "2568-09") in found, "the last month of the year before is due in this one"
    assert (What.ENDS, "2568-09") not in found
    assert found[What.CLOSES, "2569-H1"].day == found[What.CLOSES, "2569-Q2"].day


def test_the_page_and_the_file_tell_the_same_days(offices: Flask, client_of: ClientOf) -> None:
    client = client_of("executive")
    page = client.get("/reports/calendar/?year=2569-FY").text
    assert "ระบบปิดงวดเอง" in page
    assert "ปีงบประมาณ 2568" in page, "the way to the year before"
    assert client.get("/reports/calendar/?year=nonsense").status_code == 200
    file = client.get("/reports/calendar/sang.ics?year=2569-FY")
    assert file.mimetype == "text/calendar"
    lines = file.data.replace(b"\r\n ", b"").split(b"\r\n")
    with offices.app_context():
        count = len(entries(Scope.all(personal=False), YEAR, TODAY))
    assert lines.count(b"BEGIN:VEVENT") == count
    assert len({line for line in lines if line.startswith(b"UID:")}) == count
    assert b"DTSTART;VALUE=DATE:20260930" in lines
    assert all(len(line) <= 75 for line in file.data.split(b"\r\n"))


def test_texts_of_a_file_are_escaped_and_folded_between_letters() -> None:
    long = "รายงาน, ส่วนที่ 1; " * 8
    made = ics("ปฏิทิน", [Event("a@sang", date(2026, 12, 31), long, "1\n2")], datetime.now(UTC))
    for line in made.split(b"\r\n"):
        line.decode()
        assert len(line) <= 75
    whole = made.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:" + long.replace(",", "\\,").replace(";", "\\;") + "\r\n" in whole
    assert "DESCRIPTION:1\\n2\r\n" in whole
    assert "DTEND;VALUE=DATE:20270101\r\n" in whole
