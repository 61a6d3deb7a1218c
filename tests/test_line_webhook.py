"""LINE's webhook: what it refuses, that nothing is done twice, and that nothing stops it."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from registry.audit.models import AuditEvent
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.outbox import line_events, line_groups, line_sweep
from registry.outbox.line_models import Inbound, LineEvent, LineGroup
from tests import line_events as line
from tests.line_server import group_id, user_id
from tests.stage import Stage


def count(model: Any, app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def refused(app: Flask, client: FlaskClient, body: bytes, **headers: str) -> bool:
    """Whether a body is refused and nothing at all is written."""
    before = count(LineEvent, app)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post(line.PATH, data=body, content_type="application/json", headers=sent)
    return answer.status_code == 400 and count(LineEvent, app) == before


def test_three_refusals(app: Flask) -> None:
    with line.listening(app) as client:
        body = line.body_of(line.event("follow"))
        good = line.signature(body)
        spaced = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2)
        assert refused(app, client, body, x_line_signature=line.signature(body, "another secret"))
        assert refused(app, client, spaced, x_line_signature=good)
        assert refused(app, client, body)
        assert refused(app, client, body, x_line_signature="")
        assert refused(app, client, body, x_line_signature="ลายเซ็น".encode().decode("latin-1"))
        assert line.send(client, *orjson.loads(body)["events"]).status_code == 200
    assert count(LineEvent, app) == 1


def test_without_a_secret_nothing_is_taken_in(app: Flask) -> None:
    body = line.body_of(line.event("follow"))
    client = app.test_client()
    for secret in ("", line.SECRET):
        assert refused(app, client, body, x_line_signature=line.signature(body, secret))


def test_what_is_signed_but_no_list_of_events_is_refused(app: Flask) -> None:
    with line.listening(app) as client:
        for body in (b"", b"[]", b"{", b"\xff", b'{"events": 3}', b"null"):
            assert refused(app, client, body, x_line_signature=line.signature(body))
        large = line.body_of(line.typed("ก" * 400_000))
        headers = {"x-line-signature": line.signature(large)}
        assert client.post(line.PATH, data=large, headers=headers).status_code == 413
        empty = line.body_of()
        headers = {"x-line-signature": line.signature(empty)}
        assert client.post(line.PATH, data=empty, headers=headers).status_code == 200
    assert count(LineEvent, app) == 0


def test_the_write_lock_is_taken_after_the_signature(app: Flask) -> None:
    """A stranger cannot make writers wait: refused bodies are answered while one writes."""
    body = line.body_of(line.event("follow"))
    with line.listening(app), app.app_context(), unit_of_work():
        stranger: list[int] = []
        headers = {"x-line-signature": "forged"}

        def knock() -> None:
            answer = app.test_client().post(line.PATH, data=body, headers=headers)
            stranger.append(answer.status_code)

        thread = threading.Thread(target=knock)
        thread.start()
        thread.join(5)
        assert stranger == [400]


def test_the_same_event_a_hundred_times_at_once_has_one_effect(app: Flask) -> None:
    joins = line.event("join", group=7)
    with line.listening(app):
        answers: list[int] = []

        def once() -> None:
            for _ in range(10):
                answers.append(line.send(app.test_client(), joins).status_code)

        threads = [threading.Thread(target=once) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200] * 100
        workers = [threading.Thread(target=line.work, args=(app,)) for _ in range(4)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()
    assert count(LineEvent, app) == 1
    assert count(LineGroup, app) == 1


def test_a_redelivery_after_handling_changes_nothing(app: Flask) -> None:
    joins = line.event("join", group=7)
    with line.listening(app) as client:
        line.told(app, client, joins)
        before = count(Channel, app), count(AuditEvent, app)
        again = {**joins, "deliveryContext": {"isRedelivery": True}, "replyToken": "f" * 32}
        line.told(app, client, again, joins)
    assert (count(Channel, app), count(AuditEvent, app)) == before
    assert line.events_in(app) == [("join", "done")]


def test_taking_in_writes_no_audit_event(app: Flask) -> None:
    before = count(AuditEvent, app)
    with line.listening(app) as client:
        line.send(client, *(line.typed(f"ข้อความ {number}") for number in range(20)))
    assert count(AuditEvent, app) == before
    assert count(LineEvent, app) == 20


def test_what_is_said_in_groups_is_not_kept(app: Flask) -> None:
    with line.listening(app) as client:
        chatter = [line.typed("เย็นนี้กินอะไรดี", group=7), line.pictured("77", group=7)]
        line.send(client, *chatter, line.typed("abcd-efgh", group=7))
        line.work(app)
    with app.app_context():
        rows = db.session.scalars(select(LineEvent)).all()
        assert [(row.state, row.body) for row in rows] == [("done", None)]


def test_unknown_kinds_are_kept_as_they_came(app: Flask) -> None:
    beacon = line.event("beacon", beacon={"hwid": "d41d8cd98f", "type": "enter"})
    with line.listening(app) as client:
        line.told(app, client, beacon)
    with app.app_context():
        row = db.session.scalars(select(LineEvent)).one()
        assert (row.kind, row.state, row.body) == ("beacon", "kept", beacon)


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


def test_what_fails_three_times_is_put_aside_and_shown(
    app: Flask, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line.listening(app) as client:
        monkeypatch.setitem(line_events.HANDLERS, "join", broken)
        line.send(client, line.event("join", group=7), line.event("join", group=8))
        line.send(client, line.event("leave", group=7), line.event("follow", user=9))
        for _ in range(3):
            line.work(app)
            hurry(app)
        line.work(app)
        kinds = [("join", "failed"), ("join", "failed"), ("leave", "done"), ("follow", "done")]
        assert line.events_in(app) == kinds
        assert "RuntimeError" not in client_of("officer50").get("/line/").text
        html = client_of("central").get("/line/").text
        assert html.count("RuntimeError") == 2
        monkeypatch.undo()
        with app.app_context():
            failed = db.session.scalars(select(LineEvent.id).where(LineEvent.state == "failed"))
            ids = list(failed)
        assert client_of("officer50").post(f"/line/events/{ids[1]}/retry").status_code == 404
        assert client_of("central").post(f"/line/events/{ids[1]}/retry").status_code == 302
        line.work(app)
    assert count(LineGroup, app) == 1


def hurry(app: Flask) -> None:
    """Let the pauses between tries be over."""
    with app.app_context(), unit_of_work():
        db.session.execute(update(LineEvent).values(due_at=datetime.now(UTC)))


def test_events_of_one_chat_keep_their_order_and_others_go_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with line.listening(app) as client:
        monkeypatch.setitem(line_events.HANDLERS, "join", broken)
        line.send(client, line.event("join", group=7), line.event("memberJoined", group=7))
        line.send(client, line.event("follow", user=9))
        line.work(app)
        states = [("join", "waiting"), ("memberJoined", "waiting"), ("follow", "done")]
        assert line.events_in(app) == states
        monkeypatch.undo()
        hurry(app)
        line.work(app)
        assert {state for _, state in line.events_in(app)} == {"done"}


def _die_in_the_middle(stage: Stage) -> None:
    """A worker that is killed after it changed something and before it commits."""
    made = line_groups.joined

    def killed(*given: Any, **more: Any) -> Any:
        made(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    line_groups.joined = killed  # type: ignore[assignment]
    line.work(stage.app)


def test_a_kill_in_the_middle_changes_nothing_twice(app: Flask, stage: Stage) -> None:
    with line.listening(app) as client:
        line.send(client, line.event("join", group=7))
        stage.close()
        child = get_context("fork").Process(target=_die_in_the_middle, args=(stage,))
        child.start()
        child.join(30)
        assert child.exitcode == -signal.SIGKILL
        assert (count(LineGroup, app), line.events_in(app)) == (0, [("join", "waiting")])
        line.work(app)
    assert (count(LineGroup, app), line.events_in(app)) == (1, [("join", "done")])


def test_no_id_of_a_person_or_group_is_logged_or_kept_in_clear(
    app: Flask, stage: Stage, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.linked(app)
    with line.listening(app) as client:
        monkeypatch.setitem(line_events.HANDLERS, "leave", broken)
        line.told(app, client, line.event("join", group=7), line.typed("สวัสดี"))
        line.told(app, client, line.event("leave", group=7), line.event("follow", user=3))
        client.post(line.PATH, data=line.body_of(line.typed("x")), headers={})
    said = capfd.readouterr()
    for secret in (user_id(1), user_id(3), group_id(7), "สวัสดี"):
        assert secret not in said.out + said.err
    if stage.backend == "sqlite":
        stage.close()
        kept = b"".join(path.read_bytes() for path in stage.instance.glob("sang.sqlite*"))
        assert user_id(1).encode() not in kept
        assert group_id(7).encode() not in kept
        assert "สวัสดี".encode() not in kept


def test_a_short_burst_with_repeats_loses_and_doubles_nothing(app: Flask) -> None:
    """The whole one, 100 events a second for a minute, is ``benchmarks/line_burst.py``."""
    line.linked(app)
    words = [line.typed(f"ข่าวที่ {number}") for number in range(60)]
    with line.listening(app):
        batches = [words[start : start + 5] for start in range(0, 60, 5)]

        def burst(turn: int) -> None:
            client = app.test_client()
            for batch in batches[turn:] + batches[:turn]:
                assert line.send(client, *batch).status_code == 200

        senders = [threading.Thread(target=burst, args=(turn,)) for turn in range(3)]
        workers = [threading.Thread(target=line.work, args=(app,)) for _ in range(2)]
        for thread in senders + workers:
            thread.start()
        for thread in senders + workers:
            thread.join()
        line.work(app)
    assert line.events_in(app) == [("message", "done")] * 60
    with app.app_context():
        said = list(db.session.scalars(select(Inbound.text)))
    assert sorted(said) == sorted(f"ข่าวที่ {number}" for number in range(60))


def test_old_events_and_words_are_swept_away(app: Flask) -> None:
    line.linked(app)
    with line.listening(app) as client:
        line.told(app, client, line.typed("เมื่อปีก่อน"), line.typed("วันนี้"))
    with app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(days=366)
        first = db.session.scalars(select(Inbound.id).order_by(Inbound.id)).first()
        db.session.execute(update(Inbound).where(Inbound.id == first).values(at=long_ago))
    with app.app_context():
        swept = line_sweep.sweep({}, lambda *_: None)  # type: ignore[arg-type]
        assert swept == {"inbound": 1, "events": 0}
        assert list(db.session.scalars(select(Inbound.text))) == ["วันนี้"]
