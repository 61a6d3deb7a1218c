"""Answers by telephone: an officer notes what a member says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.masks import mask_phone
from registry.messages import services
from registry.messages.ledger_models import Dissemination, Question, Recipient
from registry.messages.models import KeyMessage
from registry.portal.services import issue
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]
Change = Callable[[Actor, KeyMessage, str], object]


@pytest.fixture
def message(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        return story.published().id


@pytest.fixture
def malee(app: Flask) -> int:
    with app.app_context():
        return cast.member("malee50").id


@pytest.fixture
def officer(client_of: ClientOf) -> FlaskClient:
    return client_of("officer50")


def _row(malee: int) -> Recipient:
    return db.session.scalars(select(Recipient).where(Recipient.member_id == malee)).one()


def test_the_member_is_found_by_name_and_number(officer: FlaskClient, malee: int) -> None:
    face = cast.MEMBERS["malee50"]
    for asked in (face.first, face.phone[-6:]):
        page = officer.get("/phone/", query_string={"q": asked}).text
        assert f"/phone/{malee}" in page
        assert face.phone not in page.split("<main")[1].replace("-", "").split("phone-found")[-1]
    assert "panel empty" in officer.get("/phone/", query_string={"q": "ไม่มีใครชื่อนี้"}).text
    assert "panel empty" in officer.get("/phone/").text


def test_each_answer_is_noted_once(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    assert story.TEXT.title in officer.get(f"/phone/{malee}").text
    base = f"/phone/{malee}/{message}"
    for path in ("received", "declined"):
        assert officer.post(f"{base}/{path}").status_code == 302
    with app.app_context():
        row = _row(malee)
        assert row.received_via == "phone"
        assert row.declined_at is not None
        channel = cast.channel("malee50").id
    told = {"form_token": "a" * 32, "channel": channel, "audience": "๓๕"}
    asked = {"form_token": "b" * 32, "text": "ฉีดวัคซีนที่ไหน"}
    for _ in range(2):
        assert officer.post(f"{base}/passed-on", data=told).status_code == 302
        assert officer.post(f"{base}/question", data=asked).status_code == 302
    with app.app_context():
        report = db.session.scalars(select(Dissemination)).one()
        assert (report.source, report.audience_reported) == ("phone", 35)
        assert report.recorded_by == cast.user("officer50").id
        question = db.session.scalars(select(Question)).one()
        assert (question.member_id, question.message_id) == (malee, message)
        assert question.source == "phone"
        assert _row(malee).declined_at is None


def test_the_day_can_be_told(app: Flask, officer: FlaskClient, malee: int, message: int) -> None:
    with app.app_context():
        channel = cast.channel("malee50").id
    told = {"form_token": "a" * 32, "channel": channel, "audience": "35", "on": "11/6/2569"}
    assert officer.post(f"/phone/{malee}/{message}/passed-on", data=told).status_code == 302
    again = {**told, "form_token": "b" * 32, "audience": "40"}
    assert officer.post(f"/phone/{malee}/{message}/passed-on", data=again).status_code == 302
    with app.app_context():
        report = db.session.scalars(select(Dissemination)).one()
        assert report.on.isoformat() == "2026-06-11"
        assert not report.time_known
        assert report.audience_reported == 40


def test_a_wrong_answer_keeps_what_was_typed(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    told = {"form_token": "a" * 32, "channel": "0", "audience": "หลายคน"}
    answer = officer.post(f"/phone/{malee}/{message}/passed-on", data=told)
    assert answer.status_code == 422
    assert 'value="หลายคน"' in answer.text
    with app.app_context(), unit_of_work():
        channel = cast.channel("malee50")
        channel.kind, number = "loudspeaker", channel.id
        for count in channel.counts:
            count.basis = None
    told = {"form_token": "c" * 32, "channel": number, "audience": "30", "on": "99/99/2569"}
    answer = officer.post(f"/phone/{malee}/{message}/passed-on", data=told)
    assert answer.status_code == 422
    assert 'value="99/99/2569"' in answer.text
    assert "field-error" in answer.text
    answer = officer.post(f"/phone/{malee}/{message}/passed-on", data={**told, "on": ""})
    assert answer.status_code == 422
    assert "field-error" in answer.text.split(f'id="basis-{message}"')[1].split("</div>")[0]
    empty = officer.post(f"/phone/{malee}/{message}/question", data={"text": " "})
    assert empty.status_code == 422


def test_other_offices_find_nobody(
    app: Flask, client_of: ClientOf, malee: int, message: int
) -> None:
    neighbour = client_of("officer90")
    face = cast.MEMBERS["malee50"]
    assert f"/phone/{malee}" not in neighbour.get("/phone/", query_string={"q": face.first}).text
    assert neighbour.get(f"/phone/{malee}").status_code == 404
    for path in ("received", "declined", "passed-on", "question"):
        assert neighbour.post(f"/phone/{malee}/{message}/{path}").status_code == 404
    with app.app_context():
        strange = cast.member("aree90").id
    officer = client_of("officer50")
    assert officer.post(f"/phone/{malee}/999999/received").status_code == 404
    assert officer.post(f"/phone/{strange}/{message}/received").status_code == 404


def test_another_members_channel_is_refused(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    with app.app_context():
        strange = cast.channel("dao50").id
    told = {"form_token": "a" * 32, "channel": strange}
    assert officer.post(f"/phone/{malee}/{message}/passed-on", data=told).status_code == 422


def test_it_is_in_the_menu(officer: FlaskClient) -> None:
    assert 'href="/phone/"' in officer.get("/").text


def _page_after(app: Flask, officer: FlaskClient, malee: int, change: Change, words: str) -> str:
    """The page of the call once the message was corrected or withdrawn."""
    with app.app_context(), unit_of_work():
        change(story.acting("officer50"), db.session.scalars(select(KeyMessage)).one(), words)
    return officer.get(f"/phone/{malee}").text


@pytest.mark.usefixtures("message")
def test_a_correction_stands_before_the_text_that_is_read_out(
    app: Flask, officer: FlaskClient, malee: int
) -> None:
    wrong = "ข้อความเดิมบอกวันผิด ที่ถูกคือวันศุกร์"
    page = _page_after(app, officer, malee, services.correct, wrong)
    assert page.index(wrong) < page.index(story.TEXT.sentence) < page.index(story.TEXT.body)


def test_the_caller_is_warned_of_what_was_withdrawn(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    why = "ข้อมูลไม่เป็นความจริง"
    page = _page_after(app, officer, malee, services.withdraw, why)
    assert story.TEXT.title in page
    assert why in page
    assert "โปรดอย่า" in page.split(f'id="message-{message}"')[1]
    assert story.TEXT.body not in page
    assert f"/phone/{malee}/{message}/" not in page
    assert officer.post(f"/phone/{malee}/{message}/received").status_code == 404


@pytest.mark.parametrize(
    ("asked", "few"),
    [("123", True), ("๑๒๓", True), ("12-3", True), ("1234", False), ("ไม่มี", False)],
)
def test_too_few_figures_are_named(officer: FlaskClient, asked: str, few: bool) -> None:
    page = officer.get("/phone/", query_string={"q": asked}).text
    assert ("อย่างน้อยสี่หลัก" in page.split("panel empty")[1]) == few


def test_a_number_that_is_too_large_is_called_so(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    with app.app_context():
        channel = cast.channel("malee50").id
    told = {"form_token": "a" * 32, "channel": channel, "audience": "999999999999"}
    answer = officer.post(f"/phone/{malee}/{message}/passed-on", data=told)
    assert answer.status_code == 422
    assert "มากกว่าประชากรทั้งประเทศ" in answer.text


def test_whoever_answers_is_told_to_call_a_member_without_a_page(
    app: Flask, officer: FlaskClient, malee: int, message: int
) -> None:
    asked = {"form_token": "b" * 32, "text": "ฉีดวัคซีนที่ไหน"}
    officer.post(f"/phone/{malee}/{message}/question", data=asked)
    with app.app_context():
        question = db.session.scalars(select(Question)).one().id
        phone = mask_phone(cast.member("malee50").phone)
    said: dict[str, str] = {"text": "ที่โรงพยาบาลค่ะ", "seen": ""}
    answer = officer.post(f"/questions/{question}", data=said, follow_redirects=True)
    assert "โปรดโทรกลับที่" in answer.text
    assert phone in answer.text
    with app.app_context(), unit_of_work():
        seen = db.session.get_one(Question, question).last_said_at
        issue(story.acting("officer50"), cast.member("malee50"))
    again = {**said, "seen": seen.isoformat() if seen else ""}
    answer = officer.post(f"/questions/{question}", data=again, follow_redirects=True)
    assert "โปรดโทรกลับที่" not in answer.text
