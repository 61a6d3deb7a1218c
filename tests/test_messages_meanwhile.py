"""What happens to a message, a report or an answer while somebody else works on it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages import exchange, ledger, media, publishing, queries, review, services
from registry.messages.entries import Fault
from registry.messages.ledger_models import Dissemination, Question, Recipient
from registry.messages.models import KeyMessage, MessageKind
from registry.periods.calendar import BANGKOK
from tests import cast, story

ClientOf = Callable[[str], FlaskClient]


def _submitted() -> KeyMessage:
    message = services.create(story.acting("officer50"), story.TEXT, at=story.WRITTEN)
    services.submit(story.acting("officer50"), message, story.ANSWERS)
    return message


def _version(page: str) -> str:
    found = re.search(r'name="version"[^>]* value="(\d+)"', page)
    assert found
    return found[1]


def test_a_head_approves_only_the_text_that_was_shown(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _submitted().id
    head = client_of("head50")
    unseen = head.post(f"/messages/{number}/approve")
    assert unseen.status_code == 422
    assert "ไม่ได้ระบุว่าแสดงข้อมูลฉบับใด" in unseen.get_data(as_text=True)
    seen = _version(head.get(f"/messages/{number}").get_data(as_text=True))
    with app.app_context(), unit_of_work():
        message, author = db.session.get_one(KeyMessage, number), story.acting("officer50")
        services.take_back(author, message)
        changed = services.MessageText(**{**vars(story.TEXT), "body": "เรื่องอื่น"})
        services.update(author, message, changed, version=message.version)
        services.submit(author, message, story.ANSWERS)
    late = head.post(f"/messages/{number}/approve", data={"version": seen})
    assert late.status_code == 422
    assert "ถูกแก้ไขหลังจากที่ท่านเปิดหน้านี้" in late.get_data(as_text=True)
    now = _version(late.get_data(as_text=True))
    assert head.post(f"/messages/{number}/approve", data={"version": now}).status_code == 302


def test_whoever_worked_on_a_text_never_decides_about_it(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, author = _submitted(), story.acting("officer50")
        head, acting = story.acting("head50"), story.acting("acting50")
        services.take_back(author, message)
        for number, who in enumerate((head, author), 1):
            text = services.MessageText(**{**vars(story.TEXT), "body": f"แก้ครั้งที่ {number}"})
            services.update(who, message, text, version=message.version)
        picture = media.prepare(story.png(), "ภาพ.png")
        media.attach(acting, message, picture)
        services.submit(author, message, story.ANSWERS)
        for who in (head, acting):
            with pytest.raises(Refused, match="ของตนเอง"):
                services.approve(who, message)
        waiting = queries.Mine(head.user_id or 0, head.office_id or 0, approves=True, writes=False)
        found = queries.count_messages(story.ALL, queries.MessageFilters(show="waiting"), waiting)
        assert found == 0


def test_a_text_that_went_on_its_way_keeps_what_is_typed(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _submitted().id
    typed = {"title": "ใหม่", "sentence": "สั้น", "body": "ที่เขียนไว้ทั้งหมด", "kind": "public_use"}
    data = {**typed, "author_line": "นักประชาสัมพันธ์", "version": "1", "form_token": "e" * 32}
    answer = client_of("officer50").post(f"/messages/{number}/edit", data=data)
    page = answer.get_data(as_text=True)
    assert "ที่เขียนไว้ทั้งหมด" in page
    assert "แก้ไขไม่ได้" in page


def test_saving_again_after_a_colleague_goes_on_from_there(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = services.create(story.acting("officer50"), story.TEXT).id
    client = client_of("officer50")
    seen = _version(client.get(f"/messages/{number}/edit").get_data(as_text=True))
    with app.app_context(), unit_of_work():
        message = db.session.get_one(KeyMessage, number)
        theirs = services.MessageText(
            **{
                **vars(story.TEXT),
                "body": "ของเพื่อนร่วมงาน",
                "kind": MessageKind.CRISIS,
                "valid_until": date(2026, 12, 31),
            }
        )
        services.update(story.acting("head50"), message, theirs, version=message.version)
    mine = {"title": "ของฉัน", "sentence": "สั้น", "body": "ของฉัน", "kind": "public_use"}
    data = {**mine, "author_line": "นักประชาสัมพันธ์", "form_token": "e" * 32}
    late = client.post(f"/messages/{number}/edit", data={**data, "version": seen})
    page = late.get_data(as_text=True)
    assert "ของเพื่อนร่วมงาน" in page
    alert = re.findall(r'role="alert">(.*?)</div>', page, re.S)[0]
    assert "“ภาวะวิกฤต”" in alert
    assert "31 ธ.ค. 2569" in alert
    assert re.search(r"<textarea[^>]*>\s*ของฉัน</textarea>", page)
    again = client.post(f"/messages/{number}/edit", data={**data, "version": _version(page)})
    assert again.status_code == 302


@pytest.mark.parametrize("hours", [-3, 0, 8])
def test_a_report_of_today_needs_no_hour(app: Flask, client_of: ClientOf, hours: int) -> None:
    """Published at 9:40 in Bangkok; told at 10, 13 or 21 o'clock, whatever the hour."""
    with app.app_context(), unit_of_work():
        message = story.published()
        address = f"/dissemination/new?message={message.id}&member={cast.member('malee50').id}"
        channel = cast.channel("malee50").id
    now = story.PUBLISHED.replace(hour=6, minute=0) + timedelta(hours=hours)
    with time_machine.travel(now, tick=False):
        data = {"channel": channel, "on": "10/6/2569", "form_token": "f" * 32}
        answer = client_of("officer50").post(address, data=data)
    assert answer.status_code == 302
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.time_known, story.PUBLISHED <= row.at <= now) == (False, True)


