"""Pages of figures at the two ends: on a phone, and on a wall of 4K."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn

TOPS = """(buttons) => buttons.map((one) => one.getBoundingClientRect())
  .filter((at) => at.height).map((at) => at.top)"""
GAPS = """(charts) => charts.map((svg) => {
  const drawn = svg.getBoundingClientRect();
  const room = svg.closest("[role=group]").getBoundingClientRect();
  return Math.max(Math.abs(drawn.width - room.width), Math.abs(drawn.height - room.height));
})"""
"""By how many pixels a chart misses the room it has."""


@pytest.mark.usefixtures("watch")
def test_on_a_phone_the_heading_comes_before_the_buttons(page: Page, signed_in: SignIn) -> None:
    signed_in("central")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/dashboards/network")
    page.wait_for_load_state("networkidle")
    heading = page.locator("h1").evaluate("one => one.getBoundingClientRect().bottom")
    tops = page.locator(
        ".page-head .btn, .figure-tools > button, .figure-tools summary"
    ).evaluate_all(TOPS)
    assert len(tops) == 3
    assert min(tops) >= heading
    page.locator(".figure-tools summary").click()
    box = page.locator(".figure-tools .boxes").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("width", [1920, 3840])
def test_charts_fill_their_room_on_a_wall(page: Page, signed_in: SignIn, width: int) -> None:
    signed_in("central")
    page.set_viewport_size({"width": width, "height": width * 9 // 16})
    page.goto("/dashboards/network?wall=1")
    page.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    gaps = page.locator(".js-plotly-plot .main-svg:first-child").evaluate_all(GAPS)
    assert gaps
    assert max(gaps) < 3
