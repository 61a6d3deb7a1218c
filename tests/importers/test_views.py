"""The pages of an import, where something is wrong, done twice or not one's own."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.test import TestResponse

from importers import annotated, runs, uploads
from importers.dissemination.layout import RowKey
from importers.forgetting import forget
from importers.models import BatchState, ImportBatch, ImportRow
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import WRITE, db, unit_of_work
from registry.jobs import Job, run_pending
from registry.members.models import Member
from registry.vault import keyed_hash
from tests import cast
from tests.importers import signup
from tests.importers.signup import CANARY, ROWS

ClientOf = Callable[[str], FlaskClient]
OTHER_ID = "1101700200019"


def send(client: FlaskClient, *files: tuple[bytes, str], **more: str) -> TestResponse:
    """Fill in the upload form and send it."""
    parts = [(io.BytesIO(data), name) for data, name in files]
    form = {"form_token": secrets.token_hex(16), "files": parts, **more}
    return client.post("/imports/", data=form, content_type="multipart/form-data")


def planned(app: Flask, client: FlaskClient, data: bytes | None = None) -> str:
    """Bring a sheet and have it planned; the address of its page."""
    answer = send(client, (data or signup.workbook(), "ใบสมัคร.xlsx"))
    with app.app_context():
        run_pending()
    return str(answer.headers["Location"])


def newest(app: Flask) -> ImportBatch:
    with app.app_context():
        found = db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
        assert found is not None
        db.session.expunge(found)
        return found


def worked(app: Flask) -> None:
    """Let the worker do all that waits."""
    with app.app_context():
        run_pending()


def imported(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).select_from(Member).where(Member.source == "import")
        return db.session.scalar(query) or 0


def decide(client: FlaskClient, page: str, name: str, status: str, decision: str) -> TestResponse:
    form = {"row": ROWS[name], "status": status, "decision": decision}
    return client.post(f"{page}/decisions", data=form, follow_redirects=True)


def test_a_large_file_beside_a_small_one(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MB", 1024)
    limit = app.extensions["sang_settings"].upload_max_mb * 1024
    client = client_of("officer50")
    text = send(client, (b"0" * (limit + 1), "ใหญ่.csv"), (signup.workbook(), "ดี.xlsx")).text
    assert re.search(r"ใหญ่\.csv</strong>\s*<span>[^<]*26 MB", text)
    assert f'<a href="/imports/{newest(app).id}">' in text
    assert newest(app).file_name == "ดี.xlsx"
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1


def test_the_same_file_leads_to_the_earlier_import(app: Flask, client_of: ClientOf) -> None:
    client, data = client_of("officer50"), signup.workbook()
    page = planned(app, client, data)
    answer = send(client, (data, "ชื่ออื่น.xlsx"))
    assert re.search(rf'ชื่ออื่น\.xlsx</strong>\s*<span>.*<a href="{page}">', answer.text)


def test_headquarters_chooses_the_office(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        number = db.session.scalars(select(Office.id).where(Office.code == "P90")).one()
    client = client_of("central")
    assert 'name="office"' in client.get("/imports/").text
    send(client, (signup.workbook(), "a.xlsx"), office=str(number))
    assert newest(app).office_id == number


def test_an_officer_cannot_choose_another_office(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        numbers = dict(
            db.session.execute(select(Office.code, Office.id).where(Office.code.like("P_0"))).all()
        )
    client = client_of("officer50")
    assert 'name="office"' not in client.get("/imports/").text
    send(client, (signup.workbook(), "a.xlsx"), office=str(numbers["P90"]))
    assert newest(app).office_id == numbers["P50"]


def test_commit_sent_twice_happens_once(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    plan = {"plan": signup.plan_of(client, page)}
    for _ in range(2):
        assert client.post(f"{page}/commit", data=plan).headers["Location"] == page
    worked(app)
    assert (imported(app), newest(app).as_state) == (1, BatchState.COMMITTED)


def test_only_the_plan_that_was_shown_is_applied(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    client.post(f"{page}/commit")
    assert imported(app) == 0
    stale = {"plan": "2026-01-01T00:00:00+00:00"}
    text = client.post(f"{page}/commit", data=stale, follow_redirects=True).text
    assert "แผนการนำเข้าเปลี่ยนไปแล้ว" in text
    assert imported(app) == 0
    shown = re.search(r'name="plan" value="([^"]+)"', text)
    assert shown is not None
    client.post(f"{page}/commit", data={"plan": shown[1]})
    worked(app)
    assert imported(app) == 1


def test_the_button_says_what_it_does(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    assert "นำเข้า: ใหม่ 1 ราย ปรับปรุง 1 ราย" in client.get(page).text
    text = decide(client, page, "dao", "possible_duplicate", "same").text
    assert "นำเข้า: ใหม่ 1 ราย ปรับปรุง 2 ราย" in text
    text = decide(client, page, "new", "new", "skip").text
    assert "นำเข้า: ใหม่ 0 ราย ปรับปรุง 2 ราย" in text


def test_registered_between_plan_and_commit(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    with app.app_context(), unit_of_work():
        cast.member("somchai50").national_id_hash = keyed_hash(CANARY)
    text = signup.apply(client, page, follow_redirects=True).text
    assert f"แถว {ROWS['new']}" in text
    assert imported(app) == 0
    assert newest(app).as_state is BatchState.PLANNED
    with app.app_context():
        row = db.session.scalars(select(ImportRow).where(ImportRow.row == ROWS["new"])).one()
        assert row.member_id == cast.member("somchai50").id


def test_what_cannot_be_decided_is_said_on_the_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        aree = cast.member("aree90")
        aree.national_id, aree.national_id_hash = OTHER_ID, keyed_hash(OTHER_ID)
    sheet = [*signup.EVERYBODY]
    sheet[ROWS["aree"] - signup.FIRST] = signup.LIKE_AREE | {"id": OTHER_ID}
    client = client_of("officer50")
    page = planned(app, client, signup.workbook(*sheet))
    answer = decide(client, page, "aree", "possible_duplicate", "different")
    assert answer.status_code == 200
    assert "เป็นคนละคนกันไม่ได้" in answer.text


def test_asking_the_office_that_looks_after_the_member(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    asked = client.post(f"{page}/ask", data={"row": ROWS["aree"]})
    assert asked.headers["Location"].startswith("/transfers/new?token=")
    text = client.get(asked.headers["Location"]).text
    assert "สงขลา" in text
    assert "อารี" not in text
    with app.app_context():
        events = select(AuditEvent.object_type).where(AuditEvent.action == Action.MEMBER_HINT)
        assert sorted(db.session.scalars(events)) == ["import", "member"]


def test_asking_about_nobody(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    answer = client.post(f"{page}/ask", data={"row": ROWS["new"]}, follow_redirects=True)
    assert "แถวนี้ไม่มีสมาชิกที่อาจตรงกัน" in answer.text


def test_why_an_import_cannot_be_undone(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    signup.apply(client, page)
    button = f'action="{page}/undo"'
    assert button in client.get(f"{page}/undo").text
    with app.app_context(), unit_of_work():
        cast.member("malee50").skills = "ถ่ายภาพ"
    text = client.get(f"{page}/undo").text
    assert button not in text
    assert f"แถว {ROWS['update']}" in text
    signup.undo(client, page)
    assert newest(app).as_state is BatchState.COMMITTED


def test_a_field_chosen_twice(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    by_header = {one["header"]: one["index"] for one in newest(app).summary["columns"]}
    form = {f"column-{by_header['อาชีพ']}": "phone", f"column-{by_header['อำเภอ']}": "province"}
    text = client.post(f"{page}/columns", data=form, follow_redirects=True).text
    assert "มากกว่าหนึ่งคอลัมน์" in text
    assert newest(app).as_state is BatchState.PLANNED


def test_reading_that_stopped_says_so(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = send(client, (signup.workbook(), "a.xlsx")).headers["Location"]
    assert 'http-equiv="refresh"' in client.get(page).text
    with app.app_context(), unit_of_work():
        db.session.get_one(Job, newest_job(app)).state = "failed"
    text = client.get(page).text
    assert 'http-equiv="refresh"' not in text
    assert f"{page}/discard" in text
    assert json.loads(client.get(f"{page}/progress").text)["waits"] is False


def newest_job(app: Flask) -> str:
    found = newest(app).job_id
    assert found is not None
    return found


def test_a_forgotten_import_can_still_be_looked_at(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    signup.apply(client, page)
    with app.app_context(), unit_of_work():
        forget(Actor.system(), newest(app).id)
    text = client.get(page).text
    assert f"{page}/workbook" not in text
    assert "/members/" in text
    answer = client.post(f"{page}/workbook", follow_redirects=True)
    assert "ถูกลบเมื่อครบกำหนดเก็บแล้ว" in answer.text


@pytest.mark.parametrize("name", ["officer50", "regional3", "central"])
def test_no_number_of_a_card_on_any_page(
    app: Flask, client_of: ClientOf, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    people = [
        *signup.EVERYBODY,
        signup.person(first="สำเนา", last="คนบน", id='"', phone="0819990011"),
        signup.person(first="ผิดช่อง", last="ใส่เลข", phone=CANARY),
        signup.UPDATE | {"id": OTHER_ID},
    ]
    page = planned(app, client_of("officer50"), signup.workbook(*people))
    client = client_of(name)
    seen = [client.get(page).text, client.get(f"{page}/progress").text]
    seen += [client.get(f"{page}?status={status}").text for status in ("new", "update", "error")]
    workbook = client.post(f"{page}/workbook")
    signup.apply(client, page)
    seen += [client.get(page).text, client.get("/imports/").text]
    streams = capfd.readouterr()
    for text in [*seen, streams.out, streams.err, _added(workbook.data)]:
        assert CANARY not in text
        assert OTHER_ID not in text


def _added(data: bytes) -> str:
    """What Sang wrote into their workbook: the column of results."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    title = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "ผลการตรวจสอบ")
    return "\n".join(str(cell.value) for cell in sheet[title.column_letter])


