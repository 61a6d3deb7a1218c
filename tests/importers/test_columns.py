"""The mapping screen: what is asked, what it shows, and what the office need not say twice."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from importers.forgetting import batches_to_forget, forget
from importers.models import BatchState, ImportBatch, ImportMapping, ImportRow
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.jobs import run_pending
from tests.importers.test_pages import batch, planned, sheet

ClientOf = Callable[[str], FlaskClient]
HEAD = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "เลขประจำตัวประชาชน", "ศาสนา", "ขนาดเสื้อ", "ทำอะไรอยู่"]
CARD, PHONE = "1509900454549", "0819990321"
WORK, SHIRT = "column-6", "column-5"


def people(*more: list[object], head: list[str] | None = None) -> bytes:
    first = ["นายก ข", PHONE, "เชียงใหม่", CARD, "พุทธ", "L", "ครู"]
    return sheet(first, *more, head=head or HEAD)


def second(phone: str = "0819990322") -> list[object]:
    return ["นางค ง", phone, "เชียงใหม่", "", "พุทธ", "M", "เกษตรกร โทร 0819990399"]


def worked(app: Flask) -> None:
    with app.app_context():
        run_pending()


def values(app: Flask) -> list[dict[str, object]]:
    """The values of the newest batch's rows."""
    with app.app_context():
        newest = select(ImportBatch.id).order_by(ImportBatch.id.desc()).limit(1)
        query = select(ImportRow).where(ImportRow.batch_id == newest.scalar_subquery())
        return [row.values for row in db.session.scalars(query.order_by(ImportRow.row))]


def test_unknown_columns_are_asked_for_on_a_screen_of_their_own(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people(second()))
    asked = client.get(page)
    assert asked.headers["Location"] == f"{page}/columns"
    screen = client.get(asked.headers["Location"]).text
    table, _, settled = screen.partition("<details")
    assert "ขนาดเสื้อ" in table
    assert "ไม่รู้จัก" in table
    assert '<span class="sample">L</span><span class="sample">M</span>' in table
    assert '<td class="header">โทรศัพท์' not in table
    assert '<td class="header">โทรศัพท์' in settled
    assert "แน่ใจ" in settled


def test_samples_show_no_number_and_nothing_sensitive(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people(second()))
    screen = client.get(f"{page}/columns").text
    assert "08x-xxx-0321" in screen
    for secret in (PHONE, CARD, "พุทธ", "0819990399"):
        assert secret not in screen
    assert "•••549" in screen
    with app.app_context():
        stored = db.session.execute(text("select samples from import_batch")).scalar_one()
        assert "ครู".encode() not in bytes(stored)


