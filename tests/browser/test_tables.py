"""The form of a table of figures says at once what does not fit, and stays on a phone's screen."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_pages import page_faults

PLACE = "/reports/exports/build"


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_measures_are_found_and_what_does_not_fit_is_said(
    app: Flask, page: Page, signed_in: SignIn
) -> None:
    signed_in("analyst")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(PLACE)
    channel_kind = page.locator("#by-channel_kind")
    expect(channel_kind).to_be_enabled()
    page.locator("#measures-networks_active").check()
    expect(channel_kind).to_be_disabled()
    expect(page.locator("[for=by-channel_kind]")).to_contain_text("บางตัวชี้วัดไม่มี")
    page.locator("#find").fill("ผู้ติดตามที่ไม่มี")
    expect(page.locator("#measures-networks_active")).to_be_hidden()
    page.locator("#find").fill("เครือข่ายปัจจุบัน")
    expect(page.locator("#measures-networks_active")).to_be_visible()
    page.locator("#last").select_option("")
    expect(page.locator("#from")).to_be_visible()
    page.locator("#last").select_option("4")
    expect(page.locator("#from")).to_be_hidden()
    page.locator("#by-zone").check()
    page.get_by_role("button", name="ดูตาราง").click()
    expect(page.locator("#result h2")).to_contain_text("แถว")
    address = page.url.removeprefix(page.url.split("/reports")[0])
    assert page_faults(page, address) == []
