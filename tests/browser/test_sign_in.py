"""Signing in and out as a person does it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.conftest import Watch


def _fill(page: Page, name: str, password: str = cast.PASSWORD) -> None:
    page.goto("/login")
    page.locator("input[name=email]").fill(cast.email(name))
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")


@pytest.mark.usefixtures("watch")
def test_an_officer_signs_in_and_out(page: Page) -> None:
    _fill(page, "officer50")
    expect(page.locator("#menu")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "th")
    page.get_by_role("button", name="ออกจากระบบ").click()
    page.goto("/")
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.usefixtures("watch")
def test_an_administrator_shows_a_second_factor(page: Page, app: Flask) -> None:
    _fill(page, "admin")
    expect(page).to_have_url(re.compile("/login/code|/login"))
    with app.app_context():
        code = cast.code_of("admin")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=code]").press("Enter")
    expect(page.locator("#menu")).to_be_visible()


def test_a_wrong_password_is_refused_kindly(page: Page, watch: Watch) -> None:
    _fill(page, "officer50", "not the password at all")
    expect(page.locator("input[name=email]")).to_have_value(cast.email("officer50"))
    expect(page.locator("#main")).to_contain_text("รหัสผ่าน")
    expect(page.locator("#menu")).to_have_count(0)


@pytest.mark.usefixtures("watch")
def test_the_language_is_switched_and_kept(page: Page) -> None:
    page.goto("/login")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    _fill(page, "officer50")
    expect(page.locator("html")).to_have_attribute("lang", "en")