def test_an_export_holds_all_pages(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        story.published()
    for address in ("/messages/export?page=3", "/dissemination/export?page=3"):
        with app.app_context(), unit_of_work():
            if "dissemination" in address:
                message = db.session.scalars(select(KeyMessage)).one()
                ledger.record_dissemination(
                    story.acting("officer50"), story.ALL, story.entry(message)
                )
        book = openpyxl.load_workbook(io.BytesIO(client_of("officer50").post(address).data))
        texts = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
        assert story.TEXT.title in texts, address
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action == Action.ROWS_EXPORT.value)
        assert [row.details["count"] for row in db.session.scalars(query)] == [1, 1]


def test_a_receipt_that_only_followed_from_passing_on_falls_with_it(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        kept = ledger.record_dissemination(actor, story.ALL, story.entry(message))
        told = ledger.record_dissemination(
            actor, story.ALL, story.entry(message, at=story.PUBLISHED + timedelta(hours=2))
        )
        member = kept.member_id

        def received() -> datetime | None:
            db.session.expire_all()
            query = select(Recipient.received_at).where(Recipient.member_id == member)
            return db.session.scalar(query)

        review.withdraw(actor, kept)
        assert received() is not None
        review.withdraw(actor, told)
        assert received() is None


def test_a_receipt_that_the_member_gave_stays_when_a_report_falls(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        who = cast.member("malee50").id
        ledger.record_receipt(
            actor, message, who, at=story.PUBLISHED + timedelta(hours=3), via="link"
        )
        report = ledger.record_dissemination(actor, story.ALL, story.entry(message))
        review.withdraw(actor, report)
        db.session.expire_all()
        query = select(Recipient.received_via).where(Recipient.member_id == who)
        assert db.session.scalar(query) == "moved"


def test_what_is_passed_on_after_a_withdrawal_does_not_count(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        services.withdraw(actor, message, "ข่าวไม่จริง", at=story.PUBLISHED + timedelta(minutes=30))
        early = story.entry(message, at=story.PUBLISHED + timedelta(minutes=10))
        assert ledger.record_dissemination(actor, story.ALL, early).state == "reported"
        with pytest.raises(Fault, match="ถูกถอน"):
            ledger.record_dissemination(actor, story.ALL, story.entry(message, "dao50"))


def test_a_receipt_moved_earlier_leaves_its_event(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        who = cast.member("malee50").id
        hours = (3, 1, 2)
        told = [
            ledger.record_receipts(
                actor, message, {who: story.PUBLISHED + timedelta(hours=hour)}, via="grid"
            )
            for hour in hours
        ]
        assert told == [1, 0, 0]
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action == Action.RECEIPT_RECORD.value)
        assert [row.details["count"] for row in db.session.scalars(query)] == [1, 1]


def test_an_answer_is_not_lost_under_a_later_one(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = exchange.ask(story.acting("officer50"), cast.member("malee50"), "จริงหรือคะ").id
    first = second = client_of("officer50")
    page = first.get("/questions/").get_data(as_text=True)
    assert 'name="seen" value=""' in page
    unseen = first.post(f"/questions/{number}", data={"text": "ไม่ได้ดู"})
    assert unseen.status_code == 422
    assert "ไม่ได้ระบุว่าแสดงข้อมูลฉบับใด" in unseen.get_data(as_text=True)
    first.post(f"/questions/{number}", data={"text": "คำตอบแรก", "seen": ""})
    late = second.post(f"/questions/{number}", data={"text": "คำตอบที่สอง", "seen": ""})
    shown = late.get_data(as_text=True)
    assert late.status_code == 422
    assert "คำตอบแรก" in shown
    assert "คำตอบที่สอง" in shown
    with app.app_context():
        assert db.session.get_one(Question, number).answer == "คำตอบแรก"


def test_publishing_today_without_an_hour_is_possible(app: Flask, client_of: ClientOf) -> None:
    now = datetime.now(UTC)
    with app.app_context(), unit_of_work():
        message = _submitted()
        services.approve(story.acting("head50"), message)
        services.proofread(story.acting("officer50"), message)
        assert publishing.earliest(message) is not None
        number, channel = message.id, cast.channel("P50").id
    day = now.astimezone(BANGKOK)
    data = {"channels": channel, "on": f"{day.day}/{day.month}/{day.year + 543}"}
    answer = client_of("officer50").post(f"/messages/{number}/publish", data=data)
    assert answer.status_code == 302


def test_what_people_wrote_stands_in_the_personal_part_of_the_trail(app: Flask) -> None:
    name = "นางสาวมาลี " + "ก" * 400
    with app.app_context(), unit_of_work():
        message, actor = story.published(), story.acting("officer50")
        report = ledger.record_dissemination(actor, story.ALL, story.entry(message))
        review.review(actor, [report], accept=False, reason=name)
        services.withdraw(actor, message, name)
        assert report.review_reason == name[:300]
    with app.app_context():
        actions = (Action.MESSAGE_STATE.value, Action.DISSEMINATION_REVIEW.value)
        rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action.in_(actions))).all()
        assert not [row for row in rows if "reason" in row.details]
        kept = [row.personal.changes["reason"][1] for row in rows if row.personal]
        assert "ไลน์กลุ่ม P50" in kept
        assert kept.count(name[:300]) == 2
        assert max(map(len, kept)) == 300
