"""What only the browser that keeps a link is told, and what ends with the link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.members.models import Member, MemberState
from registry.messages.ledger_models import Question
from registry.outbox import accounts
from registry.outbox.line_models import LineCode
from tests import line_events, story
from tests.test_portal import Holder

ClientOf = Callable[[str], FlaskClient]
WISH, ANSWER = "ย้ายไปอยู่ตำบลช้างเผือก", "เปลี่ยนที่อยู่ให้เรียบร้อยค่ะ"


@pytest.fixture
def malee(app: Flask) -> Holder:
    with app.app_context(), unit_of_work():
        story.published()
    return Holder(app)


def _wish(app: Flask, malee: Holder) -> int:
    assert malee.post("record/wish", form_token="a" * 32, text=WISH) == 302
    with app.app_context():
        return db.session.scalars(select(Question.id)).one()


def test_a_wish_about_the_record_stands_in_the_browser_that_keeps_the_link_only(
    app: Flask, malee: Holder, client_of: ClientOf
) -> None:
    wish, other = _wish(app, malee), app.test_client()
    officer = client_of("officer50")
    assert "ขอแก้ไขข้อมูลของตนเอง" in officer.get("/questions/").text
    officer.post(f"/questions/{wish}", data={"text": ANSWER, "seen": ""})
    for path in ("", "news"):
        assert WISH in malee.get(path), path
        shown = other.get(f"/m/{malee.token}/{path}")
        assert shown.status_code == 200
        assert WISH not in shown.text
        assert ANSWER not in shown.text
    for path in ("on", "settled"):
        sent = other.post(f"/m/{malee.token}/questions/{wish}/{path}", data={"text": "x"})
        assert sent.status_code == 404, path
    assert malee.post(f"questions/{wish}/settled") == 302


def _is_linked(app: Flask, malee: Holder) -> bool:
    with app.app_context():
        return accounts.account_of(malee.member) is not None


@pytest.mark.parametrize("path", ["link/", "link/revoke"])
@pytest.mark.parametrize("ticked", [False, True])
def test_a_stranger_is_put_out_with_the_link_and_on_demand_with_line(
    app: Flask, malee: Holder, client_of: ClientOf, path: str, ticked: bool
) -> None:
    line_events.linked(app)
    officer, page = client_of("officer50"), f"/members/{malee.member}"
    assert "มีบัญชี LINE เชื่อมไว้ตั้งแต่" in officer.get(page).text
    answer = officer.post(f"{page}/{path}", data={"unlink": "1"} if ticked else {})
    assert answer.status_code == 302
    assert malee.client.get(f"/m/{malee.token}/record").status_code == 404, "the browser was kept"
    assert _is_linked(app, malee) is not ticked
    with app.app_context():
        query = select(AuditEvent.action).where(AuditEvent.action == "line:unlink")
        assert len(db.session.scalars(query).all()) == ticked
    shown = officer.get(page).text
    assert ("มีบัญชี LINE เชื่อมไว้ตั้งแต่" in shown) is ("unlink-line" in shown) is not ticked


def test_what_a_refused_link_takes_back_is_not_told(
    app: Flask, malee: Holder, client_of: ClientOf
) -> None:
    """Unlinking and the new link are one step: refused, the LINE account stays."""
    line_events.linked(app)
    with app.app_context(), unit_of_work():
        db.session.get_one(Member, malee.member).state = MemberState.LEFT.value
    officer, page = client_of("officer50"), f"/members/{malee.member}"
    answer = officer.post(f"{page}/link/", data={"unlink": "1"})
    assert (answer.status_code, "จึงออกลิงก์ให้ไม่ได้" in answer.text) == (400, True)
    assert _is_linked(app, malee)
    for text in (answer.text, officer.get(page).text):
        assert "ยกเลิกการเชื่อมบัญชี LINE แล้ว" not in text


def test_a_new_link_is_not_kept_by_the_old_browser(app: Flask, malee: Holder) -> None:
    old = malee.client
    malee.token = Holder(app).token
    assert "ขอลิงก์ใหม่จาก" in old.get(f"/m/{malee.token}/record").text


def _codes(app: Flask) -> list[bool]:
    """Of each code, whether it still holds."""
    with app.app_context():
        rows = db.session.scalars(select(LineCode).order_by(LineCode.id))
        return [row.ended_at is None for row in rows]


def test_a_code_of_the_own_pages_ends_with_the_link_and_one_of_the_office_does_not(
    app: Flask, malee: Holder, client_of: ClientOf
) -> None:
    officer, place = client_of("officer50"), f"/members/{malee.member}/link/"
    assert malee.post("line/code") == 200
    assert officer.post(place).status_code == 302
    assert _codes(app) == [False]
    assert officer.post(f"/line/members/{malee.member}/code").status_code == 200
    assert officer.post(place).status_code == 302
    assert _codes(app) == [False, True]
