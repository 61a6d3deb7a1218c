"""What waits for whoever signed in: one's own office first, and what can be decided first."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.db import db, unit_of_work
from registry.messages import services
from registry.messages.ledger_models import Dissemination, Question
from registry.messages.models import MESSAGE_STATE_NAMES, KeyMessage, MessageState
from tests import cast, story
from tests.ledger import add_ledger

ClientOf = Callable[[str], FlaskClient]
QUEUES = ("/evidence/", "/questions/", "/news/")


@pytest.fixture
def waiting(app: Flask) -> None:
    """Reports, questions and news of members of three offices."""
    with app.app_context(), unit_of_work():
        add_ledger("2569-10", each=9)


def _shown(client: FlaskClient, address: str) -> int:
    found = re.search(r"<h1>[^<]*<small[^>]*>([\d,]+)", client.get(address).get_data(as_text=True))
    assert found, address
    return int(found[1])


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_begins_with_the_own_offices_members(
    app: Flask, client_of: ClientOf, waiting: None, queue: str
) -> None:
    everything = _shown(client_of("regional3"), f"{queue}?whose=all")
    assert everything > _shown(client_of("regional3"), queue) == 0
    assert f"{queue}?whose=all" in client_of("regional3").get(queue).get_data(as_text=True)
    officer = client_of("officer50")
    assert _shown(officer, queue) == _shown(officer, f"{queue}?whose=all") > 0
    assert 'name="whose"' not in officer.get(queue).get_data(as_text=True)


def test_the_badge_counts_what_the_queue_shows(
    app: Flask, client_of: ClientOf, waiting: None
) -> None:
    client = client_of("officer50")
    menu = re.search(
        r'<a href="/evidence/"[^>]*>[^<]*<span[^>]*>(\d+)', client.get("/").get_data(as_text=True)
    )
    assert menu
    with app.app_context():
        d = Dissemination
        proof = d.link.is_not(None) | d.evidence.is_not(None)
        where = (d.province_code == "50", d.state == "reported", proof)
        counted = db.session.scalar(select(func.count()).where(*where))
    assert int(menu[1]) == _shown(client, "/evidence/") == counted


def test_one_question_is_open_for_its_answer_many_are_folded(
    app: Flask, client_of: ClientOf, waiting: None
) -> None:
    folded = '<details class="step"><summary>'
    assert folded in client_of("officer50").get("/questions/").get_data(as_text=True)
    with app.app_context(), unit_of_work():
        kept = db.session.scalars(select(Question).where(Question.province_code == "50")).first()
        for row in db.session.scalars(select(Question)):
            row.answered_at = None if row is kept else datetime.now(UTC)
    assert folded not in client_of("officer50").get("/questions/").get_data(as_text=True)


def test_the_start_page_shows_what_may_be_passed_on(app: Flask, client_of: ClientOf) -> None:
    now = datetime.now(UTC)
    stories = {
        "ใหม่ของเชียงใหม่": ("network50", MessageState.PUBLISHED, 1),
        "เก่าของเชียงใหม่": ("network50", MessageState.PUBLISHED, 40),
        "ร่างของเชียงใหม่": ("network50", MessageState.DRAFT, None),
        "ใหม่ของสงขลา": ("network90", MessageState.PUBLISHED, 1),
    }
    with app.app_context(), unit_of_work():
        for title, (owner, state, days) in stories.items():
            at = now - timedelta(days=days) if days else None
            office = cast.network(f"P{owner[-2:]}").office_id
            db.session.add(
                KeyMessage(
                    office_id=office,
                    title=title,
                    sentence="สั้น",
                    body="ยาว",
                    state=state.value,
                    created_at=now,
                    published_at=at,
                )
            )
    page = client_of("officer50").get("/").get_data(as_text=True)
    assert [title in page for title in stories] == [True, False, False, False]


def test_the_card_of_messages_leads_to_those_that_wait(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        services.create(story.acting("officer50"), story.TEXT)
    text = client_of("officer50").get("/").get_data(as_text=True)
    assert re.search(r'<a class="figure-card" href="/messages/\?show=waiting"><strong>1<', text)


def test_one_menu_item_says_where_one_is(client_of: ClientOf) -> None:
    officer = client_of("officer50")
    links = re.findall(r'<li><a href="(/[^"]*)"', officer.get("/members/").get_data(as_text=True))
    assert len(links) > 15
    for link in links:
        page = officer.get(link, follow_redirects=True).get_data(as_text=True)
        here = re.findall(r'<li><a href="([^"]*)" aria-current="page"', page)
        assert here in ([link], []) if link.startswith("/dashboards") else here == [link], link


@pytest.mark.parametrize(
    ("step", "state", "invited"),
    [
        (services.correct, MessageState.CORRECTED, True),
        (services.withdraw, MessageState.WITHDRAWN, False),
    ],
)
def test_published_lately_tells_what_became_of_it(
    app: Flask, client_of: ClientOf, step: Callable[..., None], state: MessageState, invited: bool
) -> None:
    with app.app_context(), unit_of_work():
        now = datetime.now(UTC)
        message = story.published(at=now)
        message.valid_until = (now + timedelta(days=9)).date()
        step(story.acting("officer50"), message, "ข้อความเดิมบอกวันผิด")
        number = message.id
    page = client_of("officer50").get("/").text.split('id="latest"')[1]
    with app.test_request_context():
        assert str(MESSAGE_STATE_NAMES[state]) in page
    assert ("เผยแพร่ต่อได้ถึง" in page) == invited
    assert (story.TEXT.sentence in page) == invited
    record = f"/dissemination/new?message={number}"
    assert (record in client_of("officer50").get(f"/messages/{number}").text) == invited
