"""Periods close by themselves so many days after their end, and say why one did not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.db import db, unit_of_work
from registry.jobs import enqueue, run_pending
from registry.periods import catalogue
from registry.periods.calendar import Period
from reports import listing, schedule
from reports.chain import archive_root
from tests import closer
from tests.closed import CODE, lighten, quarter
from tests.nursery import Child
from tests.stage import Scene, Stage
from tests.test_reports_commands import _run

ClientOf = Callable[[str], FlaskClient]
QUARTER = "2569-Q1"


@pytest.fixture
def ledger(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Facts in a quarter; the records begin with its last month; periods close by themselves."""
    lighten(monkeypatch)
    monkeypatch.setattr(listing, "first_month", lambda: Period.parse(CODE).first_month)
    app = quarter(scene)
    settings = app.extensions["sang_settings"]
    app.extensions["sang_settings"] = settings.model_copy(update={"report_close_after_days": 10})
    return app


def _night(app: Flask, monkeypatch: pytest.MonkeyPatch, day: int) -> list[str]:
    """A night of January 2026; returns what is closed afterwards."""
    now = datetime(2026, 1, day, 20, tzinfo=UTC)
    monkeypatch.setattr(schedule, "utc_now", lambda: now)
    with app.app_context():
        db.session.rollback()
        with unit_of_work():
            enqueue(schedule.CLOSE_DUE, {})
        assert run_pending() == 1
        return [row.code for row in catalogue.list_periods()]


def test_it_waits_for_its_day_and_closes_the_month_before_the_quarter(
    ledger: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ระบบจะปิดงวดเองวันที่ 11 ม.ค. 2569" in client_of("central").get("/reports/").text
    assert "11 ม.ค. 2569" in client_of("central").get(f"/reports/{CODE}").text
    assert _night(ledger, monkeypatch, 9) == []
    assert sorted(_night(ledger, monkeypatch, 10)) == [CODE, QUARTER]
    assert sorted(_night(ledger, monkeypatch, 11)) == [CODE, QUARTER]
    with ledger.app_context():
        month, whole = catalogue.sealed(CODE), catalogue.sealed(QUARTER)
        assert month is not None
        assert whole is not None
        assert month.closed_by is None
        assert month.closed_at < whole.closed_at


def test_a_longer_period_comes_after_its_parts_and_from_the_first_whole_one_on(
    ledger: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = {"2568-10": ["2569-H2", "2569-FY"], "2568-12": ["2569-H2"], "2569-05": []}
    for first, longer in months.items():
        with ledger.app_context():
            monkeypatch.setattr(
                listing, "first_month", lambda at=first: Period.parse(at).first_month
            )
            found = [one.code for one in schedule.waiting(date(2026, 10, 1))]
            assert found[found.index("2569-Q4") - 1 :] == ["2569-09", "2569-Q4", *longer]
            year = Period.parse("2569-FY")
            assert (schedule.closes_on(year) is None) == ("2569-FY" not in longer)


def test_one_that_cannot_be_closed_says_why_and_keeps_no_other_one_open(
    ledger: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger.app_context():
        unknown = archive_root() / f"{CODE}-r1"
        unknown.mkdir(parents=True)
    assert _night(ledger, monkeypatch, 10) == [QUARTER]
    assert unknown.name in client_of("central").get("/reports/").text
    assert "เมื่อคืนนี้" not in client_of("executive").get("/reports/").text
    shutil.rmtree(unknown)
    assert sorted(_night(ledger, monkeypatch, 11)) == [CODE, QUARTER]
    assert "เมื่อคืนนี้" not in client_of("central").get("/reports/").text


def test_nothing_closes_by_itself_unless_it_is_set(
    ledger: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ledger.extensions["sang_settings"]
    ledger.extensions["sang_settings"] = settings.model_copy(
        update={"report_close_after_days": None}
    )
    assert _night(ledger, monkeypatch, 28) == []
    assert "ระบบจะปิดงวดเอง" not in client_of("central").get("/reports/").text


def test_the_command_closes_all_that_has_ended(
    ledger: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.commands.utc_now", lambda: datetime(2026, 1, 2, tzinfo=UTC))
    said = _run(ledger, "close", "--ended")
    assert said.splitlines() == [f"{code} is closed: {code}-r1" for code in (CODE, QUARTER)]
    assert _run(ledger, "close", "--ended").strip() == "No period is left."


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_disk_that_takes_no_more_leaves_the_period_open(ledger: Flask, stage: Stage) -> None:
    code, said = Child(closer.main, stage.url, str(stage.instance), CODE, "full").wait()
    assert code == 1
    assert "Refused" in said
    assert "File too large" in said
    with ledger.app_context():
        assert catalogue.sealed(CODE) is None
        assert [path for path in archive_root().iterdir() if path.is_dir()] == []
