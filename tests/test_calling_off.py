"""Calling off what a running sending has not sent yet, while the outbox may be at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread
from time import sleep

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.messages import due, quiet, releases, reminders, services, settling
from registry.messages.models import KeyMessage, MessageState
from registry.messages.release_models import Release, ReleaseState
from registry.outbox import backoff, claiming, deciding, dropping, freezing, holds, sending
from registry.outbox.backoff import Answer, Outcome, Trouble
from registry.outbox.models import Delivery, OutboxHold, SendingRequest, Way
from tests import outbox_world, releasing, story
from tests.line_server import Fault, Line, line_server
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
LINE = [Way.LINE]
WHY = "ยังไม่ได้ตั้งค่า LINE"


@pytest.fixture
def line(app: Flask) -> Iterator[Line]:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        yield server


def release() -> Release:
    return db.session.scalars(select(Release)).one()


def frozen() -> None:
    with unit_of_work():
        freezing.freeze(LINE, datetime.now(UTC))


def call_off(user: str = "officer50") -> None:
    releases.cancel(story.acting(user), release(), WHY)


def test_what_cannot_start_is_called_off_and_the_message_is_taken_back(app: Flask) -> None:
    with app.app_context():
        outbox_world.to_bot(18)
        with unit_of_work(), pytest.raises(NotFound):
            call_off("officer90")
        with unit_of_work():
            with pytest.raises(Refused, match="ยกเลิกส่วนที่ยังไม่ได้ส่ง"):
                services.take_back(story.acting("officer50"), release().message)
            call_off()
        assert outbox_world.states() == {"cancelled": 18}
        assert (release().as_state, release().reason) == (ReleaseState.CANCELLED, WHY)
        with unit_of_work():
            services.take_back(story.acting("officer50"), release().message)
        assert db.session.scalars(select(KeyMessage)).one().as_state is MessageState.SENT_BACK


def test_what_was_sent_stays_sent(line: Line) -> None:
    outbox_world.to_bot(503)
    frozen()
    with unit_of_work():
        later = db.session.scalars(
            select(SendingRequest).order_by(SendingRequest.id.desc())
        ).first()
        assert later
        later.due_at = datetime(2999, 1, 1, tzinfo=UTC)
    sending.send_due()
    with unit_of_work():
        call_off()
    assert outbox_world.states() == {"sent": 500, "cancelled": 3}
    assert release().as_state is ReleaseState.DONE
    assert WHY in (release().reason or "")
    outbox_world.run()
    assert len(line.effects) == 500
    with unit_of_work(), pytest.raises(Refused, match="ยังรอส่ง"):
        call_off()


def test_what_is_under_way_or_in_doubt_is_left(line: Line) -> None:
    outbox_world.to_bot(2)
    parcels = sending.prepare(datetime.now(UTC))
    with unit_of_work(), pytest.raises(Refused):
        call_off()
    for number, (parcel, answer) in enumerate(
        sending.carry(parcels, sending.Carriers.of_settings())
    ):
        assert number == 0
        sending.finish(parcel, answer)
    assert outbox_world.states() == {"sent": 2}


def test_a_doubtful_request_is_left(line: Line) -> None:
    outbox_world.to_bot(2)
    line.fault = lambda number: Fault.CUT_AFTER
    sending.send_due()
    assert outbox_world.states() == {"queued": 2}
    with unit_of_work(), pytest.raises(Refused):
        call_off()


def test_a_held_way_is_called_off(line: Line) -> None:
    outbox_world.to_bot(2)
    line.token = "another one"
    sending.send_due()
    with unit_of_work():
        call_off()
    assert outbox_world.states() == {"cancelled": 2}
    assert db.session.scalars(select(SendingRequest)).one().state == "cancelled"


@pytest.mark.parametrize("made", [False, True])
def test_called_off_while_the_outbox_begins(app: Flask, line: Line, made: bool) -> None:
    """The outbox was first: what it took is left; nothing is both called off and sent."""
    outbox_world.to_bot(2)
    if made:
        frozen()
    now = datetime.now(UTC)

    def claim() -> None:
        freezing.freeze(LINE, now)
        assert claiming.claim(LINE, now)

    db.session.remove()
    assert "ไม่มีรายการใด" in meanwhile(app, claim, call_off)
    assert outbox_world.states() == {"sending": 2}


@pytest.mark.parametrize("made", [False, True])
def test_the_outbox_begins_while_it_is_called_off(app: Flask, line: Line, made: bool) -> None:
    outbox_world.to_bot(2)
    if made:
        frozen()
    db.session.remove()
    assert meanwhile(app, call_off, lambda: sending.prepare(datetime.now(UTC))) == ""
    outbox_world.run()
    assert outbox_world.states() == {"cancelled": 2}
    assert not line.requests


def test_the_rest_under_way_ends_the_release(line: Line) -> None:
    outbox_world.to_bot(503)
    frozen()
    now = datetime.now(UTC)
    with unit_of_work():
        first = db.session.scalars(select(SendingRequest).order_by(SendingRequest.id)).first()
        assert first
        first.due_at = datetime(2999, 1, 1, tzinfo=UTC)
    parcels = sending.prepare(now)
    with unit_of_work():
        call_off()
    assert release().as_state is ReleaseState.RUNNING
    for parcel, answer in sending.carry(parcels, sending.Carriers.of_settings()):
        sending.finish(parcel, answer)
    due.run_due()
    assert release().as_state is ReleaseState.DONE
    assert outbox_world.states() == {"sent": 3, "cancelled": 500}


def test_the_page_offers_it(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        outbox_world.to_bot(18)
        number, first = release().id, db.session.scalars(select(Delivery.id)).first()
    page = client_of("officer50").get(f"/releases/{number}").text
    assert "ยกเลิกส่วนที่ยังไม่ได้ส่ง (18 รายการ)" in page
    assert f"/releases/{number}" in client_of("officer50").get(f"/outbox/{first}").text
    answer = client_of("officer50").post(f"/releases/{number}/cancel", data={"reason": WHY})
    assert answer.status_code == 302
    page = client_of("officer50").get(f"/releases/{number}").text
    assert WHY in page
    with app.app_context():
        message = release().message_id
    history = client_of("officer50").get(f"/messages/{message}").text.partition('id="history"')[2]
    assert "ยกเลิกการส่ง" in history
    assert WHY in history
    assert "ยกเลิกส่วนที่ยังไม่ได้ส่ง (" not in page


def test_each_page_says_why_it_waits(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        outbox_world.to_bot(2)
        number, first = release().id, db.session.scalars(select(Delivery.id)).first()
    client = client_of("officer50")
    pages = [f"/releases/{number}", f"/outbox/{first}"]
    for page in pages:
        assert "ยังไม่ได้ตั้งค่าการส่งทางนี้" in client.get(page).text
    with outbox_world.outbox_to(app, line_channel_token=SecretStr("x")):
        with app.app_context(), unit_of_work():
            release().urgent = False
        with monkeypatch.context() as night:
            night.setattr(quiet, "after_quiet", lambda moment, hours: releasing.at("06:00"))
            for page in pages:
                assert "รอให้พ้นช่วงเวลางดรบกวน จะส่งเมื่อ" in client.get(page).text
        with app.app_context(), unit_of_work():
            release().urgent = True
            since = datetime.now(UTC)
            db.session.add(OutboxHold(way="line", reason=Trouble.TOKEN.value, since=since))
        for page in pages:
            assert "LINE ไม่รับโทเค็น" in client.get(page).text


def claimed(monkeypatch: pytest.MonkeyPatch) -> claiming.Parcel:
    """A request to two of five members that is under way while the release is called off."""
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(5)
    (parcel,) = sending.prepare(datetime.now(UTC))
    with unit_of_work():
        call_off()
    assert outbox_world.states() == {"sending": 2, "cancelled": 3}
    return parcel


@pytest.mark.parametrize("answer", [backoff.held(Trouble.TOKEN), backoff.again(Trouble.BUSY)])
def test_what_had_no_effect_is_not_put_back(
    line: Line, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    sending.finish(claimed(monkeypatch), answer)
    assert outbox_world.states() == {"cancelled": 5}
    assert (Way.LINE in holds.held()) is (answer.outcome is Outcome.HELD)
    with unit_of_work():
        holds.release(Way.LINE)
    outbox_world.run()
    assert not line.requests
    due.run_due()
    assert release().as_state is ReleaseState.CANCELLED
    assert WHY in (release().reason or "")


def test_what_is_in_doubt_is_tried_again_with_its_key(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = claimed(monkeypatch)
    sending.finish(parcel, backoff.again(Trouble.NO_ANSWER, doubtful=True))
    assert outbox_world.states() == {"queued": 2, "cancelled": 3}
    outbox_world.run()
    assert outbox_world.states() == {"sent": 2, "cancelled": 3}
    assert db.session.scalars(select(SendingRequest.retry_key)).one() == parcel.retry_key
    due.run_due()
    assert release().as_state is ReleaseState.DONE


@pytest.mark.parametrize("answer", [backoff.held(Trouble.TOKEN), backoff.again(Trouble.BUSY)])
def test_what_is_sent_again_after_a_call_off_goes_its_way(
    line: Line, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    sending.finish(claimed(monkeypatch), backoff.failed(Trouble.REFUSED))
    with unit_of_work():
        failed = db.session.scalars(select(Delivery).where(Delivery.state == "failed")).first()
        assert failed
        deciding.decide(story.acting("officer50"), Scope.all(), failed, deciding.Decision.AGAIN)
    (parcel,) = sending.prepare(datetime.now(UTC))
    sending.finish(parcel, answer)
    assert outbox_world.states() == {"queued": 2, "cancelled": 3}
    with unit_of_work():
        holds.release(Way.LINE)
    outbox_world.run()
    assert outbox_world.states() == {"sent": 2, "cancelled": 3}


@pytest.mark.parametrize("first", [sending.send_due, dropping.drop_marked])
def test_a_request_that_somebody_held_is_called_off_later(
    line: Line, monkeypatch: pytest.MonkeyPatch, first: Callable[[], bool]
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(5)
    frozen()
    with monkeypatch.context() as elsewhere, unit_of_work():
        elsewhere.setattr(dropping, "_drop_requests", lambda release, at: None)
        call_off()
    assert outbox_world.states() == {"queued": 2, "cancelled": 3}
    first()
    dropping.drop_marked()
    assert outbox_world.states() == {"cancelled": 5}
    assert not line.requests
    due.run_due()
    assert release().as_state is ReleaseState.CANCELLED


def test_withdrawn_by_button_while_it_is_being_sent(app: Flask, client_of: ClientOf) -> None:
    """What sends holds the release, then the message; so does the page."""
    with app.app_context(), unit_of_work():
        row = story.published()
        releasing.link("malee50")
        number = reminders.plan_reminder(story.acting("officer50"), row, seen_count=None).id
        message = row.id
    client, said = client_of("officer50"), list[int]()

    def withdraw() -> None:
        answer = client.post(f"/messages/{message}/withdraw", data={"reason": WHY})
        said.append(answer.status_code)

    late = Thread(target=withdraw)
    with app.app_context(), unit_of_work():
        settling.locked(number)
        late.start()
        sleep(0.4)
        settling.hold_message(message)
    late.join(30)
    assert said == [302]
    with app.app_context():
        assert db.session.get_one(KeyMessage, message).as_state is MessageState.WITHDRAWN
