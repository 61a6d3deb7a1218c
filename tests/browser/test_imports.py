"""A sheet through a real browser: dropped, planned while the page waits, applied, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from registry.jobs import run_pending
from tests.browser.conftest import SignIn, Watch, faults_of, overflow_of
from tests.importers.golden.make import FOLDER

GOLDEN = FOLDER / "thirty.xlsx"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_from_the_file_to_the_undo(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    signed_in("officer50")
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(GOLDEN)
    expect(page.locator("[data-chosen] li")).to_contain_text("thirty.xlsx")
    assert not faults_of(page)
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    expect(page.get_by_role("button", name="นำเข้า: ใหม่")).to_be_visible()
    assert not faults_of(page)
    assert overflow_of(page) == 0
    page.get_by_role("button", name="นำเข้า: ใหม่").click()
    expect(page.get_by_role("status").first).to_contain_text("ลงทะเบียนสมาชิกใหม่")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="ย้อนกลับการนำเข้า").click()
    expect(page.get_by_role("status").first).to_contain_text("ย้อนกลับการนำเข้าแล้ว")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_file_too_large_is_told_before_it_travels(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as file:
        file.truncate(app.config["MAX_CONTENT_LENGTH"] + 1)
    signed_in("officer50")
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(huge)
    expect(page.locator("[data-chosen] .bad")).to_contain_text("huge.xlsx")
    page.get_by_role("button", name="อ่านไฟล์").click()
    assert page.locator("input[type=file]:invalid").count() == 1
    assert page.url.endswith("/imports/")
