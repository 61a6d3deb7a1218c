"""Dropping the many deliveries of a sending that was called off, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import releases, reminders, services
from registry.messages.models import MessageState
from registry.messages.recipients import count_to_remind
from registry.messages.release_models import Release, ReleaseState
from registry.messages.release_queries import count_untried
from registry.messages.unreached import having
from registry.outbox import claiming, deciding, dropping, freezing, sending
from registry.outbox.deciding import Decision
from registry.outbox.models import Delivery, SendingRequest, Way
from registry.pulse import briefly
from tests import outbox_world, releasing, story
from tests.line_server import Fault, Line, line_server
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
LINE = [Way.LINE]
WHY = "ส่งผิดกลุ่ม"


@pytest.fixture
def line(app: Flask) -> Iterator[Line]:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        yield server


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropping, "BATCH", 3)


def release() -> Release:
    return db.session.scalars(select(Release)).one()


def drop_all() -> None:
    """One beat has time enough; another finds nothing."""
    assert dropping.drop_marked()
    assert not dropping.drop_marked()


def call_off() -> None:
    releases.cancel(story.acting("officer50"), release(), WHY)


def test_the_rest_is_dropped_by_the_pulse_and_never_sent(line: Line) -> None:
    outbox_world.to_bot(8)
    with unit_of_work():
        call_off()
    assert outbox_world.states() == {"cancelled": 3, "queued": 5}
    assert release().as_state is ReleaseState.CANCELLED
    outbox_world.run()
    assert not line.requests
    assert not db.session.scalars(select(SendingRequest)).all()
    assert dropping.drop_marked()
    assert outbox_world.states() == {"cancelled": 8}
    moments = set(db.session.scalars(select(Delivery.settled_at)))
    assert moments == {release().ended_at}
    assert release().dropping_since is None
    assert not dropping.drop_marked()


def test_a_beat_ends_with_its_share_of_time(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropping, "briefly", partial(briefly, seconds=0))
    outbox_world.to_bot(8)
    with unit_of_work():
        call_off()
    assert dropping.drop_marked()
    assert outbox_world.states() == {"cancelled": 6, "queued": 2}
    assert dropping.drop_marked()
    assert outbox_world.states() == {"cancelled": 8}
    assert not dropping.drop_marked()


def test_a_killed_process_leaves_what_the_next_beat_drops(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox_world.to_bot(8)
    with unit_of_work():
        call_off()
    number = release().id
    assert dropping.go_on(number)
    assert outbox_world.states() == {"cancelled": 6, "queued": 2}
    with monkeypatch.context() as killed:
        killed.setattr(dropping, "_rest", lambda release: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            dropping.go_on(number)
    db.session.remove()
    assert outbox_world.states() == {"cancelled": 6, "queued": 2}
    outbox_world.run()
    drop_all()
    assert outbox_world.states() == {"cancelled": 8}
    assert not line.requests


def test_what_is_to_be_dropped_is_on_its_way_to_nobody(line: Line) -> None:
    """The message is taken back, or planned anew, without waiting for the pulse."""
    outbox_world.to_bot(8)
    message = release().message
    assert len(db.session.scalars(having(message.id)).all()) == 8
    with unit_of_work():
        call_off()
    assert not db.session.scalars(having(message.id)).all()
    with unit_of_work():
        services.take_back(story.acting("officer50"), release().message)
    assert release().message.as_state is MessageState.SENT_BACK


def test_a_reminder_that_was_called_off_reminded_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropping, "BATCH", 1)
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        releasing.link("malee50", "somchai50", "dao50")
        row = reminders.plan_reminder(actor, message, seen_count=3)
        assert len(releasing.begun(row, releasing.at("12:00"))) == 3
        now = datetime.now(UTC)
        assert not count_to_remind(row.office, message.id, now)
        releases.cancel(actor, row, WHY)
        assert row.dropping_since is not None
        assert count_to_remind(row.office, message.id, now) == {Way.LINE: 3}


def test_what_was_sent_stays_and_the_release_ends_with_the_last_batch(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(10)
    sending.send_due()
    with unit_of_work():
        freezing.freeze(LINE, datetime.now(UTC))
    assert outbox_world.states() == {"sent": 2, "queued": 8}
    with unit_of_work():
        call_off()
    assert outbox_world.states() == {"sent": 2, "cancelled": 3, "queued": 5}
    assert release().as_state is ReleaseState.RUNNING
    assert WHY in (release().reason or "")
    with unit_of_work(), pytest.raises(Refused, match="ยังรอส่ง"):
        call_off()
    outbox_world.run()
    drop_all()
    assert outbox_world.states() == {"sent": 2, "cancelled": 8}
    assert release().as_state is ReleaseState.DONE
    assert len(line.effects) == 2


def test_a_doubtful_request_is_left_by_every_batch(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(10)
    line.fault = lambda number: Fault.CUT_AFTER
    sending.send_due()
    with unit_of_work():
        call_off()
    message = release().message_id
    assert len(db.session.scalars(having(message)).all()) == 2
    drop_all()
    assert outbox_world.states() == {"cancelled": 8, "queued": 2}
    assert release().as_state is ReleaseState.RUNNING
    assert count_untried(Scope.all(), release()) == 0
    line.fault = lambda number: None
    outbox_world.run()
    assert outbox_world.states() == {"cancelled": 8, "sent": 2}
    assert len(line.effects) == 2


@pytest.mark.parametrize("made", [False, True])
def test_the_outbox_begins_while_it_is_called_off(app: Flask, line: Line, made: bool) -> None:
    outbox_world.to_bot(8)
    if made:
        with unit_of_work():
            freezing.freeze(LINE, datetime.now(UTC))
    db.session.remove()
    assert meanwhile(app, call_off, lambda: sending.prepare(datetime.now(UTC))) == ""
    outbox_world.run()
    drop_all()
    assert outbox_world.states() == {"cancelled": 8}
    assert not line.requests


def test_called_off_while_the_outbox_takes_a_part(
    app: Flask, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the outbox took first is under way and left; nothing else is sent."""
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(10)
    now = datetime.now(UTC)

    def claim() -> None:
        freezing.freeze(LINE, now)
        assert claiming.claim(LINE, now)

    db.session.remove()
    assert meanwhile(app, claim, call_off) == ""
    assert release().as_state is ReleaseState.RUNNING
    assert outbox_world.states() == {"sending": 2, "cancelled": 3, "queued": 5}
    assert sending.prepare(datetime.now(UTC)) == []
    drop_all()
    assert outbox_world.states() == {"sending": 2, "cancelled": 8}


