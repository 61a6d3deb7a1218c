"""Who subscribed is told of a new report once: by a letter without figures, on the start page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.periods import catalogue
from registry.periods.calendar import utc_now
from reports.closing import close
from reports.subscriptions import letters, services
from reports.subscriptions.models import ReportNotice
from tests import cast, outbox_world
from tests.closed import CODE, lighten, quarter, seal
from tests.smtp_server import Mailbox, smtp_server
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
PLACE = "/reports/subscriptions/"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """A mail server to which the application sends."""
    with smtp_server() as box:
        given = {"mail": box, "public_url": "https://sang.example.org"}
        with outbox_world.outbox_to(app, **given):
            yield box


def _notices() -> list[ReportNotice]:
    db.session.rollback()
    return list(db.session.scalars(select(ReportNotice).order_by(ReportNotice.id)))


def _told(*names: str) -> None:
    """A closed month of which some of the cast are told."""
    with unit_of_work():
        for name in names:
            services.subscribe(Actor(cast.user(name).id), ["month"])
        seal(CODE)
        row = catalogue.sealed(CODE)
        assert row is not None
        services.announce(row)


def test_a_closing_is_told_to_who_subscribed_and_is_new_until_opened(
    scene: Scene, mailbox: Mailbox, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    lighten(monkeypatch)
    app = quarter(scene)
    officer, other = client_of("officer50"), client_of("officer90")
    assert officer.post(PLACE, data={"kind": ["month", "quarter"]}).status_code == 302
    officer.post(PLACE, data={"kind": ["month", "nonsense"]})
    other.post(PLACE, data={"kind": ["month"]})
    other.post(PLACE, data={})
    assert officer.get(PLACE).text.count("checked") == 1
    with app.app_context():
        close(Actor.system("cli"), CODE)
        assert letters.send_due()
        assert not letters.send_due(), "nothing is left to send"
        assert [row.state for row in _notices()] == ["sent"]
    assert len(mailbox.mails) == 1
    mail = mailbox.mails[0]
    assert mail["To"] == cast.email("officer50")
    text = mail.get_content()
    assert f"https://sang.example.org/reports/{CODE}" in text
    assert f"https://sang.example.org{PLACE}" in text, "the way to be told no longer"
    assert "รายงานใหม่: ธ.ค. 68" in officer.get("/").text
    assert "รายงานใหม่" not in other.get("/").text
    assert "ท่านยังไม่ได้อ่าน" in officer.get(f"/reports/{CODE}").text
    assert "ท่านยังไม่ได้อ่าน" not in other.get(f"/reports/{CODE}").text
    assert "รายงานใหม่" in officer.get("/").text, "nothing changes by looking"
    assert officer.post(f"{PLACE}{CODE}/read").status_code == 302
    assert "รายงานใหม่" not in officer.get("/").text
    with app.app_context():
        assert cast.email("officer50") not in client_of("admin").get("/reports/keeping/").text
    assert "ผู้รับแจ้งรายงานใหม่: 1 คน" in client_of("admin").get("/reports/keeping/").text


def test_a_letter_whose_answer_was_lost_is_never_sent_again(app: Flask, mailbox: Mailbox) -> None:
    mailbox.lose_answers = 1
    with app.app_context():
        _told("executive")
        letters.send_due()
        assert not letters.send_due()
        assert [row.state for row in _notices()] == ["unknown"]
    assert len(mailbox.mails) == 1


def test_a_refused_letter_waits_and_comes_later(app: Flask, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 later"
    with app.app_context():
        _told("executive")
        letters.send_due()
        row = _notices()[0]
        assert (row.state, row.attempts) == ("queued", 1)
        assert row.due_at > utc_now()
        mailbox.refuse = ""
        with unit_of_work():
            db.session.get_one(ReportNotice, row.id).due_at = utc_now()
        letters.send_due()
        assert [row.state for row in _notices()] == ["sent"]


def test_what_a_killed_process_left_is_not_sent_again(app: Flask, mailbox: Mailbox) -> None:
    with app.app_context():
        _told("executive")
        with unit_of_work():
            row = db.session.scalars(select(ReportNotice)).one()
            row.state, row.due_at = "sending", utc_now() - letters.LOST_AFTER - timedelta(minutes=1)
        letters.send_due()
        assert [row.state for row in _notices()] == ["unknown"]
    assert mailbox.mails == []


def test_who_may_no_longer_see_reports_or_opened_it_gets_no_letter(
    app: Flask, mailbox: Mailbox
) -> None:
    with app.app_context():
        _told("executive", "analyst", "officer50")
        with unit_of_work():
            cast.user("executive").disable(utc_now())
            analyst = cast.user("analyst")
            analyst.assignments.clear()
            services.opened(Actor(cast.user("officer50").id), CODE)
        letters.send_due()
        assert {row.state for row in _notices()} == {"cancelled"}
    assert mailbox.mails == []


def test_without_a_mail_server_there_is_no_letter_but_the_start_page_tells(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context():
        _told("officer50")
        assert not letters.send_due()
        assert [row.state for row in _notices()] == ["cancelled"]
    assert "รายงานใหม่: ธ.ค. 68" in client_of("officer50").get("/").text
