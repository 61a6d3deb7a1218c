"""What the page of a sending says in each state, and what the second person sees."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.messages import media, releases, reminders, services
from registry.messages.release_models import Release, ReleaseState
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, set_from
from tests import cast, releasing, story

ClientOf = Callable[[str], FlaskClient]
NOBODY = "ไม่มีผู้ที่ต้องส่งถึงเหลืออยู่แล้ว"


def page(client_of: ClientOf, number: int, user: str = "officer50") -> str:
    return client_of(user).get(f"/releases/{number}").text


def test_what_was_called_off_had_somebody_to_send_to(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        release = releasing.planned(story.approved(), [cast.channel("P50")])
        number = release.id
        releases.cancel(story.acting("officer50"), release, "เขียนผิด")
    text = page(client_of, number)
    assert "ยกเลิกก่อนที่จะมีการส่งออกไป" in text
    assert NOBODY not in text


def test_a_reminder_says_whom_it_is_for_and_that_it_waits(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        releasing.link("somchai50")
        number = reminders.plan_reminder(story.acting("officer50"), message, seen_count=1).id
        release = db.session.get_one(Release, number)
        release.state, release.machines_at = ReleaseState.RUNNING.value, releasing.at("06:00")
    text = page(client_of, number)
    assert "ที่ยังไม่ตอบรับเมื่อถึงเวลาส่ง" in text
    assert '<span class="state ">รอให้พ้นช่วงเวลางดรบกวน</span>' in text
    assert "LINE และอีเมลรอให้พ้นช่วงเวลางดรบกวน" in text
    assert NOBODY not in text
    with app.app_context(), unit_of_work():
        db.session.get_one(Release, number).machines_at = cast.NOON
    text = page(client_of, number)
    assert "ภายในหนึ่งนาที" in text
    assert NOBODY not in text


def test_the_second_person_sees_what_goes_out(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        today = to_bangkok_date(releasing.at("00:00", days=0))
        set_from(Dated.LARGE_AUDIENCE, "1", today, "คำสั่ง", Actor.system(), today=today)
        author, message = story.acting("officer50"), story.approved()
        services.take_back(author, message)
        picture = media.prepare(story.png(), "ยุงลาย.png")
        media.attach(author, message, picture, description="ภาพยุงลาย")
        services.submit(author, message, story.ANSWERS)
        services.approve(story.acting("head50"), message)
        services.proofread(author, message)
        number = releasing.planned(message, [cast.channel("P50")]).id
    text = page(client_of, number, "head50")
    for words in (story.TEXT.sentence, story.TEXT.body, "ภาพยุงลาย", "<img"):
        assert words in text
    assert story.TEXT.body in text[: text.index('class="panel steps"')], "before the button"
    client = client_of("head50")
    assert client.post(f"/releases/{number}/confirm", data={"version": "1"}).status_code == 302
    assert story.TEXT.body not in page(client_of, number, "head50")
