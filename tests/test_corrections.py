"""Corrections add up: each keeps its words, its notice says them, and the wording is put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import due, reviews_after, services
from registry.messages.models import KeyMessage
from registry.messages.release_models import Release
from registry.messages.services import Wording
from registry.outbox import feeds
from registry.outbox.line import bodies
from registry.outbox.models import Delivery
from registry.portal.services import issue
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]
FIRST = "เบอร์เดิมผิด ที่ถูกคือ 1422"
SECOND = "วันเดิมผิด ที่ถูกคือวันศุกร์"
RIGHT = "โทร 1422 ในวันศุกร์"


def correct(message: KeyMessage, *texts: str) -> None:
    for text in texts:
        services.correct(story.acting("officer50"), message, text)


def twice(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        message = story.published()
        correct(message, FIRST, SECOND)
        return message.id


def form(**given: str) -> dict[str, str]:
    kept = {"sentence": story.TEXT.sentence, "body": story.TEXT.body, "script": "", "links": ""}
    return {"reason": FIRST, **kept, **given}


def version(page: str, form: str = "/correct") -> str:
    part = page.split(f'{form}"')[1]
    return re.search(r'name="version" value="(\d+)"', part)[1]  # type: ignore[index]


def test_every_notice_says_the_words_of_its_own_correction(app: Flask) -> None:
    twice(app)
    with app.app_context(), unit_of_work():
        releases = list(db.session.scalars(select(Release).order_by(Release.id)))
        assert [bodies.notice(row) for row in releases] == [FIRST, SECOND]
        for release, other in zip(releases, (SECOND, FIRST), strict=True):
            for text in (bodies.words(release), bodies.full_words(release)):
                assert bodies.notice(release) in text
                assert other not in text


def test_the_open_task_of_the_first_correction_keeps_its_words(
    app: Flask, client_of: ClientOf
) -> None:
    twice(app)
    with app.app_context(), unit_of_work():
        for number in list(db.session.scalars(select(Release.id).order_by(Release.id))):
            due.begin(number, datetime.now(UTC))
        tasks = list(db.session.scalars(select(Delivery.id).order_by(Delivery.release_id)))
    first, second = (client_of("officer50").get(f"/outbox/tasks/{task}").text for task in tasks)
    assert (FIRST in first, SECOND in first) == (True, False)
    assert (FIRST in second, SECOND in second) == (False, True)


def test_what_goes_out_afterwards_says_all_of_them(app: Flask) -> None:
    number = twice(app)
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        now = datetime.now(UTC)
        release = Release(
            message=message, office=message.office, purpose="onward", planned_at=now, created_at=now
        )
        db.session.add(release)
        text = bodies.words(release)
        assert text.index(SECOND) < text.index(FIRST) < text.index(story.TEXT.body)
        entry = feeds.entries(cast.network("P50"))[0]
        assert entry.text.index(SECOND) < entry.text.index(FIRST) < entry.text.index(message.body)


def test_all_pages_show_every_correction_the_latest_first(app: Flask, client_of: ClientOf) -> None:
    number = twice(app)
    with app.app_context(), unit_of_work():
        member = cast.member("malee50")
        token = issue(story.acting("officer50"), member)
        code, caller = db.session.get_one(KeyMessage, number).code, member.id
    officer = client_of("officer50")
    pages = {
        "message": officer.get(f"/messages/{number}").text,
        "journey": officer.get(f"/messages/{number}/travel").text,
        "genuine": app.test_client().get(f"/genuine/{code}").text,
        "telephone": officer.get(f"/phone/{caller}").text,
        "own page": app.test_client().get(f"/m/{token}/messages/{number}").text,
    }
    for name, page in pages.items():
        assert FIRST in page, name
        assert page.index(SECOND) < page.index(FIRST), name
    shared = pages["own page"].split('id="words"')[1]
    assert shared.index("แจ้งแก้ไขข้อความ") < shared.index(SECOND) < shared.index(story.TEXT.body)


def proposed(app: Flask, officer: FlaskClient, **given: str) -> int:
    with app.app_context(), unit_of_work():
        number = story.published().id
    page = officer.get(f"/messages/{number}").text
    data = form(**{"body": RIGHT, "version": version(page), **given})
    assert officer.post(f"/messages/{number}/correct", data=data).status_code == 302
    return number


def reviewed(head: FlaskClient, number: int, answer: str, **given: str) -> int:
    shown = version(head.get(f"/messages/{number}").text, "/review")
    data = {"reason": "อ่านแล้ว", "answer": answer, "version": shown, **given}
    return head.post(f"/messages/{number}/review", data=data).status_code


def test_a_wording_is_put_right_by_a_second_person(app: Flask, client_of: ClientOf) -> None:
    officer, head = client_of("officer50"), client_of("head50")
    number = proposed(app, officer)
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert message.body == story.TEXT.body, "nobody changes a published text alone"
        release = db.session.scalars(select(Release)).one()
        assert FIRST in bodies.words(release), "what was wrong is told at once"
        code = message.code
    assert RIGHT not in app.test_client().get(f"/genuine/{code}").text
    waiting = head.get(f"/messages/{number}").text
    assert RIGHT in waiting.split("ถ้อยคำใหม่ที่เสนอ")[1]
    assert reviewed(head, number, "reword") == 302
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert message.body == RIGHT
        assert [row.before for row in message.corrections] == [{"body": story.TEXT.body}]
        release = db.session.scalars(select(Release)).one()
        for text in (bodies.words(release), bodies.spoken_words(release)):
            assert RIGHT in text
            assert story.TEXT.body not in text
    after = officer.get(f"/messages/{number}").text
    folded = after.split("<details><summary>ถ้อยคำเดิม")[1].split("</details>")[0]
    assert story.TEXT.body in folded
    assert story.TEXT.body not in app.test_client().get(f"/genuine/{code}").text


@pytest.mark.parametrize("answer", ["stands", "withdraw"])
def test_a_head_leaves_the_wording_as_it_is(app: Flask, client_of: ClientOf, answer: str) -> None:
    officer, head = client_of("officer50"), client_of("head50")
    number = proposed(app, officer, links="https://moph.go.th/x")
    assert reviewed(head, number, answer, told="ข้อมูลผิด") == 302
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert (message.body, list(message.links)) == (story.TEXT.body, [])
        assert (message.proposal, message.corrections[0].declined) == (None, True)
    page = officer.get(f"/messages/{number}").text
    assert RIGHT in page.split("ถ้อยคำที่เสนอแต่ไม่ได้ใช้")[1]


def test_a_withdrawn_text_is_not_reworded(app: Flask, client_of: ClientOf) -> None:
    officer, head = client_of("officer50"), client_of("head50")
    number = proposed(app, officer)
    data = {"reason": "เลิกโครงการ"}
    assert officer.post(f"/messages/{number}/withdraw", data=data).status_code == 302
    assert 'value="reword"' not in head.get(f"/messages/{number}").text
    assert reviewed(head, number, "reword") == 302
    with app.app_context():
        assert db.session.get_one(KeyMessage, number).body == story.TEXT.body


def test_nobody_reviews_what_the_page_did_not_show(app: Flask, client_of: ClientOf) -> None:
    officer, head = client_of("officer50"), client_of("head50")
    number = proposed(app, officer)
    shown = version(head.get(f"/messages/{number}").text, "/review")
    with app.app_context(), unit_of_work():
        correct(db.session.get_one(KeyMessage, number), SECOND)
    assert reviewed(head, number, "reword", version=shown) == 422
    assert reviewed(head, number, "reword", version="") == 422
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        assert message.body == story.TEXT.body
        message.office.may_publish = False
    assert reviewed(head, number, "reword") == 422, "the right was withdrawn meanwhile"


def test_a_correction_that_leaves_the_wording_keeps_it(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = story.published().id
    officer = client_of("officer50")
    assert officer.post(f"/messages/{number}/correct", data=form()).status_code == 302
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert (message.body, message.corrections[0].before) == (story.TEXT.body, None)


@pytest.mark.parametrize("given", [{"reason": " "}, {"body": ""}, {"links": "ไม่ใช่ลิงก์"}])
def test_a_refused_correction_keeps_what_was_typed(
    app: Flask, client_of: ClientOf, given: dict[str, str]
) -> None:
    with app.app_context(), unit_of_work():
        number = story.published().id
    officer = client_of("officer50")
    data = form(**{"sentence": "ประโยคที่แก้แล้ว", "version": "1", **given})
    answer = officer.post(f"/messages/{number}/correct", data=data)
    assert answer.status_code == 422
    assert "ประโยคที่แก้แล้ว" in answer.text
    with app.app_context():
        assert not db.session.get_one(KeyMessage, number).corrections


def test_one_wording_is_proposed_at_a_time(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        seen = message.version
        with pytest.raises(Refused, match="มีผู้อื่นแก้ไข"):
            services.correct(actor, message, FIRST, Wording("ก", RIGHT), version=seen - 1)
        services.correct(actor, message, FIRST, Wording("ก", RIGHT), version=seen)
        with pytest.raises(Refused, match="รอหัวหน้า"):
            services.correct(actor, message, SECOND, Wording("ข", "อื่น"), version=message.version)
        reviews_after.review(story.acting("head50"), message, "ดี", reword=True)
        with pytest.raises(Refused, match="มีผู้อื่นแก้ไข"):
            services.correct(actor, message, SECOND, Wording("ข", "อื่น"), version=seen)
        assert (message.sentence, message.body) == ("ก", RIGHT)
        services.correct(actor, message, SECOND, Wording("ข", "อื่น"), version=message.version)
        assert [row.waits for row in message.corrections] == [True, False]
