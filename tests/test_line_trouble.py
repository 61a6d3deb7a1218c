"""Trouble with LINE: it is slow, gives no picture, or something breaks; nobody else pays for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from registry import pulse
from registry.db import db, unit_of_work
from registry.messages.ledger_models import Dissemination
from registry.outbox import (
    line_events,
    line_handlers,
    line_idle,
    line_report,
    line_sweep,
    line_turns,
)
from registry.outbox.line import client as line_client
from registry.outbox.line_models import Inbound, LineEvent, LineTalk
from tests import line_events as line
from tests import story
from tests.line_server import line_server
from tests.test_line_replies import Chat
from tests.test_line_webhook import hurry

SECRET = "0812345678 คำที่พิมพ์มา"


@pytest.fixture
def chat(app: Flask) -> Iterator[Chat]:
    """Malee has linked her account and got a message two hours ago."""
    line.linked(app)
    with line_server() as server, line.listening(app, server) as client:
        yield Chat(app, client, server)


def _inbound(app: Flask) -> list[tuple[str, str | None, str]]:
    with app.app_context():
        rows = db.session.scalars(select(Inbound).order_by(Inbound.id))
        return [(row.kind, row.text, row.understood) for row in rows]


def _three_tries(app: Flask) -> None:
    for _ in range(3):
        line.work(app)
        hurry(app)


def test_slow_answers_go_out_side_by_side_after_the_batch(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[tuple[int, int]] = []

    def slow(_token: str, _texts: object, *, timeout: tuple[int, int]) -> None:
        waited.append(timeout)
        time.sleep(0.5)

    monkeypatch.setattr(line_client, "reply", slow)
    with line_server() as server, line.listening(app, server) as client:
        line.send(client, *(line.event("follow", user=number) for number in range(1, 16)))
        with app.app_context():
            start = time.monotonic()
            assert line_events.handle_due()
            assert time.monotonic() - start < 3
            db.session.remove()
    assert waited == [line_events.REPLY_TIMEOUT] * 10
    assert [state for _, state in line.events_in(app)].count("done") == 10


def test_one_answer_that_breaks_holds_up_no_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def brittle(token: str, _texts: object, **_more: object) -> None:
        sent.append(token)
        if len(sent) == 1:
            raise RuntimeError("broken")

    monkeypatch.setattr(line_client, "reply", brittle)
    with line_server() as server, line.listening(app, server) as client:
        line.told(app, client, *(line.event("follow", user=number) for number in (1, 2, 3)))
    assert len(sent) == 3
    assert {state for _, state in line.events_in(app)} == {"done"}


def test_a_beat_is_shared() -> None:
    begun = []
    for number in pulse.briefly(range(9), 0.05):
        begun.append(number)
        time.sleep(0.03)
    assert begun == [0, 1]


def test_a_picture_that_line_no_longer_gives_is_logged(chat: Chat) -> None:
    line.send(chat.client, line.pictured("gone"))
    _three_tries(chat.app)
    assert line.events_in(chat.app) == [("message", "failed")]
    assert _inbound(chat.app) == [("image", None, "nothing")]
    with chat.app.app_context(), unit_of_work():
        waits = {"state": "waiting", "attempts": 0, "due_at": datetime.now(UTC)}
        db.session.execute(update(LineEvent).values(waits))
    chat.server.content["gone"] = story.png()
    line.work(chat.app)
    assert line.events_in(chat.app) == [("message", "done")]
    with chat.app.app_context():
        assert db.session.scalars(select(Inbound)).one().picture is not None


def test_what_breaks_the_bot_is_logged_with_the_member(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(_event: object, _picture: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setitem(line_handlers.HANDLERS, "message", breaks)
    line.send(chat.client, line.typed(SECRET))
    _three_tries(chat.app)
    assert _inbound(chat.app) == [("text", SECRET, "nothing")]
    said = capfd.readouterr()
    assert "0812345678" not in said.out + said.err
    assert "test_line_trouble.py" in said.out + said.err
    assert "ValueError" in said.out + said.err


def test_a_pulse_that_fails_tells_no_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> bool:
        raise ValueError(SECRET)

    monkeypatch.setattr(pulse, "_pulses", {pulse.OUTBOX: {"broken": breaks}})
    with app.app_context():
        assert not pulse.beat()
    said = capfd.readouterr()
    assert "0812345678" not in said.out + said.err
    assert "test_line_trouble.py:" in said.out + said.err


def test_a_number_of_thousands_of_digits_is_none(chat: Chat) -> None:
    chat.press(f"passed:{chat.code}")
    assert "ตัวเลข" in chat.type("9" * 4_400)
    assert "ลิงก์" in chat.type("120")
    chat.press("evidence:none")
    assert [row.audience_reported for row in chat.rows(Dissemination)] == [120]


def test_a_report_that_breaks_stops_no_other(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    line.linked(chat.app, "somchai50", 2)
    for user in (1, 2):
        chat.press(f"passed:{chat.code}", user=user)
    with chat.app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        db.session.execute(update(LineTalk).values(since=long_ago, step="people"))
    finish, calls = line_report.finish, []

    def brittle(talk: LineTalk, *told: Any) -> None:
        calls.append(talk.user_hash)
        if talk.user_hash == calls[0]:
            raise ValueError(SECRET)
        finish(talk, *told)

    monkeypatch.setattr(line_report, "finish", brittle)
    line.work(chat.app)
    assert len(calls) == 2
    assert len(chat.rows(Dissemination)) == 1
    with chat.app.app_context():
        assert sorted(db.session.scalars(select(LineTalk.step))) == ["", "people"]


def _left(chat: Chat) -> None:
    """Half an hour and more goes by."""
    with chat.app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        db.session.execute(update(LineTalk).values(since=long_ago))


def test_a_report_that_broke_waits_and_is_recorded_later(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.press(f"passed:{chat.code}")
    chat.type("80")
    _left(chat)
    calls: list[LineTalk] = []

    def breaks(talk: LineTalk, *_told: Any) -> None:
        calls.append(talk)
        raise ValueError(SECRET)

    with monkeypatch.context() as broken:
        broken.setattr(line_report, "finish", breaks)
        line.work(chat.app)
        line.work(chat.app)
    assert len(calls) == 1
    assert not chat.rows(Dissemination)
    _left(chat)
    line.work(chat.app)
    assert [row.audience_reported for row in chat.rows(Dissemination)] == [80]


def test_who_goes_on_meanwhile_is_not_interrupted(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes, in another worker, between finding the conversation and holding it."""
    chat.press(f"passed:{chat.code}")
    _left(chat)
    picture_of = line_idle._picture_of

    def answered(source: str) -> Any:
        monkeypatch.setattr(line_idle, "_picture_of", picture_of)
        with unit_of_work():
            line_turns.wait_for(db.session.get_one(LineTalk, source), "question", message=1)

    monkeypatch.setattr(line_idle, "_picture_of", answered)
    line.work(chat.app)
    assert not chat.rows(Dissemination)
    with chat.app.app_context():
        assert list(db.session.scalars(select(LineTalk.step))) == ["question"]