def test_the_plan_can_be_seen_before_the_answer(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    later = client.get(f"{page}?columns=later").text
    assert "ขนาดเสื้อ, ทำอะไรอยู่" in later
    assert f"{page}/columns" in later
    assert client.get(f"{page}?status=new").status_code == 200


def test_an_answer_is_read_and_kept_for_the_next_sheet(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/columns", data={WORK: "occupation", SHIRT: "aside"})
    worked(app)
    assert values(app)[0]["occupation"] == "ครู"
    assert values(app)[0]["notes"] == "ขนาดเสื้อ: L"
    again = planned(app, client, people(second()), "เดือนหน้า.xlsx")
    assert [one["occupation"] for one in values(app)] == ["ครู", "เกษตรกร โทร 0819990399"]
    shown = client.get(again)
    assert shown.status_code == 200
    assert "ใช้คอลัมน์ตามที่สำนักงานของท่านกำหนดไว้เมื่อ" in shown.text
    assert "ตามที่ท่านกำหนด" in client.get(f"{again}/columns").text


def test_confirming_a_proposal_reads_nothing_again(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    before = batch(app).planned_at
    answer = client.post(f"{page}/columns", data={WORK: "", SHIRT: ""}, follow_redirects=True)
    assert "ครั้งต่อไปแบบเดียวกันนี้จะอ่านได้โดยไม่ต้องถาม" in answer.text
    assert (batch(app).as_state, batch(app).planned_at) == (BatchState.PLANNED, before)
    again = planned(app, client, people(second()), "เดือนหน้า.xlsx")
    assert client.get(again).status_code == 200


def test_another_office_and_another_header_are_asked(app: Flask, client_of: ClientOf) -> None:
    page = planned(app, client_of("officer50"), people())
    client_of("officer50").post(f"{page}/columns", data={WORK: "occupation", SHIRT: ""})
    worked(app)
    south = people(head=[*HEAD])
    other = client_of("officer90")
    assert other.get(planned(app, other, south)).headers["Location"].endswith("/columns")
    turned = [*HEAD[:5], HEAD[6], HEAD[5]]
    own = client_of("officer50")
    moved = planned(app, own, people(head=turned), "b.xlsx")
    assert own.get(moved).headers["Location"].endswith("/columns")


def test_a_blank_column_in_front_is_the_same_shape(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/columns", data={WORK: "occupation", SHIRT: ""})
    worked(app)
    row: list[object] = [None, "นายก ข", PHONE, "เชียงใหม่", None, None, "L", "ช่าง"]
    moved = planned(app, client, sheet(row, head=["", *HEAD]), "b.xlsx")
    assert client.get(moved).status_code == 200
    assert values(app)[0]["occupation"] == "ช่าง"


def test_the_decision_can_be_forgotten(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/columns", data={WORK: "occupation", SHIRT: ""})
    worked(app)
    client.post(f"{page}/columns/forget")
    worked(app)
    assert "occupation" not in values(app)[0]
    assert client.get(page).headers["Location"] == f"{page}/columns"
    with app.app_context():
        assert db.session.scalars(select(ImportMapping)).all() == []


def test_a_wrong_choice_keeps_the_others(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    answer = client.post(f"{page}/columns", data={WORK: "province", SHIRT: "skills"})
    assert "มากกว่าหนึ่งคอลัมน์" in answer.text
    assert re.search(r'name="column-5".*<option value="skills" selected>', answer.text)
    assert batch(app).fields == {}


def test_a_sensitive_column_cannot_be_chosen(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    page = planned(app, client, people())
    client.post(f"{page}/columns", data={"column-4": "notes", WORK: "", SHIRT: ""})
    worked(app)
    assert "พุทธ" not in str(values(app))
    assert "4" not in batch(app).fields


def test_who_wants_notes_is_not_asked(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    form = {
        "form_token": secrets.token_hex(16),
        "files": (io.BytesIO(people()), "a.xlsx"),
        "keep_unknown": "y",
    }
    answer = client.post("/imports/", data=form, content_type="multipart/form-data")
    page = answer.headers["Location"]
    worked(app)
    assert client.get(page).status_code == 200
    assert values(app)[0]["notes"] == "ขนาดเสื้อ: L\nทำอะไรอยู่: ครู"


def test_the_neighbour_may_neither_look_nor_answer(app: Flask, client_of: ClientOf) -> None:
    page = planned(app, client_of("officer50"), people())
    outsider = client_of("officer90")
    assert outsider.get(f"{page}/columns").status_code == 404
    for step in ("columns", "columns/forget", "again"):
        assert outsider.post(f"{page}/{step}").status_code == 404


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_samples_and_corrections_go_with_the_upload(app: Flask, client_of: ClientOf) -> None:
    planned(app, client_of("officer50"), people())
    with app.app_context():
        later = datetime.now(UTC) + timedelta(days=1)
        (number,) = batches_to_forget(later)
        with unit_of_work():
            db.session.get_one(ImportBatch, number).mended = {"A2": "นายลับ มาก"}
        with unit_of_work():
            forget(Actor.system(), number)
        db.session.expire_all()
        gone = db.session.get_one(ImportBatch, number)
        assert (gone.samples, gone.mended) == (None, None)


def test_a_field_that_most_values_do_not_fit_is_asked_about(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    rows = [[f"นายทดสอบ{letter} ระบบดี", "เชียงใหม่", 2510 + n] for n, letter in enumerate("กขคงจฉ")]
    page = planned(app, client, sheet(*rows, head=["ชื่อ-สกุล", "จังหวัด", "อายุ"]))
    assert batch(app).counts["error"] == len(rows)
    screen = client.get(client.get(page).headers["Location"]).text
    assert "อ่านไม่ได้ 6 จาก 6 แถว" in screen.partition("<details")[0]
    client.post(f"{page}/columns", data={"column-2": "birth_year"})
    worked(app)
    assert batch(app).counts["new"] == len(rows)
    assert client.get(page).status_code == 200


def test_a_few_bad_values_ask_nothing(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    bad = [[f"นายทดสอบ{letter} ระบบดี", "เชียงใหม่", 2510] for letter in "กขคง"]
    page = planned(app, client, sheet(*bad, head=["ชื่อ-สกุล", "จังหวัด", "อายุ"]))
    assert client.get(page).status_code == 200


def test_the_workbook_with_the_results_is_read_without_a_question(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    page = planned(app, client, people(second("081")))
    client.post(f"{page}/columns", data={WORK: "occupation", SHIRT: "aside"})
    worked(app)
    back = client.post(f"{page}/workbook").data
    client.post(f"{page}/discard")
    again = planned(app, client, back, "กลับมา.xlsx")
    assert client.get(again).status_code == 200
    assert [one["occupation"] for one in values(app)] == ["ครู", "เกษตรกร โทร 0819990399"]
    confirmed = {"column-7": "notes", "column-6": "aside"}
    client.post(f"{again}/columns", data=confirmed)
    worked(app)
    client.post(f"{again}/discard")
    client.get(planned(app, client, people(second()), "ใหม่.xlsx"))
    assert [one.get("occupation") for one in values(app)] == [None, None]
