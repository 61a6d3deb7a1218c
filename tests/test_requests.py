"""Requests of outside units: the letter, the checks, the decision, the message, the notice."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import publishing, request_changes, requests, services
from registry.messages.letters import read_scan
from registry.messages.models import KeyMessage, Route
from registry.messages.prepared import PDF, Prepared
from registry.messages.request_models import (
    REQUEST_MOVES,
    Notice,
    PublicationRequest,
    RequestState,
)
from registry.messages.request_queries import request_for
from registry.messages.requests import CHECKS, Asked
from registry.periods.calendar import to_bangkok_date, utc_now
from tests import cast, story
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
S = RequestState
LETTER = Prepared(b"%PDF-1.7\nsecret letter\n%%EOF", PDF, "หนังสือ.pdf")


def today() -> date:
    """Asked each time: midnight in Bangkok may come while the tests run."""
    return to_bangkok_date(utc_now())


TODAY = today()
ASKED = Asked(
    route=Route.OUTSIDE,
    unit="โรงพยาบาลตัวอย่าง",
    contact="คุณสมหญิง 0810000777",
    letter_number="สธ 0201/123",
    letter_date=TODAY,
    subject="ขอความอนุเคราะห์เผยแพร่วันรับวัคซีน",
    text="เชิญรับวัคซีนวันเสาร์",
)
FORM = {
    "form_token": "f" * 32,
    "route": "outside",
    "unit": ASKED.unit,
    "contact": ASKED.contact,
    "letter_number": ASKED.letter_number,
    "letter_date": f"{TODAY.day}/{TODAY.month}/{TODAY.year + 543}",
    "subject": ASKED.subject,
    "text": ASKED.text,
}
EVERY = frozenset(f"{route.value}_{n}" for route in CHECKS for n in range(1, 5))


def _received(who: str = "officer50", route: Route = Route.OUTSIDE) -> PublicationRequest:
    asked = Asked(**{**vars(ASKED), "route": route})
    return requests.receive(story.acting(who), asked, LETTER)


def _approved(who: str = "officer50", head: str = "head50") -> PublicationRequest:
    row = _received(who)
    requests.check(story.acting(who), row, EVERY)
    requests.approve(story.acting(head), row)
    return row


@pytest.mark.parametrize(("before", "after"), list(itertools.product(S, S)))
def test_the_model_refuses_what_is_no_step(app: Flask, before: S, after: S) -> None:
    row = PublicationRequest(subject="ก", state=before.value)
    if after in REQUEST_MOVES[before]:
        assert row.move(after) is before
    else:
        with app.test_request_context(), pytest.raises(Refused):
            row.move(after)
        assert row.as_state is before


def test_from_the_letter_to_the_notice(app: Flask) -> None:
    officer = "officer50"
    with app.app_context(), unit_of_work():
        row = _approved()
        with pytest.raises(Refused, match="เผยแพร่ข้อความหลักก่อน"):
            requests.tell(story.acting(officer), row, today(), Notice.TELEPHONE)
        message = requests.make_message(story.acting(officer), row, "นักประชาสัมพันธ์")
        assert requests.make_message(story.acting(officer), row, "x") is message
        assert (message.route, message.body, message.state) == ("outside", ASKED.text, "draft")
        services.submit(story.acting(officer), message, story.ANSWERS)
        services.approve(story.acting("head50"), message)
        services.proofread(story.acting(officer), message)
        publishing.publish(story.acting(officer), message, [cast.channel("P50").id])
        with pytest.raises(Refused):
            requests.tell(story.acting(officer), row, today() - timedelta(days=1), Notice.LETTER)
        requests.tell(story.acting(officer), row, today(), Notice.TELEPHONE)
        assert (row.as_state, row.told_on, row.told_how) == (S.TOLD, today(), "telephone")
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert (kinds.count("letter:receive"), kinds.count("letter:state")) == (1, 3)


def test_who_does_what(app: Flask) -> None:
    """Own office only; the decision by somebody who neither received nor checked it."""
    with app.app_context(), unit_of_work():
        row = _received()
        with pytest.raises(Refused, match="หน่วยงานอื่น"):
            requests.check(story.acting("officer90"), row, EVERY)
        with pytest.raises(Refused, match="ยังไม่ได้ตรวจ"):
            requests.check(story.acting("officer50"), row, {"outside_1", "outside_2"})
        requests.check(story.acting("officer50"), row, EVERY)
        for who in ("officer50", "officer90", "head90", "head_central"):
            with pytest.raises(Refused):
                requests.approve(story.acting(who), row)
        with pytest.raises(Refused):
            requests.make_message(story.acting("officer50"), row, "x")
        with pytest.raises(Refused, match="เหตุผล"):
            requests.refuse(story.acting("head50"), row, " ")
        requests.refuse(story.acting("head50"), row, "ไม่ใช่ประโยชน์สาธารณะ")
        requests.tell(story.acting("officer50"), row, today(), Notice.LETTER)
        assert row.as_state is S.TOLD


def test_the_central_website_is_checked_by_its_webmasters(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _received(route=Route.CENTRAL)
        with pytest.raises(Refused, match="เว็บไซต์"):
            requests.check(story.acting("officer50"), row, EVERY)
        requests.check(story.acting("central"), row, EVERY)
        found = [(point["key"], point["en"]) for point in row.checks or ()]
        texts = [str(point) for point in CHECKS[Route.CENTRAL]]
        assert [point["th"] for point in row.checks or ()] == texts
        assert found[0] == ("central_1", "The text is complete, correct and names who is "
                            "responsible for it.")  # fmt: skip


def test_no_check_without_the_letter(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = requests.receive(story.acting("officer50"), ASKED)
        with pytest.raises(Refused, match="แนบหนังสือ"):
            requests.check(story.acting("officer50"), row, EVERY)
        requests.attach_letter(story.acting("officer50"), row, LETTER)
        with pytest.raises(Refused):
            requests.attach_letter(story.acting("officer50"), row, LETTER)
        requests.check(story.acting("officer50"), row, EVERY)
        assert row.as_state is S.CHECKED


def test_two_heads_at_once(app: Flask) -> None:
    """The second one decides about a page that is no longer true."""
    with app.app_context(), unit_of_work():
        row = _received()
        requests.check(story.acting("officer50"), row, EVERY)
        seen = row.version
        requests.refuse(story.acting("head50"), row, "ไม่ครบ")
        with pytest.raises(Refused):
            requests.approve(story.acting("acting50"), row, version=seen)
        assert row.as_state is S.REFUSED


def test_at_the_same_moment_one_head_decides_and_one_message_is_made(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        row = _received()
        requests.check(story.acting("officer50"), row, EVERY)
        number = row.id

    def held() -> PublicationRequest:
        return request_for(story.ALL, number, lock=True)

    assert meanwhile(
        app,
        lambda: requests.approve(story.acting("head50"), held()),
        lambda: requests.refuse(story.acting("acting50"), held(), "ไม่ครบ"),
    )
    assert not meanwhile(
        app,
        lambda: requests.make_message(story.acting("officer50"), held(), "ก"),
        lambda: requests.make_message(story.acting("officer50"), held(), "ข"),
    )
    with app.app_context():
        assert db.session.get_one(PublicationRequest, number).as_state is S.APPROVED
        assert len(db.session.scalars(select(KeyMessage.id)).all()) == 1


def test_letter_and_contact_are_kept_encrypted(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            number = _received().id
        stored = db.session.execute(text("SELECT contact FROM publication_request")).scalar_one()
        assert b"0810000777" not in bytes(stored)
        folder = app.extensions["sang_settings"].instance / "media"
        assert all(b"secret letter" not in path.read_bytes() for path in folder.iterdir())
        row = db.session.get_one(PublicationRequest, number)
        assert row.contact == ASKED.contact


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<script>1</script>",
        b"%PDF-1.7\n/JavaScript (x)\n%%EOF",
        b"\x89PNG\r\n\x1a\nbroken",
        b"ID3" + b"\0" * 64,
        b"%PDF-1.7\n" + b"0" * (21 * 1024 * 1024) + b"%%EOF",
    ],
    ids=["empty", "script", "active", "broken", "sound", "large"],
)
def test_a_hostile_letter_is_refused_and_what_was_typed_stays(
    app: Flask, client_of: ClientOf, data: bytes
) -> None:
    with app.test_request_context(), pytest.raises(Refused):
        read_scan(data, "x.pdf")
    if data and len(data) < 1024:
        upload = FORM | {"letter": (io.BytesIO(data), "x.pdf")}
        answer = client_of("officer50").post("/requests/new", data=upload)
        assert ASKED.text in answer.text
        assert "field-error" in answer.text
        with app.app_context():
            assert db.session.scalar(select(PublicationRequest.id)) is None


def test_a_letter_that_the_browser_drops_is_asked_for_again(client_of: ClientOf) -> None:
    client, again = client_of("officer50"), "โปรดเลือกไฟล์อีกครั้ง"
    without = client.post("/requests/new", data=FORM | {"subject": ""})
    assert (without.status_code, again in without.text) == (422, False)
    letter = {"subject": "", "letter": (io.BytesIO(LETTER.data), "หนังสือ.pdf")}
    answer = client.post("/requests/new", data=FORM | letter)
    assert (answer.status_code, again in answer.text) == (422, True)
    assert 'aria-describedby="letter-help letter-again"' in answer.text


def _version(page: str) -> str:
    """The version of the request that a page shows."""
    return page.split('name="version" value="')[1].split('"')[0]


def test_a_form_sent_twice_makes_one(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    for _ in range(2):
        upload = FORM | {"letter": (io.BytesIO(LETTER.data), "หนังสือ.pdf")}
        assert client.post("/requests/new", data=upload).status_code == 302
    with app.app_context():
        number = db.session.scalars(select(PublicationRequest.id)).one()
        folder = app.extensions["sang_settings"].instance / "media"
        assert len(list(folder.iterdir())) == 1
    ticks = {"checks": list(EVERY)}
    unseen = client.post(f"/requests/{number}/check", data=ticks)
    assert unseen.status_code == 422, "what was checked must be what the page showed"
    shown = _version(client.get(f"/requests/{number}").text)
    for _ in range(2):
        client.post(f"/requests/{number}/check", data={**ticks, "version": shown})
    version = _version(client_of("head50").get(f"/requests/{number}").text)
    assert client_of("head50").post(f"/requests/{number}/approve").status_code == 422
    client_of("head50").post(f"/requests/{number}/approve", data={"version": version})
    places = {client.post(f"/requests/{number}/message").headers["Location"] for _ in range(2)}
    with app.app_context():
        assert places == {f"/messages/{db.session.scalars(select(KeyMessage.id)).one()}"}


def test_other_offices_see_nothing(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _received().id
    own, stranger = client_of("officer50"), client_of("officer90")
    letter = own.get(f"/requests/{number}/letter")
    assert letter.data == LETTER.data
    assert "attachment" in letter.headers["Content-Disposition"]
    assert ASKED.subject in own.get("/requests/?q=วัคซีน&state=received").text
    assert ASKED.subject not in stranger.get("/requests/").text
    for path in ("", "/letter"):
        assert stranger.get(f"/requests/{number}{path}").status_code == 404
    for step in ("check", "letter", "message", "tell"):
        assert stranger.post(f"/requests/{number}/{step}").status_code == 404, step
    for step in ("approve", "refuse"):
        assert client_of("head90").post(f"/requests/{number}/{step}").status_code == 404, step


def test_a_wrong_form_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    future = today() + timedelta(days=2)
    typed = f"{future.day}/{future.month}/{future.year + 543}"
    for wrong in ({"unit": ""}, {"letter_date": typed}, {"letter_date": "31/2/2569"}):
        answer = client.post("/requests/new", data=FORM | wrong)
        assert answer.status_code in {200, 422}
        assert ASKED.text in answer.text
    with app.app_context():
        assert db.session.scalar(select(PublicationRequest.id)) is None


def test_the_page_offers_each_what_waits_for_them(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _received().id
    officer, head = client_of("officer50"), client_of("head50")
    assert f"/requests/{number}/check" in officer.get(f"/requests/{number}").text
    assert f"/requests/{number}/check" not in head.get(f"/requests/{number}").text
    assert 'class="badge' in officer.get("/requests/").text
    version = _version(officer.get(f"/requests/{number}").text)
    ticks = {"checks": list(EVERY), "version": version}
    officer.post(f"/requests/{number}/check", data=ticks)
    assert f"/requests/{number}/approve" in head.get(f"/requests/{number}").text
    assert f"/requests/{number}/approve" not in officer.get(f"/requests/{number}").text
    version = _version(head.get(f"/requests/{number}").text)
    reason = {"reason": "ไม่ใช่ <ประโยชน์>", "version": version}
    assert head.post(f"/requests/{number}/refuse", data=reason).status_code == 302
    page = officer.get(f"/requests/{number}").text
    assert "ไม่ใช่ &lt;ประโยชน์&gt;" in page
    told = {"on": FORM["letter_date"], "how": "telephone"}
    assert officer.post(f"/requests/{number}/tell", data={"on": "x"}).status_code == 422
    assert officer.post(f"/requests/{number}/tell", data=told).status_code == 302


def _typed(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year + 543}"


def test_wanted_until_a_day_that_is_past_goes_nowhere(app: Flask, client_of: ClientOf) -> None:
    client, yesterday = client_of("officer50"), today() - timedelta(days=1)
    late = client.post("/requests/new", data=FORM | {"wanted_until": _typed(yesterday)})
    assert (late.status_code, "ผ่านมาแล้ว" in late.text) == (422, True)
    assert 'id="wanted_until-error"' in late.text
    with app.app_context(), unit_of_work():
        row = _received()
        row.wanted_until = yesterday
        with pytest.raises(Refused, match="ผ่านมาแล้ว"):
            requests.check(story.acting("officer50"), row, EVERY)
        row.wanted_until = today()
        requests.check(story.acting("officer50"), row, EVERY)
        with pytest.raises(Refused, match="ผ่านมาแล้ว"):
            requests.approve(story.acting("head50"), row, at=utc_now() + timedelta(days=1))
        requests.approve(story.acting("head50"), row)


def test_a_request_is_corrected_until_it_is_decided(app: Flask, client_of: ClientOf) -> None:
    """What was checked is checked anew; who corrected it does not decide."""
    with app.app_context(), unit_of_work():
        row = _received()
        requests.check(story.acting("officer50"), row, EVERY)
        number = row.id
    client, path = client_of("officer50"), f"/requests/{number}/edit"
    assert client_of("officer90").get(path).status_code == 404
    opened = client.get(path).text
    assert ASKED.text in opened
    version = opened.split('name="version" type="hidden" value="')[1].split('"')[0]
    changed = FORM | {"text": "เชิญรับวัคซีนวันอาทิตย์", "version": version}
    assert client.post(path, data=changed | {"unit": " "}).status_code == 422
    assert client.post(path, data=changed).status_code == 302
    again = client.post(path, data=changed | {"text": "ข้อความที่สาม"})
    assert (again.status_code, "เชิญรับวัคซีนวันอาทิตย์" in again.text) == (422, True)
    with app.app_context(), unit_of_work():
        row = db.session.get_one(PublicationRequest, number)
        assert (row.as_state, row.checks) == (S.RECEIVED, None)
        later = Asked(**{**vars(ASKED), "unit": "โรงพยาบาลอื่น"})
        request_changes.correct(story.acting("acting50"), row, later, version=row.version)
        requests.check(story.acting("officer50"), row, EVERY)
        with pytest.raises(Refused, match="เป็นผู้อนุมัติไม่ได้"):
            requests.approve(story.acting("acting50"), row)
        requests.approve(story.acting("head50"), row)
        with pytest.raises(Refused, match="พิจารณาแล้ว"):
            request_changes.correct(story.acting("officer50"), row, ASKED, version=row.version)
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert kinds.count("letter:update") == 2


def test_the_next_step_is_always_said(app: Flask, client_of: ClientOf) -> None:
    """Whoever cannot take it reads who does."""
    with app.app_context(), unit_of_work():
        received, approved = _received().id, _approved().id
    head = client_of("head50")
    assert "เจ้าหน้าที่ของหน่วยงานเป็นผู้ตรวจ" in head.get(f"/requests/{received}").text
    assert "จัดทำเป็นข้อความหลัก" in head.get(f"/requests/{approved}").text


def test_the_contact_is_for_those_who_work_on_the_request(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        outside, central = (_received(route=route).id for route in (Route.OUTSIDE, Route.CENTRAL))
    for who, number, seen in (
        ("officer50", outside, True),
        ("head50", outside, True),
        ("central", outside, False),
        ("central", central, True),
    ):
        page = client_of(who).get(f"/requests/{number}").text
        assert ASKED.subject in page
        assert ("0810000777" in page) is seen, who


def test_a_request_is_refused_only_as_it_was_shown(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _received().id
    head, path = client_of("head50"), f"/requests/{number}"
    opened = _version(head.get(path).text)
    with app.app_context(), unit_of_work():
        row = db.session.get_one(PublicationRequest, number)
        mended = Asked(**{**vars(ASKED), "text": "ข้อความใหม่"})
        request_changes.correct(story.acting("officer50"), row, mended, version=row.version)
    for data in ({}, {"version": opened}):
        late = head.post(f"{path}/refuse", data={"reason": "เหตุ <ผล>", **data})
        assert late.status_code == 422
        assert "เหตุ &lt;ผล&gt;</textarea>" in late.text
        assert "ข้อความใหม่" in late.text
    now = {"reason": "ไม่ครบ", "version": _version(late.text)}
    assert head.post(f"{path}/refuse", data=now).status_code == 302


def test_who_checked_before_a_correction_stays_readable(app: Flask, client_of: ClientOf) -> None:
    """With the points that were confirmed; and does not decide about what they had checked."""
    with app.app_context(), unit_of_work():
        row = _received()
        requests.check(story.acting("acting50"), row, EVERY)
        asked = Asked(**{**vars(ASKED), "text": "ข้อความใหม่"})
        request_changes.correct(story.acting("officer50"), row, asked, version=row.version)
        requests.check(story.acting("officer50"), row, EVERY)
        with pytest.raises(Refused, match="เป็นผู้อนุมัติไม่ได้"):
            requests.approve(story.acting("acting50"), row)
        number, checker = row.id, cast.user("acting50").name
        again = Asked(**{**vars(ASKED), "route": Route.CENTRAL})
        request_changes.correct(story.acting("officer50"), row, again, version=row.version)
        assert [one.checked_by for one in row.earlier_checks] == [
            story.acting("acting50").user_id,
            story.acting("officer50").user_id,
        ]
        points = [str(point) for point in CHECKS[Route.OUTSIDE]]
    page = client_of("head50").get(f"/requests/{number}").text
    assert page.count("<dt>ตรวจแล้วก่อนการแก้ไข</dt>") == 2
    assert f"· {checker}<ul" in page
    assert all(page.count(f"✓ {point}") == 2 for point in points)


def test_ticks_of_one_route_do_not_stand_on_another(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _received("central").id
    client, path = client_of("central"), f"/requests/{number}"
    opened = _version(client.get(path).text)
    with app.app_context(), unit_of_work():
        row = db.session.get_one(PublicationRequest, number)
        central = Asked(**{**vars(ASKED), "route": Route.CENTRAL})
        request_changes.correct(story.acting("head_central"), row, central, version=row.version)
    ticks = {"checks": ["outside_1", "outside_2"], "version": opened}
    late = client.post(f"{path}/check", data=ticks)
    assert (late.status_code, late.text.count("checked>")) == (422, 0)
    assert 'value="central_4"' in late.text


def test_a_day_that_went_by_hinders_no_other_correction(app: Flask, client_of: ClientOf) -> None:
    gone, earlier = today() - timedelta(days=1), today() - timedelta(days=2)
    with app.app_context(), unit_of_work():
        row = _received()
        row.wanted_until = gone
        number = row.id
    client, path = client_of("officer50"), f"/requests/{number}/edit"
    version = client.get(path).text.split('name="version" type="hidden" value="')[1].split('"')[0]
    form = FORM | {"unit": "โรงพยาบาลอื่น", "version": version}
    late = client.post(path, data=form | {"wanted_until": _typed(earlier)})
    assert (late.status_code, 'id="wanted_until-error"' in late.text) == (422, True)
    assert client.post(path, data=form | {"wanted_until": _typed(gone)}).status_code == 302
    with app.app_context():
        row = db.session.get_one(PublicationRequest, number)
        assert (row.unit, row.wanted_until) == ("โรงพยาบาลอื่น", gone)


def test_the_start_page_leads_to_what_waits(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        _received(), _received()
        checked = _received()
        checked.subject = "รอหัวหน้า"
        requests.check(story.acting("officer50"), checked, EVERY)
        requests.refuse(story.acting("head50"), _received(), "ไม่ครบ")
        done = _received()
        requests.refuse(story.acting("head50"), done, "ไม่ครบ")
        requests.tell(story.acting("officer50"), done, today(), Notice.LETTER)
    for who, mine in (("officer50", 3), ("head50", 1)):
        client, path = client_of(who), "/requests/?show=waiting"
        assert f'href="{path}"><strong>{mine}</strong>' in client.get("/").text
        page = client.get(path).text
        assert page.count('<td class="main-cell">') == mine
        assert f'<option value="waiting" selected>รอท่านดำเนินการ ({mine})</option>' in page
        assert '<option value="open">รอดำเนินการทั้งหมด (4)</option>' in page
        assert client.get("/requests/?show=open").text.count('<td class="main-cell">') == 4
    assert "รอหัวหน้า" in page
    none = client_of("central").get("/requests/?show=waiting&q=ไม่มีเลย").text
    assert "ไม่พบคำขอที่ตรงกับเงื่อนไข" in none