def test_nobody_waits_while_their_workbook_is_made(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    original, free = annotated.run_child, []

    def watched(*args: Any) -> None:
        free.append(not db.session().info.get(WRITE))
        original(*args)

    monkeypatch.setattr(annotated, "run_child", watched)
    assert client.post(f"{page}/workbook").status_code == 200
    assert free == [True]
    with app.app_context():
        events = select(AuditEvent.details).where(AuditEvent.action == Action.ROWS_EXPORT)
        assert [one["count"] for one in db.session.scalars(events)] == [len(signup.EVERYBODY)]


def test_two_at_the_same_record_is_no_fault_of_ours(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("officer50")
    page = planned(app, client)

    def stale(*_: object) -> None:
        raise StaleDataError("version")

    monkeypatch.setattr(runs, "commit_import", stale)
    text = signup.apply(client, page, follow_redirects=True).text
    assert "โปรดตรวจแผนการนำเข้าใหม่" in text
    assert newest(app).as_state is BatchState.PLANNED
    assert imported(app) == 0


def test_reading_that_stopped_is_taken_up_again(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        number = signup.received(signup.workbook())
    client, page = client_of("officer50"), f"/imports/{number}"
    text = client.get(page).text
    assert f"{page}/again" in text
    assert f"{page}/discard" in text
    assert json.loads(client.get(f"{page}/progress").text)["waits"] is False
    client.post(f"{page}/again")
    with app.app_context():
        run_pending()
    assert newest(app).as_state is BatchState.PLANNED


def test_names_leave_on_a_sheet_only_by_a_noted_press(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    with app.app_context():
        network = cast.network("P50").id
    address = f"/dissemination/sheet/download?network={network}&month=2569-06"
    asked = client.get(address)
    assert asked.mimetype == "text/html"
    assert "มาลี" not in asked.text
    assert client.post(address).mimetype.endswith("sheet")
    assert client.get("/dissemination/sheet/1/problems.xlsx").status_code == 405
    with app.app_context():
        events = select(AuditEvent).where(AuditEvent.action == Action.ROWS_EXPORT)
        (event,) = db.session.scalars(events)
        assert (event.object_type, event.details["network"]) == ("dissemination_sheet", network)


def test_a_row_key_of_thousands_of_digits_is_none() -> None:
    assert RowKey.parse(f"2026-06/{'9' * 5000}/1-2-3") is None
    assert RowKey.parse(f"2026-06/1/1-2-{'9' * 5000}") is None
    assert RowKey.parse("2026-06/1/1-2-3") is not None


def test_the_page_follows_the_importing(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    client.post(f"{page}/commit", data={"plan": signup.plan_of(client, page)})
    waiting = client.get(page).text
    assert "data-progress" in waiting
    assert f"{page}/commit" not in waiting
    assert json.loads(client.get(f"{page}/progress").text)["waits"] is True
    assert "<progress" in client.get("/imports/").text
    client.post(f"{page}/decisions", data={"row": "4", "status": "new", "decision": "skip"})
    worked(app)
    assert imported(app) == 1
    assert "data-progress" not in client.get(page).text


def test_importing_that_stopped_is_taken_up_again(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client)
    client.post(f"{page}/commit", data={"plan": signup.plan_of(client, page)})
    with app.app_context(), unit_of_work():
        db.session.get_one(Job, newest_job(app)).state = "failed"
    text = client.get(page).text
    assert "ยังไม่มีการบันทึก" in text
    signup.apply(client, page)
    assert (imported(app), newest(app).as_state) == (1, BatchState.COMMITTED)