def test_a_picture_that_cannot_be_read_any_more_costs_no_report(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.press(f"passed:{chat.code}")
    chat.type("80")
    with chat.app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        db.session.execute(update(LineTalk).values(since=long_ago))

    def lost(_talk: object) -> None:
        raise FileNotFoundError("picture")

    monkeypatch.setattr(line_idle, "pending_picture", lost)
    line.work(chat.app)
    assert [row.audience_reported for row in chat.rows(Dissemination)] == [80]


def test_old_words_go_a_few_at_a_time(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_sweep, "AT_ONCE", 2)
    chat.hear(*(line.typed(f"เก่า {number}") for number in range(5)))
    with chat.app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(days=366)
        db.session.execute(update(Inbound).values(at=long_ago))
        db.session.execute(update(LineEvent).values(arrived_at=long_ago))
    told: list[tuple[str, int]] = []
    with chat.app.app_context():
        progress: Any = lambda step, done=0: told.append((step, done))  # noqa: E731
        assert line_sweep.sweep({}, progress) == {"inbound": 5, "events": 5}
    counts = [2, 4, 5]
    assert told[1:] == [(name, n) for name in ("inbound", "events") for n in counts]
    assert _inbound(chat.app) == []


def test_the_longest_number_is_still_one() -> None:
    assert line_report._number_in("999,999,999") == 999_999_999
    assert line_report._number_in("1,999,999,999") is None
