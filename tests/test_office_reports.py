"""Reports of offices: written, submitted, confirmed by the head and by the region, reminded of."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.access.versions import ChangedMeanwhile
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.facts.cuts import cut
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.periods import catalogue
from registry.periods import office_report_queries as queries
from registry.periods import office_report_services as services
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.periods.office_report_due import Expected, Standing, due_day
from registry.periods.office_report_models import (
    Frequency,
    Hand,
    OfficeReport,
    ReportingDuty,
    ReportReminder,
    ReportState,
)
from registry.periods.owed_reports import enter
from registry.periods.reporting_duty_services import set_duties
from reports import closing, pdf, xlsx
from reports.books import report_of
from reports.closing import close
from reports.drafting import Draft
from reports.office_words import read_words
from reports.verify import verify
from tests import cast, story
from tests.closed import lighten, quarter, seal
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
MONTH = Period.parse("2569-02")
DAY = date(2026, 3, 20)
S = ReportState


def _office(code: str) -> Office:
    return db.session.scalars(select(Office).where(Office.code == code)).one()


def _owing(*codes: str, frequency: Frequency = Frequency.MONTHLY) -> None:
    """Some offices report since long ago."""
    for code in codes:
        row = ReportingDuty(
            office_id=_office(code).id, frequency=frequency.value, valid_from=cast.SINCE
        )
        db.session.add(row)


def _owed(code: str = "P50", period: Period = MONTH) -> Expected:
    return queries.expected_of(Scope.all(), period, _office(code), DAY)


def _written(code: str, state: ReportState, period: Period = MONTH) -> OfficeReport:
    row = OfficeReport(
        office_id=_office(code).id, period=period.code, state=state.value, results=f"ผล {code}"
    )
    db.session.add(row)
    db.session.flush()
    return row


def _path(code: str = "P50", period: Period = MONTH, step: str = "") -> str:
    return f"/office-reports/{period.code}/{code}{step}"


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def _state(code: str = "P50") -> str | None:
    query = select(OfficeReport.state).where(OfficeReport.office_id == _office(code).id)
    return db.session.scalar(query)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_due_five_working_days_after_the_end_and_the_first_submission_counts(app: Flask) -> None:
    with app.app_context():
        assert due_day(MONTH) == date(2026, 3, 9)  # Makha Bucha is on 3 March
        row = OfficeReport(state=S.SUBMITTED.value)
        one = Expected(_office("P50"), MONTH, Frequency.MONTHLY, 3, DAY, row)
        for on, standing in ((9, Standing.ON_TIME), (10, Standing.LATE)):
            row.first_submitted_at = datetime(2026, 3, on, 16, tzinfo=UTC)
            assert one.standing is standing
        row.first_submitted_at, row.state = datetime(2026, 3, 2, tzinfo=UTC), S.CONFIRMED.value
        assert (one.standing, one.on_time) == (Standing.CONFIRMED, True)
        row.state = S.DRAFT.value
        assert one.standing is Standing.MISSING
        early = Expected(_office("P50"), MONTH, Frequency.MONTHLY, 3, date(2026, 3, 9))
        assert (early.standing, early.on_time) == (Standing.NOT_DUE, None)


def test_what_is_owed_is_entered_once_and_a_later_setting_moves_no_day(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50", "P52")
        late = _written("P52", S.SUBMITTED)
        late.first_submitted_at = datetime(2026, 3, 9, 17, tzinfo=UTC)  # the 10th in Bangkok
    with app.app_context():
        for day, rows in ((MONTH.end, 0), (DAY, 2), (DAY, 0)):
            with unit_of_work():
                assert enter([MONTH, Period.parse("2569-Q2"), Period.parse("2569-H1")], day) == rows
        later = app.extensions["sang_settings"].model_copy(update={"report_due_days": 10})
        monkeypatch.setitem(app.extensions, "sang_settings", later)
        assert due_day(MONTH) > _owed().due == date(2026, 3, 9)
        for day, on_time, due in ((9, 0, 1), (10, 0, 2)):  # what came in counts at once
            asked = cut(today=date(2026, 3, day))
            name, months = "offices_reported_on_time_rate", Months.of(MONTH)
            (rate,) = evaluate(Scope.all(), [name], months, asked)
            assert (rate.numerator, rate.denominator) == (on_time, due)
        late_by_office = evaluate(Scope.of_provinces("52"), [name], months, cut(["office"]))
        assert [(one.cell, one.value) for one in late_by_office] == [(("P52",), 0)]


def test_written_submitted_confirmed_by_head_and_region(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50", "P90")
    officer, head, region = (client_of(name) for name in ("officer50", "head50", "regional3"))
    typed = {"version": "0", "results": " อบรม 3 ครั้ง ", "obstacles": "", "suggestions": "ก"}
    empty = officer.post(_path(), data={**typed, "results": "", "then": "submit"})
    assert empty.status_code == 422
    with app.app_context():
        assert _state() is None
    assert officer.post(_path(), data={**typed, "then": "submit"}).status_code == 302
    again = officer.post(_path(), data={**typed, "results": "อื่น", "then": "save"})
    assert again.status_code == 422
    assert "อื่น" in again.text
    page = head.get(_path()).text
    assert "อบรม 3 ครั้ง" in page
    sent = {"to": "confirmed", "version": _hidden(page, "version")}
    head.post(_path(step="/confirm"), data={**sent, "figures": "0" * 16})
    with app.app_context():
        assert _state() == S.SUBMITTED
    head.post(_path(step="/confirm"), data={**sent, "figures": _hidden(page, "figures")})
    with app.app_context():
        row = db.session.scalars(select(OfficeReport)).one()
        assert (row.state, row.results) == (S.CONFIRMED, "อบรม 3 ครั้ง")
        assert row.figures is not None
        assert row.figures["members_active"] == 3
    officer.post(_path(step="/take-back"), data={"to": "draft", "version": str(row.version)})
    head.post(_path(step="/confirm"), data={"to": "endorsed", "version": str(row.version)})
    with app.app_context():
        assert _state() == S.CONFIRMED
    region.post(_path(step="/endorse"), data={"to": "endorsed", "version": str(row.version)})
    with app.app_context():
        assert _state() == S.ENDORSED


def test_who_reads_whose_words(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50", "P90")
        _written("P50", S.CONFIRMED)
        _written("P90", S.CONFIRMED)
    answers = {
        (name, code): client_of(name).get(_path(code)).status_code
        for name in ("officer90", "regional3", "central", "executive", "analyst", "bureau")
        for code in ("P50", "P90")
    }
    assert {key for key, status in answers.items() if status == 200} == {
        ("officer90", "P90"),
        ("regional3", "P50"),
        *(("central", code) for code in ("P50", "P90")),
        *(("executive", code) for code in ("P50", "P90")),
    }
    assert answers["officer90", "P50"] == 404
    assert answers["analyst", "P50"] == 403
    sent = {"to": "endorsed", "version": "1"}
    assert client_of("regional3").post(_path("P90", step="/endorse"), data=sent).status_code == 404
    sheet = client_of("analyst").get(f"/office-reports/{MONTH.code}").text
    assert "/P50" not in sheet
    assert "เชียงใหม่" in sheet


def test_a_closed_period_refuses_and_an_older_version_too(app: Flask) -> None:
    words = services.Words("ก", "", "")
    actor = story.Actor(None, "web")
    with app.test_request_context(), unit_of_work():
        _owing("P50")
        db.session.flush()
        row = services.save(actor, _owed(), words, version=0)
        with pytest.raises(ChangedMeanwhile):
            services.save(actor, _owed(), services.Words("ข", "", ""), version=row.version - 1)
        for told in ("โทร 081-000 0501", "๑๕๐๐๐๑๒๓๔๕๖๗๖", "ก@x.go.th"):
            with pytest.raises(Refused, match="บุคคล"):
                services.save(actor, _owed(), services.Words(told, "", ""), version=row.version)
        many = services.Words("ส่งแล้ว 1,500,012,345 ครั้ง", "", "")
        services.save(actor, _owed(), many, version=row.version)
        services.step(actor, _owed(), Hand.OFFICER, S.SUBMITTED)
        running = Period.containing(DAY)
        services.save(actor, _owed(period=running), words, version=0)
        with pytest.raises(Refused, match="ยังไม่สิ้นสุด"):
            services.step(actor, _owed(period=running), Hand.OFFICER, S.SUBMITTED)
        seal("2569-02")
        with pytest.raises(Refused, match="ปิดงวดแล้ว"):
            services.step(actor, _owed(), Hand.OFFICER, S.SUBMITTED)


def test_the_region_confirms_all_that_it_saw(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50", "P51", "P52")
        for code in ("P50", "P51"):
            _written(code, S.CONFIRMED)
        _written("P52", S.SUBMITTED)
    region, path = client_of("regional3"), f"/office-reports/{MONTH.code}"
    seen = _hidden(region.get(path).text, "seen")
    with app.app_context(), unit_of_work():
        late = db.session.scalars(select(OfficeReport).where(OfficeReport.results == "ผล P52"))
        late.one().state = S.CONFIRMED.value
    region.post(f"{path}/endorse", data={"seen": seen})
    with app.app_context():
        assert _state("P50") == S.CONFIRMED
    region.post(f"{path}/endorse", data={"seen": _hidden(region.get(path).text, "seen")})
    with app.app_context():
        assert {_state(code) for code in ("P50", "P51", "P52")} == {S.ENDORSED}


def test_reminded_once_a_day_and_told_at_the_front_door(app: Flask, client_of: ClientOf) -> None:
    last = Period.containing(to_bangkok_date(utc_now())).previous()
    month = Period(last.first_month - 1)
    with app.app_context(), unit_of_work():
        _owing("P50", "P90")
        _written("P90", S.SUBMITTED, month)
    central, path = client_of("central"), f"/office-reports/{month.code}"
    for _ in range(2):
        central.post(f"{path}/remind")
    with app.app_context():
        reminded = list(db.session.scalars(select(ReportReminder.office_id)))
        assert reminded == [_office("P50").id]
    assert _path(period=month) in client_of("officer50").get("/").text
    assert _path("P90", month) not in client_of("officer90").get("/").text
    assert _path("P90", month) in client_of("head90").get("/").text


def test_what_was_set_on_the_last_day_of_a_period_decides(app: Flask, client_of: ClientOf) -> None:
    client, today = client_of("central"), to_bangkok_date(utc_now())
    chosen = {"offices": ["P50", "R3"], "frequency": "never", "valid_from": today.isoformat()}
    assert client.post("/reporting-duties/?kind=provincial", data=chosen).status_code == 422
    assert client.post("/reporting-duties/", data=chosen).status_code == 302
    with app.test_request_context(), unit_of_work():
        _owing("P90", frequency=Frequency.QUARTERLY)
        month, quarter = Period.parse("2569-01"), Period.parse("2569-Q2")
        change = set_duties(story.Actor(None), [_office("P90")], Frequency.MONTHLY, DAY, today=DAY)
        assert change == 1
        found = queries.expected(Scope.all(), [month, Period(MONTH.last_month + 1), quarter], DAY)
        assert [(one.office.code, one.period.code) for one in found] == [
            ("P90", "2569-03"),
            ("P90", "2569-Q2"),
        ]
        now = Period.containing(today)
        owing = {one.office.code for one in queries.expected(Scope.all(), [now], today)}
        assert not owing & {"P50", "R3", "C-PRDB"}
        assert "P51" in owing
        assert db.session.scalar(select(func.count()).select_from(ReportReminder)) == 0


def test_sealed_printed_and_proven_with_the_period(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lighten(monkeypatch)
    app = quarter(scene)
    december = Period.parse("2568-12")
    with app.app_context():
        with unit_of_work():
            _owing("P50", "P51", "P90")
            row = _written("P50", S.CONFIRMED, december)
            row.results = "=1+1 อบรมเครือข่าย"
            row.first_submitted_at = datetime(2026, 1, 5, tzinfo=UTC)
            _written("P51", S.DRAFT, december)
        sealed = catalogue.sealed(close(story.Actor.system("cli"), december.code).code)
        assert sealed is not None
        assert sealed.facts["parts"]["office-reports.parquet"] == 3
        assert verify(sealed).holds
        with unit_of_work():
            row = db.session.get_one(OfficeReport, row.id)
            row.results = "แก้ทีหลัง"
        report = report_of(sealed)
        found = {one.office_code: (one.state, one.on_time, one.results) for one in report.words}
        assert found == {
            "P50": ("confirmed", True, "=1+1 อบรมเครือข่าย"),
            "P51": ("missing", False, None),
            "P90": ("missing", False, None),
        }
        seen = report_of(sealed, Scope.of_provinces("90")).words
        assert [one.office_code for one in seen] == ["P90"]
        assert read_words(tmp_path) == ()
        with app.test_request_context():
            (tmp_path / "report.pdf").write_bytes(pdf.pdf_of(report))
            book = openpyxl.load_workbook(BytesIO(xlsx.workbook_of(report)))
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "=1+1 อบรมเครือข่าย" in text
    cells = [cell for line in book["รายงานของหน่วยงาน"].iter_rows() for cell in line]
    assert [cell.data_type for cell in cells if "อบรม" in str(cell.value)] == ["s"]


@pytest.mark.parametrize("often", [1, 3])
def test_who_reports_while_the_period_is_being_sealed_is_sealed_or_refuses_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    lighten(monkeypatch)
    app = quarter(scene)
    december = Period.parse("2568-12")
    made, times = closing.make_draft, iter(range(often))

    def reported_meanwhile(*args: Any, **more: Any) -> Draft:
        draft = made(*args, **more)
        if (time := next(times, None)) is not None:
            db.session.rollback()
            with unit_of_work():
                row = db.session.scalars(select(OfficeReport)).one()
                row.state, row.results = S.SUBMITTED.value, f"ส่งครั้งที่ {time + 1}"
        return draft

    monkeypatch.setattr(closing, "make_draft", reported_meanwhile)
    with app.app_context():
        with unit_of_work():
            _owing("P50")
            _written("P50", S.DRAFT, december)
        if often < closing.ATTEMPTS:
            close(story.Actor.system("cli"), december.code)
            sealed = catalogue.sealed(december.code)
            assert sealed is not None
            assert [one.results for one in report_of(sealed).words] == ["ส่งครั้งที่ 1"]
        else:
            with pytest.raises(Refused, match="กำลังส่งรายงาน"):
                close(story.Actor.system("cli"), december.code)
            assert catalogue.sealed(december.code) is None


def test_a_month_is_closed_by_itself_and_not_with_its_quarter(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50")
        seal("2569-Q2")
        services.require_open(MONTH)
        seal(MONTH.code)
        with pytest.raises(Refused, match="ปิดงวด"):
            services.require_open(MONTH)


def test_a_draft_is_nobody_elses_and_names_nobody(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _owing("P50")
        _written("P50", S.DRAFT).results = "ร่างที่ยังไม่ส่ง"
    assert "ร่างที่ยังไม่ส่ง" in client_of("officer50").get(_path()).text
    for name in ("executive", "regional3", "central"):
        assert "ร่างที่ยังไม่ส่ง" not in client_of(name).get(_path()).text
    words = services.Words("ติดต่อ 081-234-5678", "", "")
    with app.app_context():
        owed = _owed()
        with unit_of_work(), pytest.raises(Refused, match="081"):
            services.save(story.Actor(None), owed, words, version=1)
