"""Crisis messages, corrections and withdrawals: out at once, reviewed afterwards by others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import checklist, publishing, reviews_after, services
from registry.messages.checklist import OPINION
from registry.messages.models import KeyMessage, MessageState
from registry.messages.release_models import Purpose, Release
from registry.messages.rules import seconds_aloud
from registry.periods import dated
from registry.periods.calendar import to_bangkok_date, utc_now
from tests import cast, releasing, story

ClientOf = Callable[[str], FlaskClient]
S = MessageState


def _draft() -> KeyMessage:
    return services.create(story.acting("officer50"), story.TEXT)


def _hurried(who: str = "officer50") -> KeyMessage:
    message = _draft()
    reviews_after.go_in_crisis(story.acting(who), message, "น้ำป่ากำลังมา", story.ANSWERS)
    return message


def _seen(head: FlaskClient, path: str, **given: str) -> dict[str, str]:
    """The review form as its page shows it, filled in."""
    form = head.get(path).text.split('/review"')[1]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    return {"version": version[1], **given}


def _waiting(who: str) -> int:
    user = cast.user(who)
    return reviews_after.count_waiting(story.ALL, user.id, user.office_id)


def test_a_crisis_message_goes_out_on_the_authors_word_and_is_listed(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = _hurried()
        assert (message.as_state, message.kind) == (S.PROOFREAD, "crisis")
        assert reviews_after.list_waiting(story.ALL) == []
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        assert reviews_after.list_waiting(story.ALL) == [message]
        assert [_waiting(who) for who in ("head50", "acting50", "officer50", "head90")] == [
            1, 1, 0, 0,
        ]  # fmt: skip
        reviews_after.review(story.acting("head50"), message, "จำเป็นจริง")
        assert reviews_after.list_waiting(story.ALL) == []
        assert message.reviewed_by == cast.user("head50").id
        kinds = list(db.session.scalars(select(AuditEvent.action)))
        assert kinds.count("message:review") == 1


def test_the_review_begins_when_the_sending_does(app: Flask, client_of: ClientOf) -> None:
    """Nothing may have arrived yet: a way is slow, or people still have to do it."""
    with app.app_context(), unit_of_work():
        message = _hurried()
        release = releasing.planned(message, [cast.channel("P50")])
        assert _waiting("head50") == 0
        releasing.begun(release)
        assert (message.as_state, _waiting("head50")) == (S.PROOFREAD, 1)
        assert reviews_after.list_waiting(story.ALL) == [message]
        path = f"/messages/{message.id}"
    head = client_of("head50")
    page = head.get(path).text
    assert 'name="answer" value="stands"' in page
    assert 'name="answer" value="withdraw"' not in page, "there is nothing to withdraw yet"
    answer = head.post(f"{path}/review", data=_seen(head, path, reason="จำเป็นจริง"))
    assert answer.status_code == 302
    with app.app_context():
        assert _waiting("head50") == 0


def test_a_maker_never_reviews(app: Flask) -> None:
    """Not even a head, where that head marked the crisis."""
    with app.app_context(), unit_of_work():
        message = _hurried("head50")
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        for who in ("head50", "officer50", "head90", "head_central"):
            with pytest.raises(Refused):
                reviews_after.review(story.acting(who), message, "ดีแล้ว")
        assert _waiting("head50") == 0
        reviews_after.review(story.acting("acting50"), message, "ดีแล้ว")
        with pytest.raises(Refused, match="ไม่ได้รอ"):
            reviews_after.review(story.acting("acting50"), message, "อีกครั้ง")


def test_without_a_crisis_nobody_skips_the_head(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = _draft()
        with pytest.raises(Refused):
            services.proofread(story.acting("officer50"), message)
        for reason, answers in (("", story.ANSWERS), ("น้ำมา", {"accuracy": True})):
            with pytest.raises(Refused):
                reviews_after.go_in_crisis(story.acting("officer50"), message, reason, answers)
        with pytest.raises(Refused, match="หน่วยงานอื่น"):
            reviews_after.go_in_crisis(story.acting("officer90"), message, "x", story.ANSWERS)
        assert (message.as_state, message.crisis_reason) == (S.DRAFT, None)


@pytest.mark.parametrize("back", ["take_back", "send_back"])
def test_sent_back_before_it_went_out_it_goes_the_usual_way(app: Flask, back: str) -> None:
    with app.app_context(), unit_of_work():
        message = _hurried()
        if back == "take_back":
            services.take_back(story.acting("officer50"), message)
        else:
            services.send_back(story.acting("head50"), message, "ไม่ใช่ภาวะวิกฤต")
        assert (message.crisis_reason, message.review_due_at) == (None, None)
        with pytest.raises(Refused):
            services.proofread(story.acting("officer50"), message)


def test_an_approval_of_an_earlier_text_does_not_count(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        services.take_back(story.acting("officer50"), message)
        reviews_after.go_in_crisis(story.acting("officer50"), message, "น้ำมา", story.ANSWERS)
        made = publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        assert [row.approved_minutes for row in made] == [None]


def test_what_is_approved_is_no_crisis(app: Flask, client_of: ClientOf) -> None:
    """The page offers it no longer, and whoever sends the form nevertheless is told."""
    with app.app_context(), unit_of_work():
        message = _draft()
        services.submit(story.acting("officer50"), message, story.ANSWERS)
        services.approve(story.acting("head50"), message)
        number = message.id
    officer, path = client_of("officer50"), f"/messages/{number}"
    assert "reason-crisis" not in officer.get(path).text
    refused = officer.post(f"{path}/crisis", data={"reason": "น้ำมาแล้ว", **story.ticked(app)})
    assert (refused.status_code, "ไม่ต้องรอการอนุมัติแล้ว" in refused.text) == (422, True)
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert (message.as_state, message.crisis_reason) == (S.APPROVED, None)


def test_what_is_out_is_no_crisis_any_more(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        with pytest.raises(Refused):
            reviews_after.go_in_crisis(story.acting("officer50"), message, "x", story.ANSWERS)
        assert message.crisis_reason is None


def test_a_correction_waits_for_review_and_reaches_the_recipients(app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context(), unit_of_work():
        message = story.published()
        services.correct(story.acting("officer50"), message, "เบอร์ที่ถูกคือ 1422", at=now)
        assert message.review_due_at == now + timedelta(hours=24)
        assert _waiting("head50") == 1
        release = db.session.scalars(select(Release)).one()
        assert (release.message_id, release.as_purpose) == (message.id, Purpose.CORRECTION)
        reviews_after.review(story.acting("head50"), message, "ถูกต้อง")
        services.correct(story.acting("officer50"), message, "แก้อีกครั้ง")
        assert (message.reviewed_at, message.review_note) == (None, None)


def test_the_reviewing_head_withdraws(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = _hurried()
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        with pytest.raises(Refused, match="เหตุผลที่สมาชิกจะได้อ่าน"):
            reviews_after.review(story.acting("head50"), message, "พิมพ์เลขผิด", withdraw_because=" ")
        assert (message.as_state, message.reviewed_at) == (S.PUBLISHED, None)
        reviews_after.review(story.acting("head50"), message, "พิมพ์เลขผิด", withdraw_because="ข้อมูลผิด")
        assert message.as_state is S.WITHDRAWN
        assert (message.review_note, message.moves[-1].reason) == ("พิมพ์เลขผิด", "ข้อมูลผิด")
        assert reviews_after.list_waiting(story.ALL) == []
        purposes = set(db.session.scalars(select(Release.purpose)))
        assert purposes == {Purpose.WITHDRAWAL.value}


def test_an_opinion_needs_its_disclaimer(app: Flask) -> None:
    answers = {**story.ANSWERS, OPINION: True}
    with app.app_context(), unit_of_work():
        message = _draft()
        with pytest.raises(Refused, match="คำชี้แจง"):
            services.submit(story.acting("officer50"), message, answers)
        text = replace(story.TEXT, disclaimer="ความเห็นของผู้เขียน")
        services.update(story.acting("officer50"), message, text, version=message.version)
        services.submit(story.acting("officer50"), message, answers)
        assert (message.checklist or {})["opinion"] is True


def test_the_wording_of_the_checklist_is_kept(app: Flask, client_of: ClientOf) -> None:
    day = to_bangkok_date(utc_now())
    with app.app_context(), unit_of_work():
        old = _draft()
        services.submit(story.acting("officer50"), old, story.ANSWERS)
        dated.set_from(
            dated.Dated.CHECKLIST, "ตรวจแล้วสองรอบ", day, "คำสั่ง", story.acting("admin"), today=day
        )
        new = _draft()
        with pytest.raises(Refused, match="ตรวจแล้วสองรอบ"):
            services.submit(story.acting("officer50"), new, story.ANSWERS)
        key = checklist.points_on(day)[0].key
        services.submit(story.acting("officer50"), new, {key: True})
        kept = {"key": key, "th": "ตรวจแล้วสองรอบ", "en": ""}
        assert (new.checklist or {})["points"] == [kept]
        assert (old.checklist or {})["points"] == checklist.default_points()
        number, text = old.id, checklist.default_points()[0]
    head = client_of("head50")
    page = head.get(f"/messages/{number}").text
    assert text["th"] in page
    assert "ตรวจแล้วสองรอบ" not in page
    head.post("/language/en")
    assert text["en"] in head.get(f"/messages/{number}").text


def test_the_steps_on_the_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _draft().id
    officer, head, path = client_of("officer50"), client_of("head50"), f"/messages/{number}"
    ticked = story.ticked(app)
    seen = {"version": ticked["version"]}
    refused = officer.post(f"{path}/crisis", data={"reason": "น้ำ <มา> แล้ว", **seen})
    assert refused.status_code == 422
    assert "น้ำ &lt;มา&gt; แล้ว" in refused.text
    assert refused.text.count('name="accuracy"') == 1, "one checklist for both ways"
    beside = refused.text.index('role="alert"')
    assert refused.text.index(f"{path}/submit") < beside < refused.text.index("reason-crisis")
    assert head.post(f"{path}/crisis", data={"reason": "x", **ticked}).status_code == 403
    sent = officer.post(f"{path}/crisis", data={"reason": "น้ำมาแล้ว", **ticked})
    assert sent.status_code == 302
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
    assert "น้ำมาแล้ว" in head.get("/messages/reviews").text
    assert story.TEXT.title not in client_of("officer90").get("/messages/reviews").text
    assert f"{path}/review" not in officer.get(path).text
    assert f"{path}/review" in head.get(path).text
    assert head.post(f"{path}/review", data=_seen(head, path, reason=" ")).status_code == 422
    silent = _seen(head, path, reason="ผู้เขียน <พลาด>", told=" ", answer="withdraw")
    refused = head.post(f"{path}/review", data=silent)
    assert (refused.status_code, "เหตุผลที่สมาชิกจะได้อ่าน" in refused.text) == (422, True)
    assert "ผู้เขียน &lt;พลาด&gt;" in refused.text
    assert client_of("head90").post(f"{path}/review", data={"reason": "x"}).status_code == 404
    assert head.post(f"{path}/review", data=_seen(head, path, reason="เหมาะสม")).status_code == 302
    assert "เหมาะสม" in officer.get(path).text
    assert not re.search(r"/messages/\d+", head.get("/messages/reviews").text)


def test_members_read_the_reason_and_never_the_note(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message = _hurried()
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        number, code = message.id, message.code
    head, path = client_of("head50"), f"/messages/{number}"
    form = _seen(head, path, reason="บันทึกภายใน", told="ตัวเลขผิด", answer="withdraw")
    assert head.post(f"{path}/review", data=form).status_code == 302
    with app.app_context():
        message = db.session.get_one(KeyMessage, number)
        assert (message.as_state, message.review_note) == (S.WITHDRAWN, "บันทึกภายใน")
    public = app.test_client().get(f"/genuine/{code}").text
    assert "ตัวเลขผิด" in public
    for page in (public, client_of("officer50").get(f"/messages/{number}/travel").text):
        assert "บันทึกภายใน" not in page


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 0), (None, 0), ("ก" * 10, 1), ("ก" * 11, 2), ("ก็ " * 10, 1)]
)
def test_how_long_a_script_takes(text: str | None, seconds: int) -> None:
    assert seconds_aloud(text) == seconds


def test_language_route_script_and_disclaimer_are_kept_and_shown(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("officer50")
    form = {
        "form_token": "e" * 32,
        "title": "เรื่อง",
        "sentence": "ประโยค",
        "body": "เนื้อหา",
        "kind": "public_use",
        "author_line": "นักประชาสัมพันธ์",
        "language": "ms",
        "route": "central",
        "script": "อ่าน" * 10,
        "disclaimer": "ความเห็นของผู้เขียน",
    }
    assert client.post("/messages/new", data=form | {"language": "xx"}).status_code == 200
    place = client.post("/messages/new", data=form).headers["Location"]
    page = client.get(place).text
    for shown in ('lang="ms"', "เว็บไซต์กลาง", "ความเห็นของผู้เขียน", "ประมาณ 3 วินาที"):
        assert shown in page


def test_what_a_review_found_stays_inside_the_office(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        message = _hurried()
        publishing.publish(story.acting("officer50"), message, [cast.channel("P50").id])
        reviews_after.review(story.acting("head50"), message, "เขียนรีบไป แต่ถูกต้อง")
        path = f"/messages/{message.id}"
    assert "เขียนรีบไป" in client_of("officer50").get(path).text
    elsewhere = client_of("central").get(path).text
    assert story.TEXT.title in elsewhere
    assert "เขียนรีบไป" not in elsewhere
