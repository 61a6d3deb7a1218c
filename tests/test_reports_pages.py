"""The pages of closed periods: by scope, through the job, and downloads that leave a trace."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.jobs import Job, run_pending
from registry.periods import catalogue
from registry.periods.models import SealedFigure
from reports import drafting, pdf, tidy, xlsx
from reports.listing import listed
from tests import cast
from tests.closed import CODE, closed_month, quarter
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def ledger(scene: Scene) -> Flask:
    """An application with facts in a quarter."""
    return quarter(scene)


@pytest.fixture
def closed(scene: Scene) -> Flask:
    """The same with a closed month."""
    return closed_month(scene)


def test_the_list_starts_at_the_first_fact_and_tells_how_each_period_stands(
    closed: Flask, client_of: ClientOf
) -> None:
    with closed.app_context():
        found = {one.period.code: one.state for one in listed(date(2026, 1, 10))}
        assert found["2567-10"] == "ended", "the month in which the first members registered"
        assert "2567-09" not in found
        assert (found[CODE], found["2568-11"], found["2569-01"]) == ("closed", "ended", "open")
        assert (found["2569-Q1"], found["2569-Q2"]) == ("ended", "open")
    page = client_of("executive").get("/reports/?year=2569").text
    for said in ("ธันวาคม 2568", "ปิดงวดแล้ว", "สิ้นสุดแล้ว ยังไม่ปิดงวด", "ระบบสังข์", "31 ธ.ค. 2578"):
        assert said in page
    assert "ตุลาคม 2567" not in page


def test_an_empty_system_says_what_will_appear(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.listing.first_month", lambda: None)
    assert "ยังไม่มีข้อมูล" in client_of("executive").get("/reports/").text


def test_central_staff_close_with_the_button_and_see_the_job_through(
    ledger: Flask, client_of: ClientOf
) -> None:
    client = client_of("central")
    assert "ปิดงวด" in client.get(f"/reports/{CODE}").text
    asked = client.post(f"/reports/{CODE}/close")
    assert client.post(f"/reports/{CODE}/close").location == asked.location, "one job, not two"
    waiting = client.get(asked.location).text
    assert "progress.js" in waiting
    assert client.get(f"{asked.location}/state").json["state"] == "queued"
    with ledger.app_context():
        assert run_pending() == 1
        row = catalogue.sealed(CODE)
        assert row is not None
        assert row.closed_by == cast.user("central").id
    assert "ผนึกตัวเลขแล้ว" in client.get(asked.location).text
    assert "central" in client.get("/reports/?year=2569").text
    refused = client.post(f"/reports/{CODE}/close", follow_redirects=True).text
    assert "ปิดงวดไปแล้ว" in refused


def test_a_job_run_again_after_a_kill_finds_the_work_done(
    ledger: Flask, client_of: ClientOf
) -> None:
    client_of("central").post(f"/reports/{CODE}/close")
    with ledger.app_context():
        run_pending()
        with unit_of_work() as session:
            session.execute(update(Job).values(state="queued", finished_at=None))
        run_pending()
        job = db.session.scalars(select(Job).where(Job.kind == "report-close")).one()
        assert (job.state, job.attempts) == ("done", 2)
        assert len(catalogue.revisions(CODE)) == 1


@pytest.mark.parametrize("name", ["officer50", "head_central", "executive", "analyst"])
def test_others_cannot_close(ledger: Flask, client_of: ClientOf, name: str) -> None:
    assert client_of(name).post(f"/reports/{CODE}/close").status_code == 403
    assert f"/reports/{CODE}/close" not in client_of(name).get(f"/reports/{CODE}").text


def test_a_period_that_cannot_be_closed_says_why(ledger: Flask, client_of: ClientOf) -> None:
    page = client_of("central").post("/reports/2650-01/close", follow_redirects=True).text
    assert "ยังไม่สิ้นสุด" in page
    assert client_of("central").get("/reports/nonsense").status_code == 404


def test_who_sees_everything_gets_the_sealed_documents(closed: Flask, client_of: ClientOf) -> None:
    with closed.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        folder = drafting.archive_root() / row.folder
    for form in ("pdf", "xlsx", "csv"):
        answer = client_of("executive").post(f"/reports/{CODE}/download.{form}")
        name = f"sang-{CODE}-r1.{form}"
        assert answer.data == (folder / name).read_bytes()
        assert name in answer.headers["Content-Disposition"]
    with closed.app_context():
        query = select(AuditEvent).where(AuditEvent.action == "report:export")
        events = list(db.session.scalars(query.order_by(AuditEvent.id)))
        assert [event.details["format"] for event in events] == ["pdf", "xlsx", "csv"]
        assert {event.actor_id for event in events} == {cast.user("executive").id}


def test_thai_numerals_are_everywhere_but_in_the_proof(closed: Flask, client_of: ClientOf) -> None:
    answer = client_of("executive").post(f"/reports/{CODE}/download.pdf", data={"digits": "thai"})
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages]
    with closed.app_context():
        proof = catalogue.sealed(CODE).manifest_sha256
    said = re.sub(r"[\s\u200b]", "", "".join(pages)).replace(proof, "")
    for kept in (proof[:16], "SHA-256", f"sangreportverify{CODE}"):
        said = said.replace(kept, "")
    assert "๒๕๖๘" in said
    assert not re.findall("[0-9]", said)


def test_an_executive_of_a_zone_gets_that_zone_only(closed: Flask, client_of: ClientOf) -> None:
    client = client_of("executive3")
    page = client.get(f"/reports/{CODE}").text
    assert "เขต 3 เชียงใหม่" in page
    assert "เขต 6 สงขลา" not in page
    assert "ทั้งประเทศ" not in page
    assert client.post(f"/reports/{CODE}/download.pdf").status_code == 404
    seen = _cells(client.post(f"/reports/{CODE}/download.xlsx").data)
    assert "เขต 3 เชียงใหม่" in seen
    assert "เชียงใหม่" in seen
    assert not {"เขต 6 สงขลา", "สงขลา", "ทั้งประเทศ", "กลุ่ม LINE", "อป.มช."} & seen
    text = client.post(f"/reports/{CODE}/download.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["dimension"] for row in rows} == {"zone", "province"}, "nothing of the whole"
    assert {row["value_of"] for row in rows if row["dimension"] == "zone"} == {"3"}
    for form in ("docx", "pptx"):
        with zipfile.ZipFile(
            io.BytesIO(client.post(f"/reports/{CODE}/download.{form}").data)
        ) as parts:
            said = "".join(parts.read(name).decode("utf-8", "ignore") for name in parts.namelist())
        assert "เขต 3 เชียงใหม่" in said
        assert not [name for name in ("เขต 6", "สงขลา", "ทั้งประเทศ", "อป.มช.") if name in said]


def test_an_office_of_a_province_gets_its_province_only(closed: Flask, client_of: ClientOf) -> None:
    seen = _cells(client_of("officer50").post(f"/reports/{CODE}/download.xlsx").data)
    assert "เชียงใหม่" in seen
    assert not {"เขต 3 เชียงใหม่", "ลำพูน", "ทั้งประเทศ"} & seen
    page = client_of("executive50").get(f"/reports/{CODE}").text
    assert "เชียงใหม่" in page
    assert "ลำพูน" not in page


def test_a_bureau_sees_periods_but_no_provinces(closed: Flask, client_of: ClientOf) -> None:
    client = client_of("bureau")
    page = client.get(f"/reports/{CODE}").text
    assert "ไม่มีส่วนใดอยู่ในขอบเขตของท่านทั้งหมด" in page
    assert "download" not in page
    for form in ("pdf", "xlsx", "csv"):
        assert client.post(f"/reports/{CODE}/download.{form}").status_code == 404


def test_there_is_no_document_of_an_open_period(ledger: Flask, client_of: ClientOf) -> None:
    answer = client_of("executive").post("/reports/2568-11/download.pdf")
    assert (answer.status_code, "ยังไม่ปิดงวด" in answer.text) == (400, True)
    assert client_of("executive").post("/reports/2568-11/download.exe").status_code == 404


def test_the_proof_is_shown_and_names_what_differs_to_those_who_see_everything(
    closed: Flask, client_of: ClientOf
) -> None:
    client = client_of("executive")
    asked = client.post(f"/reports/{CODE}/verify")
    with closed.app_context():
        run_pending()
    assert "ตรงกับที่ผนึกไว้" in client.get(asked.location).text
    assert "ตรงกับที่ผนึกไว้" in client.get(f"/reports/{CODE}").text
    with closed.app_context():
        with unit_of_work() as session:
            session.execute(
                update(SealedFigure)
                .where(SealedFigure.measure == "publications", SealedFigure.cut == "zone=6")
                .values(value=31337)
            )
        db.session.rollback()
    asked = client.post(f"/reports/{CODE}/verify")
    with closed.app_context():
        run_pending()
    assert "publications [zone=6]" in client.get(asked.location).text
    limited = client_of("executive3").get(asked.location).text
    assert "ไม่ตรง" in limited
    assert "publications" not in limited


def test_the_same_report_makes_the_same_bytes(closed: Flask) -> None:
    from flask_babel import force_locale

    from reports.books import report_of

    with closed.app_context(), force_locale("th"):
        row = catalogue.sealed(CODE)
        assert row is not None
        report = report_of(row)
        folder = drafting.archive_root() / row.folder
        for render, form in ((xlsx.workbook_of, "xlsx"), (pdf.pdf_of, "pdf"), (tidy.csv_of, "csv")):
            assert render(report) == (folder / f"sang-{CODE}-r1.{form}").read_bytes(), form


def _cells(raw: bytes) -> set[str]:
    """Every text in a workbook, the codebook aside."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    sheets = [sheet for sheet in book if sheet.title != "คำอธิบายข้อมูล"]
    return {
        str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
    }
