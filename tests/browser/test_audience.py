"""The builder of an audience counts while one chooses, by hand and on a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from registry.db import db, unit_of_work
from registry.messages.release_models import Release
from tests import cast, releasing, story
from tests.browser.conftest import SignIn
from tests.browser.test_pages import page_faults

pytestmark = [
    pytest.mark.usefixtures("watch"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


def test_it_counts_while_one_chooses_and_sends_the_number(
    app: Flask, page: Page, signed_in: SignIn
) -> None:
    with app.app_context(), unit_of_work():
        number, channel = story.approved().id, cast.channel("P50").id
    signed_in("officer50")
    page.goto(f"/messages/{number}/audience/")
    page.locator(f"#channels-{channel}").check()
    button = page.locator("#audience-count button.btn-primary").first
    expect(button).to_have_text("เผยแพร่ถึง 3 คน ผ่าน 1 ช่องทาง")
    page.get_by_text("ประเภทเครือข่าย", exact=True).click()
    page.locator("[name=network_types][value=loudspeaker]").check()
    expect(button).to_have_text("เผยแพร่ถึง 1 คน ผ่าน 1 ช่องทาง")
    assert "network_types=loudspeaker" in page.url
    page.reload()
    expect(button).to_have_text("เผยแพร่ถึง 1 คน ผ่าน 1 ช่องทาง")
    button.click()
    expect(page.locator("h1")).to_contain_text("การส่ง")
    with app.app_context():
        release = db.session.query(Release).one()
        assert (release.counted["people"], release.audience) == (
            1,
            {"network_types": ["loudspeaker"]},
        )


def test_the_pages_are_for_everybody(app: Flask, page: Page, signed_in: SignIn) -> None:
    with app.app_context(), unit_of_work():
        number, channel = story.approved().id, cast.channel("P50").id
        release = releasing.planned(story.approved(), [cast.channel("P50")]).id
        published = story.published().id
        releasing.link("somchai50")
    signed_in("officer50")
    paths = [
        f"/messages/{number}/audience/?channels={channel}&zones=3&hour=22:00",
        f"/messages/{number}/audience/unreached/no_channel",
        f"/messages/{published}/silent",
        f"/messages/{published}",
        "/releases/",
        f"/releases/{release}",
    ]
    wrong = [fault for path in paths for fault in page_faults(page, path)]
    assert not wrong, "\n".join(wrong)
