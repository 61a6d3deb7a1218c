"""A question from the first word to its end: answers, asking on, who settled it and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.messages import exchange, inbox
from registry.messages.exchange_models import QuestionReply, QuestionResolution
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.replies import MAX_A_DAY, MAX_TEXT
from registry.outbox.line_models import Inbound
from registry.periods.calendar import month_of
from tests import cast, story
from tests.test_portal import Holder

ClientOf = Callable[[str], FlaskClient]
ASKED = datetime(2026, 6, 10, 3, tzinfo=UTC)
JUNE = Months(month_of(ASKED.date()), month_of(ASKED.date()))
MEMBER = Actor(None, "link")


def _asked(source: str = "portal") -> Question:
    return exchange.ask(MEMBER, cast.member("malee50"), "จริงหรือคะ", source=source, at=ASKED)


def _answered(hours: int = 2) -> Question:
    question = _asked()
    exchange.answer(story.acting("officer50"), question, "จริงค่ะ", at=ASKED + timedelta(hours=hours))
    return question


def _ask_on(
    question: Question, text: str = "แล้วที่อำเภออื่นล่ะคะ", hours: int = 5, **given: str
) -> None:
    at = ASKED + timedelta(hours=hours)
    exchange.ask_on(MEMBER, cast.member("malee50"), question, text, at=at, **given)


def _value(name: str) -> object:
    return evaluate(Scope.all(), [name], JUNE)[0].value


def test_the_first_answer_stays_whatever_is_said_later(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _answered()
        later = ASKED + timedelta(hours=9)
        exchange.answer(story.acting("head50"), question, "ขอเพิ่มเติมค่ะ", at=later)
        number = question.id
    with app.app_context():
        question = db.session.get_one(Question, number)
        assert question.answer == "จริงค่ะ"
        assert question.answered_at == ASKED + timedelta(hours=2)
        assert question.answered_by == cast.user("officer50").id
        (reply,) = question.replies
        assert (reply.text, reply.at, reply.by_member) == ("ขอเพิ่มเติมค่ะ", later, False)
        assert reply.user_id == cast.user("head50").id
        assert reply.office_id == cast.user("head50").office_id
        assert question.last_said_at == later


def test_asking_on_opens_it_again_and_it_waits(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _answered()
        exchange.resolve(story.acting("officer50"), question, at=ASKED + timedelta(hours=3))
        assert (question.waits, question.settled is None) == (False, False)
        assert (_value("questions_resolved_rate"), _value("resolve_hours_median")) == (1, 3)
        _ask_on(question)
        assert (question.waits, question.settled) == (True, None)
        assert inbox.questions(Scope.all())[1] == 1
        assert (_value("questions_resolved_rate"), _value("resolve_hours_median")) == (0, None)
        exchange.answer(story.acting("officer50"), question, "ที่อื่นด้วยค่ะ")
        assert (question.waits, inbox.questions(Scope.all())[1]) == (False, 0)
        exchange.resolve(MEMBER, question, by_member=True, at=ASKED + timedelta(hours=20))
        first, second = question.resolutions
        assert first.reopened_at == ASKED + timedelta(hours=5)
        assert (second.by_member, second.user_id, second.reopened_at) == (True, None, None)
        assert _value("questions_answered_rate") == 1
        actions = [row.action for row in db.session.scalars(select(AuditEvent))]
        assert actions.count(Action.QUESTION_RESOLVE.value) == 2
        assert actions.count(Action.QUESTION_REOPEN.value) == 1


def test_settling_needs_an_answer_and_happens_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _asked()
        with pytest.raises(Refused):
            exchange.resolve(story.acting("officer50"), question)
        exchange.answer(story.acting("officer50"), question, "จริงค่ะ")
        for _ in range(2):
            exchange.resolve(story.acting("officer50"), question)
        assert len(db.session.scalars(select(QuestionResolution)).all()) == 1


def test_the_same_form_sent_twice_asks_on_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _answered()
        for _ in range(2):
            _ask_on(question, form_token="a" * 32)
        assert len(db.session.scalars(select(QuestionReply)).all()) == 1


def test_nobody_asks_on_for_another_member(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _answered()
        with pytest.raises(NotFound):
            exchange.ask_on(MEMBER, cast.member("aree90"), question, "ขอถามด้วย")
        with pytest.raises(Refused):
            _ask_on(question, text="  ")


def test_a_flood_is_stopped(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        question = _answered()
        for _ in range(MAX_A_DAY):
            _ask_on(question)
        with pytest.raises(Refused):
            _ask_on(question)
        _ask_on(question, hours=30)


def test_the_list_by_state(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        numbers = {name: _answered().id for name in ("answered", "settled")}
        numbers["open"] = _asked("line").id
        exchange.resolve(
            story.acting("officer50"), db.session.get_one(Question, numbers["settled"])
        )
        for show, number in numbers.items():
            rows, total = inbox.questions(Scope.of_provinces("50"), show=show)
            assert ([row.id for row in rows], total) == ([number], 1), show
            assert inbox.questions(Scope.of_provinces("90"), show=show) == ([], 0)
        assert inbox.questions(Scope.all(), show="all")[1] == 3


def test_the_page_settles_answers_again_and_shows_everything(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        question = _asked("phone")
        number, later = question.id, _asked().id
    officer = client_of("officer50")
    assert "ทางโทรศัพท์" in officer.get("/questions/").get_data(as_text=True)
    told = {"text": "จริงค่ะ", "seen": "", "settled": "1"}
    assert officer.post(f"/questions/{number}", data=told).status_code == 302
    with app.app_context(), unit_of_work():
        question = db.session.get_one(Question, number)
        assert question.settled is not None
        _ask_on(question, hours=24 * 20)
        seen = question.last_said_at
        assert seen is not None
        told = {"text": "อีกคำตอบ", "seen": seen.isoformat()}
    page = officer.get("/questions/").get_data(as_text=True)
    assert "แล้วที่อำเภออื่นล่ะคะ" in page
    stale = officer.post(f"/questions/{number}", data={"text": "ช้าไป", "seen": ""})
    assert stale.status_code == 422
    assert "ช้าไป" in stale.get_data(as_text=True)
    assert officer.post(f"/questions/{number}", data=told).status_code == 302
    assert officer.post(f"/questions/{number}/resolve").status_code == 302
    page = officer.get("/questions/?show=settled").get_data(as_text=True)
    assert all(text in page for text in ("จริงค่ะ", "แล้วที่อำเภออื่นล่ะคะ", "อีกคำตอบ", "ปิดคำถามแล้ว"))
    unanswered = officer.post(f"/questions/{later}/resolve", follow_redirects=True)
    assert "ยังไม่มีคำตอบ" in unanswered.get_data(as_text=True)


def test_another_office_settles_nothing(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _answered().id
    assert client_of("officer90").post(f"/questions/{number}/resolve").status_code == 404
    with app.app_context():
        assert db.session.get_one(Question, number).settled is None


@pytest.mark.parametrize("show", ["open", "answered", "settled", "all", "nonsense"])
def test_an_empty_registry_has_a_page_for_every_choice(client_of: ClientOf, show: str) -> None:
    for name in ("officer50", "central", "bureau"):
        assert client_of(name).get(f"/questions/?show={show}").status_code == 200


FITS = "ก\r\n" * (MAX_TEXT // 2 - 1) + "ก!"
"""As long as a page lets one type: it counts the end of a line as one letter."""


def _line(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        row = Inbound(member=cast.member("malee50"), at=ASKED, kind="text", text="ไปที่ไหนคะ")
        db.session.add(row)
        db.session.flush()
        return f"/line/inbound/{row.id}/answer"


def _phone(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        return f"/phone/{cast.member('malee50').id}/{story.published().id}/question"


def _news(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        return f"/news/{exchange.send_news(MEMBER, cast.member('malee50'), 'น้ำท่วม').id}"


def _question(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        return f"/questions/{_asked().id}"


@pytest.mark.parametrize("place", [_question, _news, _line, _phone])
def test_what_is_too_long_is_refused_and_kept_and_what_fits_is_kept_whole(
    app: Flask, client_of: ClientOf, place: Callable[[Flask], str]
) -> None:
    officer, address = client_of("officer50"), place(app)
    refused = officer.post(address, data={"text": f"{FITS}ยาวไป", "seen": ""})
    assert refused.status_code == 422
    assert "ก!ยาวไป</textarea>" in refused.text
    assert "ไม่เกิน 4000 ตัวอักษร" in refused.text
    assert officer.post(address, data={"text": FITS, "seen": ""}).status_code == 302
    with app.app_context():
        kept = [row.answer or row.text for row in db.session.scalars(select(Question))]
        kept += [row.reply for row in db.session.scalars(select(MemberNews)) if row.reply]
        assert kept == [FITS.replace("\r\n", "\n")]


@pytest.mark.parametrize("path", ["record/wish", "news"])
def test_members_may_use_all_the_letters_that_their_page_counts(app: Flask, path: str) -> None:
    malee = Holder(app)
    address = f"/m/{malee.token}/{path}"
    refused = malee.client.post(address, data={"text": f"{FITS}ยาวไป"})
    assert refused.status_code == 422
    assert "ก!ยาวไป</textarea>" in refused.text
    assert "ไม่เกิน 4000 ตัวอักษร" in refused.text
    assert malee.post(path, text=FITS) == 302


def test_the_name_leads_to_the_record_where_the_whole_number_stands(
    app: Flask, client_of: ClientOf
) -> None:
    for page, place in (("/questions/", _question), ("/news/", _news)):
        place(app)
        html = client_of("officer50").get(page).text
        with app.app_context():
            malee = cast.member("malee50")
            assert f'href="/members/{malee.id}">{malee.display_name}</a>' in html
        assert "หมายเลขเต็มอยู่ในทะเบียนสมาชิก" in html
