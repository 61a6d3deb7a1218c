"""The pages of an import, from the dropped file to its undoing, on both databases."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from importers.models import BatchState, ImportBatch, ImportRow
from registry.db import db
from registry.jobs import run_pending
from registry.members.models import Member
from tests.importers import signup
from tests.importers.golden import cases
from tests.importers.golden.make import FOLDER

ClientOf = Callable[[str], FlaskClient]
GOLDEN = FOLDER / "thirty.xlsx"
HEAD = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "ประเภทเครือข่าย"]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def sheet(*rows: list[Any], head: list[str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in [head or HEAD, *rows]:
        page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def person(name: str, phone: str, province: str = "เชียงใหม่") -> list[object]:
    return [name, phone, province, "อป.มช."]


def bring(client: FlaskClient, data: bytes, name: str = "a.xlsx", token: str = "") -> TestResponse:
    form = {"form_token": token or secrets.token_hex(16), "files": (io.BytesIO(data), name)}
    return client.post("/imports/", data=form, content_type="multipart/form-data")


def planned(app: Flask, client: FlaskClient, data: bytes, name: str = "a.xlsx") -> str:
    """Bring a file, have it planned, and give the address of its page."""
    answer = bring(client, data, name)
    assert answer.status_code == 302, answer.text
    with app.app_context():
        run_pending()
    return str(answer.headers["Location"])


def members(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Member)) or 0


def batch(app: Flask) -> ImportBatch:
    """The newest batch; needs no context to be read."""
    with app.app_context():
        found = db.session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()
        assert found is not None
        db.session.expunge(found)
        return found


def test_golden_sheet_from_file_to_undo(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("central"), members(app)
    page = planned(app, client, GOLDEN.read_bytes(), "สมาชิก.xlsx")
    counts = batch(app).counts
    assert counts["rows"] == 30
    assert (counts["error"], counts["ambiguous"]) == (8, 2)
    assert client.get(page).headers["Location"] == f"{page}/columns"
    text = client.get(f"{page}?columns=later").text
    assert "ศาสนา" in text
    assert "สมชาย" in text
    assert members(app) == before
    assert signup.apply(client, page).status_code == 302
    assert members(app) == before + counts["new"]
    assert "นำเข้าแล้ว" in client.get(page).text
    assert signup.undo(client, page).status_code == 302
    assert members(app) == before
    assert batch(app).as_state is BatchState.UNDONE


def test_same_file_twice_is_refused_kindly(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    data = sheet(person("นายก ข", "0810009901"))
    planned(app, client, data)
    assert "เคยส่งเข้ามาแล้ว" in bring(client, data, "another name.xlsx").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 1


def test_form_sent_twice_makes_one_batch(app: Flask, client_of: ClientOf) -> None:
    client, token = client_of("officer50"), secrets.token_hex(16)
    data = sheet(person("นายก ข", "0810009902"))
    first, second = (bring(client, data, token=token) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]


def test_several_files_at_once_one_of_them_bad(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    files = [
        (io.BytesIO(sheet(person("นายก ข", "0810009903"))), "ok.xlsx"),
        (io.BytesIO(PNG), "picture.xlsx"),
    ]
    form = {"form_token": secrets.token_hex(16), "files": files}
    answer = client.post("/imports/", data=form, content_type="multipart/form-data")
    assert answer.headers["Location"] == "/imports/"
    with app.app_context():
        run_pending()
        states = db.session.execute(select(ImportBatch.file_name, ImportBatch.state))
        assert dict(states.all()) == {"ok.xlsx": "planned", "picture.xlsx": "failed"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PNG, "PNG"),
        (b"", "ว่างเปล่า"),
        (sheet(["1", "2"], head=["สินค้า", "ราคา"]), "สินค้า"),
        (sheet(), "ไม่มีสมาชิก"),
    ],
)
def test_bad_file_says_why_and_keeps_nothing(
    app: Flask, client_of: ClientOf, data: bytes, words: str
) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, data)
    assert batch(app).as_state is BatchState.FAILED
    assert words in client.get(page).text
    assert members(app) == before


def test_no_file_chosen(client_of: ClientOf) -> None:
    answer = client_of("officer50").post("/imports/", data={})
    assert answer.status_code == 200
    assert "โปรดเลือกไฟล์" in answer.text


def test_too_large_a_file(app: Flask, client_of: ClientOf) -> None:
    kind = "multipart/form-data; boundary=x"
    length = {"CONTENT_LENGTH": str(200 * 1024 * 1024)}
    client = client_of("officer50")
    answer = client.post("/imports/", content_type=kind, environ_overrides=length)
    assert answer.status_code == 303
    assert "แบ่งเป็นไฟล์ที่เล็กลง" in client.get(answer.headers["Location"]).text


def test_another_offices_import_does_not_exist(app: Flask, client_of: ClientOf) -> None:
    page = planned(app, client_of("officer50"), sheet(person("นายก ข", "0810009904")))
    outsider = client_of("officer90")
    assert outsider.get(page).status_code == 404
    assert outsider.get(f"{page}/progress").status_code == 404
    for step in ("commit", "undo", "discard", "decisions", "columns", "workbook"):
        assert client_of("officer90").post(f"{page}/{step}").status_code == 404
    assert "a.xlsx" not in outsider.get("/imports/").text
    assert client_of("regional3").get(page).status_code == 200


def test_rows_of_another_province_stay_out(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("officer50"), members(app)
    rows = [person("นายก ข", "0810009905"), person("นายค ง", "0810009906", "สงขลา")]
    page = planned(app, client, sheet(*rows))
    assert batch(app).counts["error"] == 1
    assert "นอกพื้นที่" in client.get(page).text
    signup.apply(client, page)
    assert members(app) == before + 1


def test_a_column_named_by_hand_is_read_again(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    data = sheet([*person("นายก ข", "0810009907"), "ครู"], head=[*HEAD, "ทำอะไรอยู่"])
    page = planned(app, client, data)
    assert client.post(f"{page}/columns", data={"column-4": "occupation"}).status_code == 302
    with app.app_context():
        run_pending()
        row = db.session.scalars(select(ImportRow)).one()
        assert row.values["occupation"] == "ครู"


def test_a_possible_duplicate_waits_for_a_person(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, sheet(person("นางมาลี ดวงแกัว", "0810000501")))
    assert batch(app).counts["possible_duplicate"] == 1
    signup.apply(client, page)
    assert members(app) == before


@pytest.mark.parametrize(("decision", "more"), [("different", 1), ("same", 0), ("skip", 0)])
def test_deciding_about_a_duplicate(
    app: Flask, client_of: ClientOf, decision: str, more: int
) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, sheet(person("นางมาลี ดวงแกัว", "0810000501")))
    form = {"status": "possible_duplicate", "row": "2", "decision": decision}
    assert client.post(f"{page}/decisions", data=form).status_code == 302
    signup.apply(client, page)
    assert members(app) == before + more


def test_hint_about_another_office_shows_no_field(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, sheet(person("นางอารี สุวรรณโณ", "0810000901")))
    text = client.get(page).text
    assert "สงขลา" in text
    with app.app_context():
        aree = db.session.scalars(select(Member).where(Member.uid == "aree90")).one()
        assert f"/members/{aree.id}" not in text


def test_discarding_a_plan(app: Flask, client_of: ClientOf) -> None:
    client, before = client_of("officer50"), members(app)
    page = planned(app, client, sheet(person("นายก ข", "0810009908")))
    client.post(f"{page}/discard")
    assert batch(app).as_state is BatchState.DISCARDED
    answer = signup.apply(client, page, follow_redirects=True)
    assert "ยกเลิก" in answer.text
    assert members(app) == before


def test_their_own_workbook_back(app: Flask, client_of: ClientOf) -> None:
    client = client_of("central")
    page = planned(app, client, GOLDEN.read_bytes(), "สมาชิก.xlsx")
    answer = client.post(f"{page}/workbook")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    copy = openpyxl.load_workbook(io.BytesIO(answer.data))[cases.SHEET]
    assert copy.cell(6, 1).value == "ผลการตรวจสอบ"
    assert str(copy.cell(15, 1).value).startswith("นำเข้าไม่ได้")


def test_undo_is_refused_once_somebody_edited(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, sheet(person("นายก ข", "0810009909")))
    signup.apply(client, page)
    with app.app_context():
        number = db.session.scalar(select(func.max(Member.id)))
    client.post(f"/members/{number}/confirm", data={"on": "1/1/2569"})
    signup.undo(client, page)
    assert "ไม่ได้แล้ว" in client.get(page).text
    assert batch(app).as_state is BatchState.COMMITTED


def test_progress_is_told(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = bring(client, sheet(person("นายก ข", "0810009910"))).headers["Location"]
    assert client.get(f"{page}/progress").json == {
        "waits": True,
        "step": "รอคิว",
        "done": 0,
        "total": 0,
    }
    assert "data-progress" in client.get(page).text
    with app.app_context():
        run_pending()
    waiting = client.get(f"{page}/progress").json
    assert waiting is not None
    assert waiting["waits"] is False


def test_hostile_texts_come_back_as_text(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    naughty = "<script>alert(1)</script>"
    page = planned(app, client, sheet([f"นาย{naughty} ข", "0810009911", "เชียงใหม่", "อป.มช."]))
    text = client.get(page).text
    assert naughty not in text
    assert "&lt;script&gt;" in text


def test_uploads_lie_encrypted(app: Flask, client_of: ClientOf) -> None:
    planned(app, client_of("officer50"), sheet(person("นายลับ มาก", "0810009912")))
    folder = Path(app.extensions["sang_settings"].uploads)
    (stored,) = list(folder.iterdir())
    assert not stored.read_bytes().startswith(b"PK")
    assert re.fullmatch(r"[0-9a-f]{32}\.bin", stored.name)


def test_the_workbook_travels_under_its_thai_name(app: Flask, client_of: ClientOf) -> None:
    """Over a real server: its headers hold Latin letters only."""
    number = signup.planned(app)
    answer = client_of("officer50").post(f"/imports/{number}/workbook")
    assert answer.status_code == 200
    said = answer.headers["Content-Disposition"]
    said.encode("latin-1")
    assert "filename*=UTF-8''" in said
