"""The main job as people do it: register a member, publish a message, pass it on, see it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import func, select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.models import Member
from registry.messages.ledger_models import Dissemination
from registry.portal.services import issue
from reports.closing import close
from tests import cast
from tests.browser.conftest import SignIn, faults_of, overflow_of

PHONE = ViewportSize(width=390, height=844)
MEMBER = {"first_name": "บุญมี", "last_name": "มีสุข", "phone": "081 555 0123"}


def _fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


@pytest.mark.usefixtures("watch")
def test_a_member_is_registered_on_a_phone(page: Page, app: Flask, signed_in: SignIn) -> None:
    page.set_viewport_size(PHONE)
    signed_in("officer50")
    page.goto("/members/new")
    _fill(page, MEMBER | {"joined_on": "15/1/2569"})
    page.locator("[name=network_type]").select_option("village_volunteer")
    page.locator("[name=consent_registry]").check()
    assert overflow_of(page) == 0
    page.get_by_role("button", name="บันทึก", exact=True).dblclick()
    expect(page.locator("h1")).to_contain_text("บุญมี มีสุข")
    with app.app_context():
        query = select(func.count()).select_from(Member).where(Member.first_name == "บุญมี")
        assert db.session.scalar(query) == 1


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_nothing_typed_is_lost_when_something_is_wrong(page: Page, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/members/new")
    _fill(page, MEMBER | {"phone": "12", "notes": "พบที่ตลาด"})
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.locator("[name=phone]")).to_have_class(re.compile("is-invalid"))
    expect(page.locator("[name=phone]")).to_have_value("12")
    expect(page.locator("[name=first_name]")).to_have_value("บุญมี")
    expect(page.locator("[name=notes]")).to_have_value("พบที่ตลาด")
    assert not faults_of(page)


@pytest.mark.usefixtures("watch")
def test_a_message_goes_all_its_way(page: Page, app: Flask, signed_in: SignIn) -> None:
    signed_in("officer50")
    message = _written(page)
    signed_in("head50")
    page.goto(message)
    _press(page, "approve")
    signed_in("officer50")
    page.goto(message)
    _press(page, "proofread")
    _press(page, "publish")
    expect(page.locator("h1 .state")).to_contain_text("เผยแพร่แล้ว")
    _passed_on(page, app)
    signed_in("officer50")
    page.goto("/evidence/")
    expect(page.locator("main")).to_contain_text("มาลี")


def _press(page: Page, step: str) -> None:
    with page.expect_navigation():
        page.locator(f"form[action$='/{step}'] button").click()


def _written(page: Page) -> str:
    """A draft, submitted with its checklist; returns its address."""
    page.goto("/messages/new")
    _fill(
        page,
        {
            "title": "ระวังน้ำท่วมฉับพลัน",
            "sentence": "ยกของขึ้นที่สูง ไม่ขับรถฝ่าน้ำ",
            "body": "ฝนตกหนักสามวัน โปรดติดตามข่าวจากทางราชการ",
        },
    )
    if not page.locator("[name=author_line]").input_value():
        _fill(page, {"author_line": "นักประชาสัมพันธ์ ส.ปชส.เชียงใหม่"})
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_contain_text("ระวังน้ำท่วม")
    address = page.url
    for box in page.locator("form[action$='/submit'] input[type=checkbox]").all():
        box.check()
    _press(page, "submit")
    return address


def _passed_on(page: Page, app: Flask) -> None:
    """A villager opens the personal link on a phone and reports."""
    with app.app_context(), unit_of_work():
        token = issue(Actor.system(), cast.member("malee50"))[1]
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    page.goto(f"/m/{token}/")
    assert not faults_of(page)
    page.locator(".message-card").first.click()
    _press(page, "received")
    page.locator("details.tap summary").first.click()
    page.locator("form[action$='/passed-on'] [name=audience]").fill("80")
    page.locator("form[action$='/passed-on'] [name=link]").fill("https://example.org/post/1")
    assert overflow_of(page) == 0
    assert not faults_of(page)
    _press(page, "passed-on")
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.audience_potential) == (80, 100)


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("name", ["executive", "officer50"])
def test_the_overview_draws_itself(page: Page, signed_in: SignIn, name: str) -> None:
    signed_in(name)
    page.goto("/dashboards/")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_closed_period_is_shown_and_taken_along(
    page: Page, app: Flask, signed_in: SignIn
) -> None:
    with app.app_context():
        close(Actor.system("cli"), "2569-Q1")
    signed_in("executive")
    page.goto("/dashboards/reports?period=2569-Q1")
    expect(page.locator(".state.good")).to_contain_text("ปิดงวดแล้ว")
    with page.expect_download() as taken:
        page.get_by_role("button", name=re.compile("Excel")).click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    page.goto("/reports/2569-Q1")
    expect(page.locator("h1 .state")).to_contain_text("ปิดงวดแล้ว")
    assert not faults_of(page)
