"""The registration form in a real browser: by keyboard, with duplicates while typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn, faults_of

pytestmark = [
    pytest.mark.usefixtures("watch"),
    pytest.mark.parametrize("backend", ["sqlite"], indirect=True),
]


def test_a_member_is_registered_by_keyboard_alone(page: Page, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/members/new")
    expect(page.get_by_label("คำนำหน้า")).to_be_focused()
    type_ = page.keyboard.type
    for text in ("นาง", "อรทัย", "ศรีวิชัย"):
        type_(text)
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    type_("๒๕๓๐")
    page.locator("#consent_registry").focus()
    page.keyboard.press("Space")
    page.locator("#joined_on").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("นางอรทัย ศรีวิชัย")
    expect(page.locator("dl.facts").first).to_contain_text("2530")


def test_duplicates_appear_while_typing(page: Page, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/members/new")
    page.get_by_role("button", name="บันทึก", exact=True).hover()
    page.mouse.down()
    with page.expect_response("**/duplicates"):
        page.get_by_label("ชื่อ", exact=True).fill("สมชาย")
        page.get_by_label("นามสกุล").fill("ใจคำ")
        page.get_by_label("โทรศัพท์", exact=True).fill("081-000-0901")
    page.wait_for_timeout(200)
    candidates = page.locator("[data-duplicates-list] li")
    assert candidates.count() == 0, "nothing moves a button that is being pressed"
    page.mouse.move(1, 1)
    page.mouse.up()
    expect(candidates).to_have_count(2)
    expect(candidates.first).to_contain_text("นายสมชาย ใจคำ")
    expect(candidates.last).to_contain_text("สงขลา")
    expect(candidates.last).not_to_contain_text("อารี")
    assert not faults_of(page)


def test_the_form_follows_what_is_chosen(page: Page, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/members/new")
    page.get_by_label("อำเภอ/เขต").select_option("5001")
    page.get_by_label("ตำบล/แขวง").select_option(label="ช้างม่อย")
    expect(page.get_by_label("รหัสไปรษณีย์")).to_have_value("50300")
    guardian = page.get_by_label("ชื่อผู้ปกครอง")
    expect(guardian).to_be_hidden()
    page.get_by_label("ปีเกิด").fill("๒๕๕๕")
    expect(guardian).to_be_visible()
    page.get_by_label("องค์กร", exact=True).first.check()
    expect(guardian).to_be_hidden()
    expect(page.get_by_label("นามสกุล")).to_be_hidden()
    page.get_by_role("button", name="เพิ่มช่องทาง").click()
    expect(page.locator("[name=channels-1-kind]")).to_be_focused()


def test_a_number_is_shown_in_place(page: Page, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/members/")
    page.get_by_role("link", name="นางมาลี ดวงแก้ว").click()
    row = page.locator("dd", has_text="08x-xxx-0501")
    row.get_by_role("button", name="แสดง").click()
    expect(page.locator("dl.facts").first).to_contain_text("081-000-0501")
    assert not faults_of(page)
