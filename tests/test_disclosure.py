"""Requests under the act on official information, and the memorandum on a closed report."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.db import db
from reports.disclosure.models import DisclosureRequest
from tests.closed import CODE, close_months, lighten
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
PLACE = "/reports/disclosure/"
ASKED = {
    "received_on": "1/9/2569",
    "asked_by": "สำนักงานจังหวัดเชียงใหม่ ที่ ชม 0017/5",
    "wanted": "รายงานไตรมาส 1",
    "period": "",
    "form_token": "c" * 32,
}
ANSWER = {"decision": "partly", "section": "15(5)", "answered_on": "20/9/2569", "reason": ""}


def test_a_request_is_entered_answered_and_exported(app: Flask, client_of: ClientOf) -> None:
    central = client_of("central")
    told = central.post(f"{PLACE}new", data={**ASKED, "wanted": "ของนายแดง 081-234-5678"})
    assert told.status_code == 422
    assert "ของนายแดง" in told.text, "what was typed is not lost"
    for _twice in range(2):
        assert central.post(f"{PLACE}new", data=ASKED).status_code == 302
    with app.app_context():
        row = db.session.scalars(select(DisclosureRequest)).one()
        assert row.due_on == date(2026, 9, 16), "fifteen days"
    assert ASKED["asked_by"] in central.get(f"{PLACE}?state=late").text
    one = f"{PLACE}{row.id}"
    typed = {**ANSWER, "version": str(row.version)}
    assert central.post(one, data=typed).status_code == 422, "why is something kept back?"
    early = {**typed, "reason": "ข้อมูลส่วนบุคคล", "answered_on": "31/8/2569"}
    assert central.post(one, data=early).status_code == 422
    assert central.post(one, data={**typed, "reason": "ข้อมูลส่วนบุคคล"}).status_code == 302
    assert central.post(one, data={**typed, "reason": "คนอื่น"}).status_code == 422
    assert ASKED["asked_by"] not in central.get(f"{PLACE}?state=open").text
    content = central.post(f"{PLACE}export?state=answered&year=2569").data
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    (line,) = sheet.iter_rows(min_row=2, values_only=True)
    assert line[2] == ASKED["asked_by"]
    assert line[7:9] == ("15(5)", "ข้อมูลส่วนบุคคล")
    assert line[-1] == "ล่าช้า"


@pytest.fixture
def closed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A closed month with some figures."""
    lighten(monkeypatch)
    return scene("a closed month with some figures", close_months)


def test_the_memorandum_and_what_the_next_one_begins_with(
    closed: Flask, client_of: ClientOf, tmp_path: Path
) -> None:
    place = f"/reports/{CODE}/memorandum"
    typed = {"number": "นร 0201/12", "addressee": "อธิบดีกรมประชาสัมพันธ์", "post": "ผู้อำนวยการ"}
    answer = client_of("central").post(place, data=typed)
    assert answer.mimetype == "application/pdf"
    (tmp_path / "memo.pdf").write_bytes(answer.data)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "memo.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "นร ๐๒๐๑/๑๒" in text
    assert "จึงเรียนมาเพื่อโปรดทราบ" in text
    assert "นร 0201/12" in client_of("head_central").get(place).text
    assert "นร 0201/12" not in client_of("officer50").get(place).text
