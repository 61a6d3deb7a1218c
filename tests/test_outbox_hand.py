"""Tasks by hand: whose they are, what is read out, and when they can have been done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.channels.models import AudienceCount, ChannelKind
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.messages import due, media, prepared, publishing, services
from registry.messages.models import KeyMessage, MessageState
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.outbox import hand, queries
from registry.outbox.hand import Done
from registry.outbox.models import Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date
from tests import cast, outbox_world, story
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
SCRIPT = "พี่น้องครับ โปรดคว่ำภาชนะทุกวันเสาร์"
WRONG = "ข้อความเดิมบอกวันผิด ที่ถูกคือวันศุกร์"
WHY = "ข้อมูลไม่เป็นความจริง"
D = DeliveryState


def now() -> datetime:
    return datetime.now(UTC)


def all_done(at: datetime, audience: int | None = None, basis: str | None = None) -> Done:
    """Done with every point of every checklist."""
    return Done(at, list(hand.Point), audience, basis)


def onward(purpose: Purpose = Purpose.ONWARD) -> Delivery:
    """A task of the office in Chiang Mai for another channel than the one that has the message."""
    message = story.published()
    message.script = SCRIPT
    release = Release(
        message=message,
        office=message.office,
        purpose=purpose.value,
        planned_at=now(),
        created_at=now(),
        state=ReleaseState.RUNNING.value,
        machines_done=True,
    )
    db.session.add(release)
    db.session.flush()
    return outbox_world.to_channel(release, outbox_world.mail_channel(), Way.HAND)


def told(step: Callable[[KeyMessage], object]) -> list[Delivery]:
    """Tasks after a step with a message that offices in Chiang Mai and Songkhla published."""
    message = story.published()
    message.script = SCRIPT
    publishing.publish(story.acting("officer90"), message, [cast.channel("P90").id])
    for owner in ("P50", "P90"):
        cast.channel(owner).kind = ChannelKind.LOUDSPEAKER.value
    step(message)
    for number in list(db.session.scalars(select(Release.id))):
        due.begin(number, now())
    return list(db.session.scalars(select(Delivery).order_by(Delivery.channel_id)))


def by_office(tasks: list[Delivery]) -> dict[str, Delivery]:
    return {row.channel.office.code: row for row in tasks if row.channel.office}


def corrected() -> dict[str, Delivery]:
    """The tasks to correct, by office."""
    return by_office(told(lambda row: services.correct(story.acting("officer50"), row, WRONG)))


def withdrawn() -> dict[str, Delivery]:
    """The tasks to withdraw, by office."""
    return by_office(told(lambda row: services.withdraw(story.acting("officer50"), row, WHY)))


def counts() -> int:
    return db.session.scalar(select(func.count(AudienceCount.id))) or 0


def office(code: str) -> int:
    return cast.user(f"officer{code[1:]}").office_id


def test_the_office_of_the_channel_tells_of_a_correction(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        tasks = corrected()
        theirs, ours = tasks["P90"].id, tasks["P50"].id
        assert tasks["P90"].release.office.code == "P50"
        everything = Scope.all()
        assert [queries.waiting(everything, office(code)) for code in ("P50", "P90")] == [1, 1]
    away, home = client_of("officer90"), client_of("officer50")
    assert f"/outbox/tasks/{theirs}" in away.get("/outbox/").text
    assert f'"/outbox/tasks/{ours}"' not in away.get("/outbox/").text
    assert away.get(f"/outbox/tasks/{ours}").status_code == 404
    assert "รอดำเนินการที่" in home.get("/outbox/").text
    assert "/done" not in home.get(f"/outbox/tasks/{theirs}").text
    form = {
        "on": to_bangkok_date(now()).isoformat(),
        "audience": "80",
        "basis": "20 ครัวเรือน × 4 คน",
        "points": ["script", "words", "twice", "hour"],
    }
    assert home.post(f"/outbox/tasks/{theirs}/done", data=form).status_code == 404
    assert home.post(f"/outbox/tasks/{theirs}/call-off", data={"reason": "x"}).status_code == 404
    assert away.post(f"/outbox/tasks/{theirs}/done", data=form).status_code == 302
    with app.app_context():
        assert db.session.get_one(Delivery, theirs).as_state is D.SENT
        assert db.session.get_one(Delivery, ours).as_state is D.QUEUED


def test_nobody_counts_the_audience_of_another_offices_channel(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task = corrected()["P90"]
        before = counts()
        with pytest.raises(NotFound):
            hand.do(story.acting("officer50"), task, all_done(now(), 80, "20 × 4"))
        assert counts() == before
        hand.do(story.acting("officer90"), task, all_done(now(), 80, "20 × 4"))
        assert counts() == before + 1


@pytest.mark.parametrize("page", ["", "/script"])
def test_a_task_to_correct_begins_with_the_correction(
    app: Flask, client_of: ClientOf, page: str
) -> None:
    with app.app_context(), unit_of_work():
        number = corrected()["P50"].id
    text = client_of("officer50").get(f"/outbox/tasks/{number}{page}").text
    assert "แก้ไขข้อความ" in text
    assert text.index(WRONG) < text.index(SCRIPT)
    assert story.TEXT.body not in text


@pytest.mark.parametrize("page", ["", "/script"])
def test_a_task_to_withdraw_never_shows_the_text(
    app: Flask, client_of: ClientOf, page: str
) -> None:
    with app.app_context(), unit_of_work():
        number = withdrawn()["P50"].id
    text = client_of("officer50").get(f"/outbox/tasks/{number}{page}").text
    assert "ถอนข้อความ" in text
    assert WHY in text
    for words in (SCRIPT, story.TEXT.body, story.TEXT.sentence):
        assert words not in text


@pytest.mark.parametrize("page", ["", "/script"])
def test_a_task_to_publish_after_a_correction_begins_with_it(
    app: Flask, client_of: ClientOf, page: str
) -> None:
    with app.app_context(), unit_of_work():
        task = onward()
        services.correct(story.acting("officer50"), task.release.message, WRONG)
        number = task.id
    text = client_of("officer50").get(f"/outbox/tasks/{number}{page}").text
    assert text.index(WRONG) < text.index(SCRIPT if page else story.TEXT.body)


def test_what_is_posted_is_the_whole_text_with_its_files(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        task = onward()
        message = task.release.message
        file = prepared.prepare(story.png(), "ลูกน้ำ.png")
        before, message.state = message.state, MessageState.DRAFT.value
        media.attach(story.acting("officer50"), message, file)
        message.state, number, code = before, task.id, message.code
        page = f"/messages/{message.id}"
        picture = f"{page}/media/{message.media[0].id}"
    text = client_of("officer50").get(f"/outbox/tasks/{number}").text
    for part in (story.TEXT.title, story.TEXT.sentence, story.TEXT.body, code, page, picture):
        assert part in text
    assert SCRIPT not in text
    assert 'data-copy="words"' in text
    assert "download=" in text


def test_a_point_that_is_open_needs_a_word_why(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = corrected()["P50"].id
    client, address = client_of("officer50"), f"/outbox/tasks/{number}/done"
    form: dict[str, object] = {"on": to_bangkok_date(now()).isoformat(), "points": ["twice"]}
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert "ทำเครื่องหมายให้ครบทุกข้อ" in answer.text
    assert 'value="twice" checked' in answer.text
    assert client.post(address, data={**form, "note": "ไฟดับ อ่านสดโดยไม่ได้พิมพ์"}).status_code == 302
    listed = client.get("/outbox/tasks/").text
    assert f"/outbox/tasks/{number}" in listed
    assert story.TEXT.title in listed
    with app.app_context():
        assert cast.user("officer50").name in listed
    assert "/outbox/tasks/" in client.get("/outbox/").text
    assert f"/outbox/tasks/{number}" not in client_of("officer90").get("/outbox/tasks/").text


@pytest.mark.parametrize("purpose", [Purpose.ONWARD, Purpose.REMINDER])
def test_withdrawing_calls_off_what_would_still_tell_it(app: Flask, purpose: Purpose) -> None:
    with app.app_context(), unit_of_work():
        task = onward(purpose)
        services.withdraw(story.acting("officer50"), task.release.message, WHY)
        db.session.refresh(task)
        assert task.state == D.CANCELLED
        assert task.settled_at is not None
        assert task.release.as_state is ReleaseState.DONE


def test_withdrawing_takes_the_place_of_the_correction(app: Flask) -> None:
    """Nobody is asked to tell of the correction of a message that is gone, but that it is gone."""
    with app.app_context(), unit_of_work():
        task = corrected()["P50"]
        services.withdraw(story.acting("officer50"), task.release.message, WHY)
        for number in list(db.session.scalars(select(Release.id))):
            due.begin(number, now())
        db.session.refresh(task)
        assert task.state == D.CANCELLED
        again = db.session.scalars(
            select(Delivery).where(Delivery.channel_id == task.channel_id, Delivery.id != task.id)
        ).one()
        assert again.release.as_purpose is Purpose.WITHDRAWAL
        hand.do(story.acting("officer50"), again, all_done(now()))
        assert again.state == D.SENT


def test_a_withdrawn_message_is_not_told_any_more(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task = onward()
        services.withdraw(story.acting("officer50"), task.release.message, WHY)
        db.session.refresh(task)
        task.state, task.settled_at = D.QUEUED.value, None
        db.session.flush()
        with pytest.raises(Refused, match="ถูกถอนแล้ว"):
            hand.do(story.acting("officer50"), task, all_done(now()))
        hand.call_off(story.acting("officer50"), task, "ถอนแล้ว")
        assert task.state == D.CANCELLED


def test_whoever_ticks_while_it_is_withdrawn_is_told(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        number = onward().id

    def withdraw() -> None:
        message = db.session.get_one(Delivery, number).release.message
        services.withdraw(story.acting("officer50"), message, WHY)

    def tick() -> None:
        task = db.session.get_one(Delivery, number)
        hand.do(story.acting("officer50"), task, all_done(now()))

    assert "งานนี้ปิดไปแล้ว" in meanwhile(app, withdraw, tick)
    with app.app_context():
        assert db.session.get_one(Delivery, number).as_state is D.CANCELLED


@pytest.mark.parametrize(
    "make", [lambda: corrected()["P50"], lambda: onward(Purpose.REMINDER), onward]
)
def test_a_task_is_done_neither_in_the_future_nor_before_what_it_tells(
    app: Flask, make: Callable[[], Delivery]
) -> None:
    with app.app_context(), unit_of_work():
        task, actor = make(), story.acting("officer50")
        for at in (now() + timedelta(hours=1), story.WRITTEN):
            with pytest.raises(Refused, match="โปรดตรวจ"):
                hand.do(actor, task, all_done(at))
        assert task.state == D.QUEUED
        hand.do(actor, task, all_done(now()))
        assert task.state == D.SENT


def test_a_correction_is_not_told_before_it_was_made(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        task, actor = corrected()["P50"], story.acting("officer50")
        with pytest.raises(Refused, match="ก่อนที่จะมีการแก้ไข"):
            hand.do(actor, task, all_done(now() - timedelta(minutes=5)))
        hand.do(actor, task, all_done(now().replace(second=0, microsecond=0)))
        assert task.state == D.SENT
