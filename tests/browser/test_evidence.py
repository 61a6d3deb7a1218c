"""Reviewing by keyboard, and the pages of the library and of evidence on a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.messages import captures, library
from registry.messages.evidence import add_evidence
from registry.messages.ledger_models import Dissemination
from registry.messages.library import AssetWords
from registry.messages.library_models import Licence
from registry.messages.prepared import prepare
from registry.portal.services import issue
from tests import cast, story
from tests.browser.conftest import SignIn
from tests.browser.test_pages import page_faults
from tests.test_evidence import MEMBER, POST, told
from tests.test_likeness import jpeg, scene
from tests.test_messages_media import PDF

pytestmark = [
    pytest.mark.usefixtures("watch"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


def _reports(app: Flask) -> list[int]:
    """Three reports, of which the second shows the picture of the first one."""
    with app.app_context(), unit_of_work():
        rows = [told("malee50", seed=7, link=POST), told("dao50", seed=7), told("somchai50")]
        add_evidence(MEMBER, rows[2], link="https://example.org/1")
        file = captures.prepare_capture(jpeg(scene(3)), "หน้าจอ.jpg")
        captures.keep_capture(story.acting("officer50"), rows[0], file)
        return [row.id for row in rows]


def _files(app: Flask) -> list[int]:
    officer = story.acting
    with app.app_context(), unit_of_work():
        assets = [
            library.add(
                officer("officer50"),
                prepare(jpeg(scene(number)), f"ภาพ {number}.jpg"),
                AssetWords(f"ดอยสุเทพยามเช้า {number}", source="ส.ปชส.เชียงใหม่", licence=licence),
            )
            for number, licence in enumerate((Licence.OWN, Licence.UNSTATED))
        ]
        shared = AssetWords("คู่มือรับมือน้ำท่วม", licence=Licence.PUBLIC, shared=True)
        assets.append(library.add(officer("central"), prepare(PDF, "คู่มือ.pdf"), shared))
        return [asset.id for asset in assets]


def _own_page(app: Flask, report: int) -> str:
    """Where the member adds to the report by the personal link."""
    with app.app_context(), unit_of_work():
        token = issue(Actor.system(), cast.member("malee50"))
    return f"/m/{token}/reports/{report}/evidence"


def test_reports_are_reviewed_by_keyboard(app: Flask, page: Page, signed_in: SignIn) -> None:
    first, second, third = _reports(app)
    signed_in("officer50")
    page.goto("/evidence/")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator(f"#row-{first}").focus()
    page.keyboard.press("j")
    expect(page.locator(f"#row-{second}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("a")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator(f"#row-{second}").focus()
    page.keyboard.press("s")
    page.keyboard.type("ขอภาพที่ชัดกว่านี้ a j")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    with app.app_context():
        states = {row.id: row.state for row in db.session.query(Dissemination)}
    assert states == {first: "accepted", second: "sent_back", third: "reported"}
    page.get_by_role("button", name="ดึงกลับ").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_pages_are_clean_at_every_width(app: Flask, page: Page, signed_in: SignIn) -> None:
    reports, files = _reports(app), _files(app)
    signed_in("officer50")
    paths = ["/evidence/", "/evidence/?evidence=alike", f"/evidence/{reports[0]}"]
    paths += [f"/evidence/{reports[1]}", "/library/", "/library/add", f"/library/{files[0]}"]
    paths += [f"/library/{files[0]}/edit", _own_page(app, reports[0])]
    wrong = [fault for path in paths for fault in page_faults(page, path)]
    assert not wrong, "\n".join(wrong)
