"""Every page that a role's menu leads to: clean, readable, usable by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn, faults_of, overflow_of

WIDTHS = (1280, 390, 320)


def _menu(page: Page) -> list[str]:
    links = page.locator("#menu a").evaluate_all("links => links.map(link => link.pathname)")
    return ["/", "/account/", *links]


CASES = [("sqlite", "executive"), ("postgresql", "central")]
"""Two menus in a browser; the other roles' pages are the same ones (test_every_page)."""


@pytest.mark.by_turns
@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize(("backend", "name"), CASES, indirect=["backend"])
def test_every_page_of_the_menu(page: Page, signed_in: SignIn, name: str) -> None:
    signed_in(name)
    page.goto("/")
    wrong = [fault for path in dict.fromkeys(_menu(page)) for fault in page_faults(page, path)]
    assert not wrong, "\n".join(wrong)


def page_faults(page: Page, path: str) -> list[str]:
    """What is wrong with a page at any width."""
    found = []
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(path)
    if "/dashboards" in page.url:
        page.wait_for_load_state("networkidle")
    if answer is None or answer.status != 200:
        found.append(f"answered {answer and answer.status}")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first order")
    found += faults_of(page)
    for width in WIDTHS:
        if width != WIDTHS[0]:
            page.set_viewport_size({"width": width, "height": 900})
        if (pixels := overflow_of(page)) > 0:
            found.append(f"{pixels} pixels too wide at {width}")
    return [f"{path}: {fault}" for fault in found]
