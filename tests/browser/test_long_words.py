"""One long word without a space, as addresses are, breaks no page on a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.messages import exchange, ledger
from registry.portal.services import issue
from tests import cast, story
from tests.browser.conftest import SignIn, Watch, overflow_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
LONG = "https://example.org/" + "a" * 130
PORTAL = ("", "messages/{message}", "news", "record", "results")
OFFICE = ("/questions/", "/news/", "/members/{member}", "/channels/", "/messages/{message}")


def _fill(app: Flask) -> dict[str, object]:
    """A channel, a question and news of the member that hold such a word, and the link."""
    with app.app_context(), unit_of_work():
        message, member = story.published(), cast.member("malee50")
        token = issue(Actor.system(), member)
        channel = db.session.get_one(Channel, cast.channel("malee50").id)
        ledger.record_dissemination(
            story.acting("officer50"), story.ALL, story.entry(message, "malee50")
        )
        channel.name = LONG
        actor = Actor(None, "link")
        exchange.ask(actor, member, LONG, message=message, form_token="1" * 32)
        exchange.send_news(actor, member, LONG * 20, form_token="2" * 32)
        return {"token": token, "message": message.id, "member": member.id}


def _too_wide(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
        if pixels := overflow_of(page):
            found.append(f"{path}: {pixels} pixels too wide")
    return found


def test_no_page_is_wider_than_the_phone(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn
) -> None:
    known = _fill(app)
    page.set_viewport_size({"width": 360, "height": 780})
    own = [f"/m/{known['token']}/{path.format(**known)}" for path in PORTAL]
    page.goto(own[3])
    page.locator("main form button").click()
    assert not _too_wide(page, own)
    signed_in("officer50")
    assert not _too_wide(page, [path.format(**known) for path in OFFICE])
