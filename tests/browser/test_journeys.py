"""The main job as people do it: register a member, publish a message, pass it on, see it."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import func, select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.models import Member
from registry.messages.due import run_due
from registry.messages.ledger_models import Dissemination
from registry.outbox.models import Delivery
from registry.portal.services import issue
from reports.closing import close
from tests import cast, story
from tests.browser.conftest import SignIn, faults_of, overflow_of
from tests.browser.test_pages import page_faults
from tests.test_cli import Sang
from tests.test_cli import sang as sang

REACH = ("reach_potential", "reach_reported", "reach_evidenced")
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
def test_a_message_goes_all_its_way(page: Page, app: Flask, signed_in: SignIn, sang: Sang) -> None:
    signed_in("officer50")
    message = _written(page)
    signed_in("head50")
    page.goto(message)
    _press(page, "approve")
    signed_in("officer50")
    page.goto(message)
    _press(page, "proofread")
    _published(page, app, message)
    expect(page.locator("h1 .state")).to_contain_text("เผยแพร่แล้ว")
    _passed_on(page, app)
    signed_in("officer50")
    page.goto("/evidence/?evidence=all")
    expect(page.locator("main")).to_contain_text("มาลี")
    page.locator("[name=ids]").first.check()
    with page.expect_navigation():
        page.locator("[name=decision][value=accept]").click()
    number = int(message.rstrip("/").rpartition("/")[2])
    wanted = {"recipients": 3, "received": 1, "passed_on": 1, "disseminations": 1}
    wanted |= {"reach_potential": 100, "reach_reported": 80, "reach_evidenced": 80}
    assert _on_the_page(page, message) == wanted
    assert _on_the_dashboards(page, number) == wanted
    assert {name: _measured(sang, name, number) for name in wanted} == wanted
    pages = (f"/messages/{number}/travel", f"/dashboards/message?message={number}")
    wrong = [fault for path in pages for fault in page_faults(page, path)]
    assert not wrong, "\n".join(wrong)


CARDS = (
    *("recipients", "received", "passed_on", ""),
    *("reach_potential", "reach_reported", "reach_evidenced", "disseminations"),
)
"""What the cards of a message's page show, in their order."""


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _on_the_page(page: Page, message: str) -> dict[str, int]:
    page.goto(message)
    cards = page.locator("section[aria-labelledby=figures] .figure-card strong").all_text_contents()
    return {name: _number(text) for name, text in zip(CARDS, cards, strict=True) if name}


def _on_the_dashboards(page: Page, number: int) -> dict[str, int]:
    """The tables of equal values; the course adds up to the disseminations."""
    page.goto(f"/dashboards/message?message={number}")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    found = {}
    for name in ("recipients", "received", "passed_on", *REACH):
        cell = page.locator(f"td a[href*='measure={name}&'], td a[href$='measure={name}']").first
        found[name] = _number(cell.text_content() or "")
    course = page.locator("section:has(h2:text-is('ตามเวลา')) tbody tr td:last-child")
    found["disseminations"] = sum(_number(text) for text in course.all_text_contents())
    return found


def _measured(sang: Sang, name: str, number: int) -> int:
    outcome = sang("measure", name, "--where", f"message={number}", "--json")
    return int(json.loads(outcome.out)["figures"][0]["value"])


def _press(page: Page, step: str) -> None:
    with page.expect_navigation():
        page.locator(f"form[action$='/{step}'] button:not([formaction])").click()


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


def _published(page: Page, app: Flask, message: str) -> None:
    """Planned in the builder, begun by the outbox, carried to the group by hand."""
    page.goto(message)
    with page.expect_navigation():
        page.locator("main a[href$='/audience/']").first.click()
    with app.app_context():
        group = cast.channel("P50").id
    page.goto(f"{page.url}?channels={group}")
    with page.expect_navigation():
        page.locator("#audience-count form[action$='/audience/'] button").click()
    with app.app_context():
        run_due()
        task = db.session.scalars(select(Delivery.id)).one()
    page.goto(f"/outbox/tasks/{task}")
    for box in page.locator("[name=points]").all():
        box.check()
    with page.expect_navigation():
        page.locator("form[action$='/done'] button").click()
    page.goto(message)


def _passed_on(page: Page, app: Flask) -> None:
    """A villager opens the personal link on a phone and reports."""
    with app.app_context(), unit_of_work():
        token = issue(Actor.system(), cast.member("malee50"))
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    page.goto(f"/m/{token}/")
    assert not faults_of(page)
    page.locator(".message-card").first.click()
    _press(page, "received")
    page.locator("details.tap summary").first.click()
    page.locator("form[action$='/passed-on'] [name=audience]").fill("80")
    picture = {"name": "ไลน์กลุ่ม.png", "mimeType": "image/png", "buffer": story.png(60, 40)}
    page.locator("form[action$='/passed-on'] [name=picture]").set_input_files(picture)  # type: ignore[arg-type]
    assert overflow_of(page) == 0
    assert not faults_of(page)
    _press(page, "passed-on")
    with app.app_context():
        row = db.session.scalars(select(Dissemination)).one()
        assert (row.audience_reported, row.audience_potential) == (80, 100)


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize(
    ("backend", "name"),
    [("sqlite", "executive"), ("postgresql", "officer50")],
    indirect=["backend"],
)
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