def test_what_failed_is_not_sent_again_while_the_rest_is_dropped(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "MAX_IDS", 2)
    monkeypatch.setattr(freezing, "AHEAD", 1)
    outbox_world.to_bot(10)
    line.fault = lambda number: Fault.REDIRECT
    sending.send_due()
    with unit_of_work():
        call_off()

    def again() -> int:
        failed = select(Delivery).where(Delivery.state == "failed").limit(1)
        row = db.session.scalars(failed).one()
        return deciding.decide(story.acting("officer50"), Scope.all(), row, Decision.AGAIN)

    with unit_of_work(), pytest.raises(Refused, match="นำรายการออกจากคิว"):
        again()
    drop_all()
    with unit_of_work():
        assert again() == 2


def test_the_pages_say_so_at_once(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        outbox_world.to_bot(8)
        number = release().id
    client = client_of("officer50")
    assert client.post(f"/releases/{number}/cancel", data={"reason": WHY}).status_code == 302
    page = client.get(f"/releases/{number}").text
    assert "เหลืออีก 5 รายการ" in page
    assert "กำลังยกเลิก" in page
    assert "ยกเลิกส่วนที่ยังไม่ได้ส่ง (" not in page
    assert "กำลังยกเลิก" in client.get("/outbox/").text
    with app.app_context():
        queued = select(Delivery.id).where(Delivery.state == "queued").limit(1)
        first = db.session.scalars(queued).one()
    assert "กำลังยกเลิก" in client.get(f"/outbox/{first}").text
    with app.app_context():
        drop_all()
    page = client.get(f"/releases/{number}").text
    assert "กำลังยกเลิก" not in page
    assert WHY in page
