"""A sheet through a real browser: dropped, planned while the page waits, applied, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from benchmarks.browsing import cookie
from registry.jobs import run_pending
from tests import cast
from tests.browser.conftest import SignIn, Watch, faults_of, overflow_of
from tests.importers.golden.make import FOLDER
from tests.importers.test_pages import sheet

GOLDEN = FOLDER / "thirty.xlsx"
WIDTHS = (1280, 390)


def _faults(page: Page) -> list[str]:
    """What is wrong with a page on a wide screen and on a phone, on which it then goes on."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += faults_of(page)
        if pixels := overflow_of(page):
            found.append(f"{pixels} pixels too wide at {width}")
    return found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_from_the_file_to_the_undo(app: Flask, page: Page, watch: Watch, signed_in: SignIn) -> None:
    signed_in("officer50")
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(GOLDEN)
    expect(page.locator("[data-chosen] li")).to_contain_text("thirty.xlsx")
    assert not faults_of(page)
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    page.wait_for_url("**/columns")
    assert not _faults(page)
    page.get_by_role("link", name="ดูแผนการนำเข้าก่อน").click()
    expect(page.get_by_role("button", name="นำเข้า: ใหม่")).to_be_visible()
    assert not _faults(page)
    page.get_by_role("button", name="นำเข้า: ใหม่").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    expect(page.locator("h1 .state")).to_have_text("นำเข้าแล้ว")
    page.get_by_role("link", name="ย้อนกลับการนำเข้า").click()
    expect(page.locator("main")).to_contain_text("จะถูกนำออกจากทะเบียน")
    assert not _faults(page)
    page.get_by_role("button", name="ย้อนกลับการนำเข้า").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    expect(page.locator("main")).to_contain_text("ย้อนกลับการนำเข้าแล้ว")
    assert not faults_of(page)


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


def table(path: Path, *rows: Sequence[object]) -> Path:
    """A sheet on disk, its header the first row."""
    below = [list(row) for row in rows[1:]]
    path.write_bytes(sheet(*below, head=[str(text) for text in rows[0]]))
    return path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_columns_are_asked_and_a_cell_is_corrected(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn, tmp_path: Path
) -> None:
    head = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด", "วันที่สมัคร", "ทำอะไรอยู่"]
    first = ["นายกขค งจ", 810008801, "เชียงใหม่", "31/4/2569", "ครู"]
    second = ["นายคงที่ มั่นคง", "0810008802", "เชียงใหม่", "31/6/2569", "ช่าง"]
    signed_in("officer50")
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(
        table(tmp_path / "a.xlsx", head, first, second)
    )
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    page.wait_for_url("**/columns")
    assert page.locator(".sample", has_text="ครู").count() == 1
    assert not _faults(page)
    page.get_by_label("คอลัมน์ E").select_option("occupation")
    page.get_by_role("button", name="ใช้คอลัมน์ตามนี้").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    field = page.locator("#cell-D3")
    expect(field).to_have_value("31/6/2569")
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert not _faults(page)
    field.fill("30/6/2569")
    field.press("Enter")
    expect(page.locator("[data-progress]")).to_be_visible()
    with app.app_context():
        run_pending()
    expect(page.locator("#row-3 .state")).to_have_text("ใหม่")
    expect(page.locator("#row-2 .state")).to_have_text("นำเข้าไม่ได้")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_several_files_each_with_its_own_line(
    app: Flask, page: Page, watch: Watch, signed_in: SignIn, tmp_path: Path
) -> None:
    head = ["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"]
    files = [
        table(tmp_path / f"{name}.xlsx", head, [f"นาย{name} ใจดี", f"08100099{n:02}", "เชียงใหม่"])
        for n, name in enumerate(["หนึ่ง", "สอง"])
    ]
    again = tmp_path / "ซ้ำ.xlsx"
    signed_in("officer50")
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(files[0])
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator("[data-progress]")).to_be_visible()
    again.write_bytes(files[0].read_bytes())
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files([files[1], again])
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator("[data-chosen] .bad")).to_contain_text("เคยส่งเข้ามาแล้ว")
    expect(page.locator("#imports progress")).to_have_count(2)
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 1
    assert not _faults(page)
    with app.app_context():
        run_pending()
    expect(page.locator("#imports progress")).to_have_count(0)
    expect(page.locator("#imports .state.warn")).to_have_count(2)
    assert page.locator("[data-chosen] .bad").count() == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_several_files_without_a_script(
    app: Flask, browser: Browser, watch: Watch, site: str, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.add_cookies([cookie(app, cast.email("officer50"), site)])  # type: ignore[list-item]
    page = context.new_page()
    good = table(tmp_path / "ดี.xlsx", ["ชื่อ-สกุล", "จังหวัด"], ["นายก ข", "เชียงใหม่"])
    twin = tmp_path / "สำเนา.xlsx"
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files([good])
    page.get_by_role("button", name="อ่านไฟล์").click()
    twin.write_bytes(good.read_bytes())
    other = table(tmp_path / "อื่น.xlsx", ["ชื่อ-สกุล", "จังหวัด"], ["นายค ง", "เชียงใหม่"])
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files([other, twin])
    page.get_by_role("button", name="อ่านไฟล์").click()
    expect(page.locator(".uploaded li")).to_have_count(2)
    expect(page.locator(".uploaded li.bad")).to_contain_text("สำเนา.xlsx")
    expect(page.locator("#imports progress")).to_have_count(2)
    context.close()
