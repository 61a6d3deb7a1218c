"""An answer goes to the member by LINE: once, after the quiet hours, or somebody is to call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.db import db, unit_of_work
from registry.messages import exchange
from registry.messages.ledger_models import MemberNews, Question
from registry.outbox import accounts, line_answers, line_links
from registry.outbox.line_answer_models import LineAnswer
from registry.outbox.line_models import Inbound
from registry.outbox.models import DeliveryState
from tests import cast, outbox_world, story
from tests import line_events as line
from tests.line_server import Fault, Line, line_server, user_id

ClientOf = Callable[[str], FlaskClient]
WORDS = "จริงค่ะ มีบริการทุกวันศุกร์"
NIGHT = timedelta(hours=8)


def asked(app: Flask, text: str = "จริงหรือคะ") -> int:
    with app.app_context(), unit_of_work():
        return exchange.ask(story.acting("officer50"), cast.member("malee50"), text).id


@contextmanager
def sending(app: Flask, *, linked: bool = True) -> Iterator[Line]:
    if linked:
        line.linked(app)
    with line_server() as server, outbox_world.outbox_to(app, line=server):
        yield server


def beat(app: Flask, *, hurry: bool = True) -> None:
    with app.app_context():
        if hurry:
            with unit_of_work():
                soon = update(LineAnswer).values(due_at=cast.NOON)
                db.session.execute(soon.where(LineAnswer.state == "queued"))
        line_answers.send_due()
        db.session.remove()


def states(app: Flask) -> list[tuple[str, str | None]]:
    with app.app_context():
        rows = db.session.scalars(select(LineAnswer).order_by(LineAnswer.id))
        return [(row.state, row.error) for row in rows]


@pytest.fixture
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hour of the day is quiet."""
    monkeypatch.setattr(line_answers, "machines_from", lambda moment, urgent: moment)


