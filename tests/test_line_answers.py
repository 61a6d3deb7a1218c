"""An answer goes to the member by LINE: once, after the quiet hours, or somebody is to call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from registry.db import db, unit_of_work
from registry.messages import exchange
from registry.messages.inbox_views import seen_of
from registry.messages.ledger_models import MemberNews, Question
from registry.outbox import accounts, holds, line_answers, line_links
from registry.outbox.line_answer_models import LineAnswer
from registry.outbox.line_models import Inbound
from registry.outbox.models import DeliveryState, Way
from tests import cast, outbox_world, story
from tests import line_events as line
from tests.line_server import TOKEN, Fault, Line, line_server, user_id

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
        rows = db.session.execute(
            select(LineAnswer.state, LineAnswer.error).order_by(LineAnswer.id)
        )
        return [(state, error) for state, error in rows]


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
            (waiting,) = line_answers._ids(datetime.now(UTC))
            assert line_answers._claim(waiting) is not None
            assert line_answers._claim(waiting) is None
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
    assert "โปรดโทรแจ้งที่ 08" in client.get("/questions/?show=all").text


def test_without_a_linked_account_the_page_says_whom_to_call(
    app: Flask, client_of: ClientOf
) -> None:
    number, client = asked(app), client_of("officer50")
    with sending(app, linked=False):
        assert "หรือโปรดโทรแจ้งที่ 08" in client.get("/questions/").text
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


@pytest.mark.usefixtures("by_day")
def test_of_the_record_nothing_goes_by_line_but_that_there_is_an_answer(
    app: Flask, client_of: ClientOf
) -> None:
    wish, moved = "ย้ายไปอยู่ตำบลช้างเผือก", "แก้ที่อยู่เป็นตำบลช้างเผือกแล้วค่ะ"
    with app.app_context(), unit_of_work():
        malee = cast.member("malee50")
        number = exchange.ask(story.acting("officer50"), malee, wish, about_record=True).id
    client = client_of("officer50")
    with sending(app) as server:
        page = client.get("/questions/").text
        assert "แจ้งสมาชิกเครือข่ายเพียงว่ามีคำตอบแล้ว" in page
        assert "คำตอบจะส่งถึงสมาชิกเครือข่ายทาง LINE" not in page
        said = answer(client, number, text=moved)
        assert "จะแจ้งเพียงว่ามีคำตอบ" in said
        assert "จะส่งถึงสมาชิกเครือข่ายทาง LINE" not in said
        beat(app)
        assert server.effects == {user_id(1): 1}
        (message,) = server.bodies[-1]["messages"]
        assert "ช้างเผือก" not in message["text"]
        assert "ที่เมนู “ข้อมูล”" in message["text"]
    assert states(app) == [("sent", None)]


def thank(client: FlaskClient, number: int, text: str, **more: str) -> str:
    with client.application.app_context():
        seen = seen_of(db.session.get_one(MemberNews, number))
    data = {"text": text, "seen": seen, **more}
    return client.post(f"/news/{number}", data=data, follow_redirects=True).text


@pytest.fixture
def news(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        return exchange.send_news(story.acting("officer50"), cast.member("malee50"), "น้ำท่วม").id


@pytest.mark.usefixtures("by_night")
def test_an_answer_that_was_replaced_in_time_is_not_sent(
    app: Flask, client_of: ClientOf, news: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("officer50")
    with sending(app) as server:
        thank(client, news, "ขอบคุณคะ")
        thank(client, news, WORDS)
        assert states(app) == [("cancelled", None), ("queued", None)]
        assert "คำตอบเหมือนเดิม" in thank(client, news, f" {WORDS}\r\n")
        assert states(app) == [("cancelled", None), ("queued", None)]
        beat(app)
        assert not server.effects, "due meanwhile, but it is still night"
        assert states(app)[1] == ("queued", None)
        monkeypatch.setattr(line_answers, "machines_from", lambda moment, urgent: moment)
        beat(app)
        assert server.effects == {user_id(1): 1}
        assert WORDS in server.bodies[-1]["messages"][0]["text"]
        assert "คำตอบเหมือนเดิม" in thank(client, news, WORDS)
    assert states(app) == [("cancelled", None), ("sent", None)]


@pytest.mark.usefixtures("by_day")
def test_what_is_on_its_way_is_not_taken_back(app: Flask, client_of: ClientOf, news: int) -> None:
    client = client_of("officer50")
    with sending(app):
        thank(client, news, "ขอบคุณคะ")
        with app.app_context():
            (waiting,) = line_answers._ids(datetime.now(UTC))
            assert line_answers._claim(waiting) is not None
            db.session.remove()
        thank(client, news, WORDS)
    assert states(app) == [("sending", None), ("queued", None)]


@pytest.mark.usefixtures("by_day")
def test_what_is_pushed_is_the_answer_that_was_kept(app: Flask, client_of: ClientOf) -> None:
    number = asked(app)
    with sending(app) as server:
        assert "จะส่งถึง" in answer(client_of("officer50"), number, text=f"{WORDS}\r\nค่ะ \r\n")
        beat(app)
        assert server.bodies[-1]["messages"][0]["text"].endswith(f"{WORDS}\nค่ะ")
    with app.app_context():
        assert db.session.get_one(Question, number).answer == f"{WORDS}\nค่ะ"


def days_later(app: Flask) -> None:
    """As if the first try had been two days ago."""
    with app.app_context(), unit_of_work():
        long_ago = datetime.now(UTC) - timedelta(days=2)
        tried = LineAnswer.first_tried_at.is_not(None)
        db.session.execute(update(LineAnswer).where(tried).values(first_tried_at=long_ago))


@pytest.mark.usefixtures("by_day")
@pytest.mark.parametrize("trouble", ["token", "quota"])
def test_what_waited_for_days_and_surely_had_no_effect_is_sent(
    app: Flask, client_of: ClientOf, trouble: str
) -> None:
    first, second = asked(app), asked(app, "อีกข้อค่ะ")
    client = client_of("officer50")
    with sending(app) as server:
        if trouble == "token":
            server.token = "another"
        else:
            server.quota, server.used = 100, 100
        answer(client, first)
        answer(client, second)
        beat(app)
        assert len(server.requests) == 1, "the others are not even tried"
        assert states(app) == [("queued", None)] * 2
        days_later(app)
        server.token, server.quota = TOKEN, None
        with app.app_context(), unit_of_work():
            holds.release(Way.LINE)
        beat(app)
        assert server.effects == {user_id(1): 2}
    assert states(app) == [("sent", None)] * 2


@pytest.mark.usefixtures("by_day")
def test_after_a_cut_line_nobody_says_that_it_certainly_failed(
    app: Flask, client_of: ClientOf
) -> None:
    number = asked(app)
    with sending(app) as server:
        server.fault = lambda tried: Fault.CUT_AFTER
        answer(client_of("officer50"), number)
        beat(app)
        assert states(app) == [("queued", None)]
        days_later(app)
        beat(app)
        assert server.effects == {user_id(1): 1}
    assert states(app) == [("unknown", "too_late")]


@pytest.mark.usefixtures("by_day")
def test_one_that_cannot_be_read_stops_no_other(app: Flask, client_of: ClientOf) -> None:
    first, second = asked(app), asked(app, "อีกข้อค่ะ")
    client = client_of("officer50")
    with sending(app) as server:
        answer(client, first)
        answer(client, second)
        with app.app_context(), unit_of_work():
            broken = text("UPDATE line_answer SET text = :bytes WHERE question_id = :id")
            db.session.execute(broken, {"id": first, "bytes": b"x" * 60})
        beat(app)
        assert server.effects == {user_id(1): 1}
    assert states(app) == [("queued", None), ("sent", None)], "the key may be found again"


@pytest.mark.usefixtures("by_night")
def test_the_same_answer_is_sent_again_only_where_it_does_not_travel(
    app: Flask, client_of: ClientOf, news: int
) -> None:
    client = client_of("officer50")
    thank(client, news, WORDS)
    assert states(app) == [], "no account was linked yet"
    with sending(app) as server:
        thank(client, news, WORDS)
        assert "คำตอบเหมือนเดิม" in thank(client, news, WORDS)
        assert states(app) == [("queued", None)]
        thank(client, news, WORDS, at_once="1")
        assert states(app) == [("cancelled", None), ("queued", None)]
        beat(app)
        assert server.effects == {user_id(1): 1}
        assert "คำตอบเหมือนเดิม" in thank(client, news, WORDS, at_once="1")


@pytest.mark.usefixtures("by_night")
def test_nobody_replaces_an_answer_that_the_page_did_not_show(
    app: Flask, client_of: ClientOf, news: int
) -> None:
    client = client_of("officer50")
    with sending(app):
        thank(client, news, "ขอบคุณคะ")
        with app.app_context():
            seen = seen_of(db.session.get_one(MemberNews, news))
        thank(client, news, WORDS)
        late = client.post(f"/news/{news}", data={"text": "ช้าไปแล้ว", "seen": seen})
        assert (late.status_code, "ช้าไปแล้ว" in late.text) == (422, True)
    assert states(app) == [("cancelled", None), ("queued", None)]


@pytest.mark.usefixtures("by_day")
def test_what_asks_to_correct_the_record_is_answered_there(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        row = Inbound(member=cast.member("malee50"), at=cast.NOON, kind="text", text="ที่อยู่ผิดค่ะ")
        db.session.add(row)
        db.session.flush()
        address = f"/line/inbound/{row.id}/answer"
    client = client_of("officer50")
    with sending(app) as server:
        empty = client.post(address, data={"text": " ", "about_record": "1"})
        assert re.search(r'name="about_record" value="1" checked', empty.text)
        client.post(address, data={"text": WORDS, "about_record": "1"})
        beat(app)
        assert WORDS not in server.bodies[-1]["messages"][0]["text"]
    with app.app_context():
        question = db.session.scalars(select(Question)).one()
        assert (question.about_record, question.answer) == (True, WORDS)
