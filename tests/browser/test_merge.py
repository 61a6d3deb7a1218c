"""Merging two records of one person in a browser, by keyboard, and on a phone."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from registry.db import unit_of_work
from tests import cast
from tests.browser.conftest import SignIn, faults_of, overflow_of
from tests.merging import REASON, TWIN, busy_twin
from tests.test_members_merge_pages import path


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_two_records_become_one_and_two_again(app: Flask, page: Page, signed_in: SignIn) -> None:
    with app.app_context():
        with unit_of_work():
            busy_twin()
        malee, other = cast.member("malee50").id, cast.member(TWIN).id
    signed_in("officer50")
    page.goto(f"/members/{malee}")
    page.get_by_role("link", name="รวมกับระเบียนอื่น").click()
    page.locator(f"a[href='{path(malee, other)}']").click()
    assert faults_of(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow_of(page) == 0
    expect(page.locator("#take-email-there")).to_be_checked()
    page.locator("#take-name-here").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#take-name-there")).to_be_checked()
    page.get_by_label("ทราบได้อย่างไร").fill(REASON)
    page.keyboard.press("Enter")
    expect(page.locator("#merges")).to_contain_text(REASON)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert faults_of(page) == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="ยกเลิกการรวม").click()
    expect(page.locator("#merges")).to_contain_text("ยกเลิกเมื่อ")