@pytest.fixture
def by_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the quiet hours now."""
    monkeypatch.setattr(
        line_answers, "machines_from", lambda moment, urgent: moment if urgent else moment + NIGHT
    )


def answer(client: FlaskClient, number: int, **more: str) -> str:
    data = {"text": WORDS, "seen": "", **more}
    return client.post(f"/questions/{number}", data=data, follow_redirects=True).text


@pytest.mark.usefixtures("by_day")
def test_an_answer_goes_out_once_to_the_linked_account(app: Flask, client_of: ClientOf) -> None:
    number, client = asked(app), client_of("officer50")
    with sending(app) as server:
        assert "จะส่งถึงสมาชิกเครือข่ายทาง LINE ด้วย" in client.get("/questions/").text
        assert "จะส่งถึงสมาชิกเครือข่ายทาง LINE" in answer(client, number)
        beat(app, hurry=False)
        beat(app)
        assert server.effects == {user_id(1): 1}
        (message,) = server.bodies[-1]["messages"]
        assert WORDS in message["text"]
        assert "จริงหรือคะ" in message["text"]
    assert states(app) == [("sent", None)]
    with app.app_context():
        assert db.session.scalars(select(LineAnswer.text)).one() is None
        assert db.session.get_one(Question, number).answer == WORDS
    assert "ทาง LINE: ส่งแล้ว" in client.get("/questions/?show=all").text


@pytest.mark.usefixtures("by_night")
def test_the_quiet_hours_are_kept_unless_the_person_says_at_once(
    app: Flask, client_of: ClientOf
) -> None:
    first, second, client = asked(app), asked(app, "อีกข้อค่ะ"), client_of("officer50")
    with sending(app) as server:
        answer(client, first)
        beat(app, hurry=False)
        assert not server.effects
        answer(client, second, at_once="1")
        beat(app, hurry=False)
        assert server.effects == {user_id(1): 1}
    assert [state for state, _ in states(app)] == ["queued", "sent"]


@pytest.mark.usefixtures("by_day")
@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.CUT_AFTER, Fault.ERROR_AFTER])
def test_a_lost_answer_of_line_sends_nothing_twice(
    app: Flask, client_of: ClientOf, fault: Fault
) -> None:
    number = asked(app)
    with sending(app) as server:
        server.fault = lambda tried: fault if tried == 1 else None
        answer(client_of("officer50"), number)
        for _ in range(3):
            beat(app)
        assert server.effects == {user_id(1): 1}
    assert states(app) == [("sent", None)]


@pytest.mark.usefixtures("by_day")
def test_who_was_killed_while_sending_is_followed_by_another(
    app: Flask, client_of: ClientOf
) -> None:
    number = asked(app)
    with sending(app) as server:
        answer(client_of("officer50"), number)
        with app.app_context():
            assert line_answers._claim() is not None
            assert line_answers._claim() is None
            with unit_of_work():
                over = datetime.now(UTC) - timedelta(seconds=1)
                db.session.execute(update(LineAnswer).values(lease_until=over))
            db.session.remove()
        beat(app)
        assert server.effects == {user_id(1): 1}


@pytest.mark.usefixtures("by_day")
def test_who_unlinked_meanwhile_is_to_be_called(app: Flask, client_of: ClientOf) -> None:
    number, client = asked(app), client_of("officer50")
    with sending(app) as server:
        answer(client, number)
        with app.app_context(), unit_of_work():
            known = accounts.account_of(cast.member("malee50").id)
            assert known is not None
            line_links.unlink(story.acting("officer50"), known, "officer")
        beat(app)
        assert not server.effects
    assert states(app) == [("failed", "no_address")]
    assert "กรุณาโทรแจ้งที่ 08" in client.get("/questions/?show=all").text


def test_without_a_linked_account_the_page_says_whom_to_call(
    app: Flask, client_of: ClientOf
) -> None:
    number, client = asked(app), client_of("officer50")
    with sending(app, linked=False):
        assert "หรือกรุณาโทรแจ้งที่ 08" in client.get("/questions/").text
        assert "โปรดโทรกลับ" in answer(client, number) or states(app) == []
    assert states(app) == []


@pytest.mark.usefixtures("by_day")
def test_what_the_bot_did_not_understand_is_answered_in_the_conversation(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        row = Inbound(member=cast.member("malee50"), at=cast.NOON, kind="text", text="ไปที่ไหนคะ")
        db.session.add(row)
        db.session.flush()
        number, who = row.id, row.member_id
    client = client_of("officer50")
    with sending(app) as server:
        assert f"/line/members/{who}#inbound-{number}" in client.get("/line/").text
        address = f"/line/inbound/{number}/answer"
        assert address in client.get(f"/line/members/{who}").text
        empty = client.post(address, data={"text": " "})
        assert (empty.status_code, "เขียนคำตอบ" in empty.text) == (422, True)
        assert client.post(address, data={"text": WORDS}).status_code == 302
        late = client.post(address, data={"text": "คำตอบที่สอง"})
        assert (late.status_code, "คำตอบที่สอง" in late.text) == (422, True)
        assert client_of("officer90").post(address, data={"text": WORDS}).status_code == 404
        beat(app)
        assert server.effects == {user_id(1): 1}
    with app.app_context():
        question = db.session.scalars(select(Question)).one()
        assert (question.text, question.answer, question.source) == ("ไปที่ไหนคะ", WORDS, "line")


@pytest.mark.usefixtures("by_day")
def test_thanks_for_news_go_by_line_too(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = exchange.send_news(story.acting("officer50"), cast.member("malee50"), "น้ำท่วม").id
    with sending(app) as server:
        page = client_of("officer50").post(f"/news/{number}", data={"text": WORDS, "seen": ""})
        assert page.status_code == 302
        beat(app)
        assert server.effects == {user_id(1): 1}
    with app.app_context():
        row = db.session.scalars(select(LineAnswer)).one()
        assert (row.news_id, row.as_state) == (number, DeliveryState.SENT)
        assert db.session.get_one(MemberNews, number).reply == WORDS
