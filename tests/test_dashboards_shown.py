"""How pages of figures are shown: what is not closed, who stands beside whom, what can be read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from dash import html
from flask import Flask
from flask.testing import FlaskClient

from dashboards.charts.bars import Bar, has_room
from dashboards.charts.palette import MAIN, REACH, STEPS, ZONES, written_on
from dashboards.exhibits import Exhibit, drawn
from registry.db import unit_of_work
from registry.periods.calendar import Period
from tests.closed import seal
from tests.dash_pages import OVERVIEW, ask, parts

Client = Callable[[str], FlaskClient]


def notes(client: FlaskClient, path: str = OVERVIEW) -> dict[str, str]:
    """The note under the title of each panel of October."""
    found = {}
    for part in parts(ask(client, path).get_json()):
        if part["type"] == "Section":
            inside = list(parts(part["props"]["children"]))
            title = next(each for each in inside if each["type"] == "H2")["props"]["children"]
            said = [each["props"] for each in inside if each["props"].get("className") == "note"]
            found[title] = said[0]["children"] if said else ""
    return found


def close(app: Flask, code: str) -> None:
    with app.app_context(), unit_of_work():
        seal(code)


def test_maps_and_months_say_what_is_not_closed(
    app: Flask, client_of: Client, filled: None
) -> None:
    central = client_of("central")
    before = notes(central)
    assert "ยังไม่ปิดงวด" in before["อัตราการเผยแพร่ต่อ แยกตามจังหวัด"]
    assert "ยังไม่ปิดงวด: ตั้งแต่ " in before["สมาชิกปัจจุบันรายเดือน"]
    close(app, "2568-10")
    after = notes(central)
    assert "ยังไม่ปิดงวด" not in after["อัตราการเผยแพร่ต่อ แยกตามจังหวัด"]
    assert "ยังไม่ปิดงวด" in after["สมาชิกปัจจุบันรายเดือน"]
    for month in range(Period.parse("2567-10").first_month, Period.parse("2568-10").first_month):
        close(app, Period(month).code)
    assert "ยังไม่ปิดงวด" not in notes(central)["สมาชิกปัจจุบันรายเดือน"]


def test_what_needs_attention_opens_what_it_counts(client_of: Client, filled: None) -> None:
    answer = ask(client_of("central"))
    links = [
        part["props"]["href"]
        for part in parts(answer.get_json())
        if part["type"] == "A" and "districts_covered_rate" in str(part["props"].get("href"))
    ]
    asked = [parse_qs(urlsplit(link).query) for link in links]
    assert {"rest"} in [set(each.get("part", ())) for each in asked]


@pytest.mark.parametrize(
    ("kinds", "wide"),
    [
        (["", ""], []),
        (["", "", ""], [2]),
        (["", "tall", "", "", ""], []),
        (["", "tall", "", ""], [3]),
        (["", "wide", "", ""], [0]),
        (["", "long"], [0]),
    ],
)
def test_no_panel_stands_beside_nothing(kinds: list[str], wide: list[int]) -> None:
    blocks = tuple(
        Exhibit(f"one-{place}", "Title", kind=kind, empty="–") for place, kind in enumerate(kinds)
    )
    [grid] = drawn([blocks])
    assert isinstance(grid, html.Div)
    made = [panel.className.removeprefix("panel").strip() for panel in grid.children]
    assert made == ["wide" if place in wide else kind for place, kind in enumerate(kinds)]


def test_a_text_stands_in_its_bar_only_where_it_fits() -> None:
    assert has_room(Bar("a", 90, "1,234 (90%)"), 100)
    assert not has_room(Bar("a", 20, "1,234 (20%)"), 100)
    assert not has_room(Bar("a", None, "–"), 0)


@pytest.mark.parametrize("colour", [MAIN, *STEPS.values(), *REACH.values(), *ZONES.values()])
def test_letters_on_a_bar_can_be_read(colour: str) -> None:
    """At least 4.5 to 1, as WCAG asks of text."""
    assert _contrast(colour, written_on(colour)) > 4.5


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one) + 0.05, light(other) + 0.05))
    return high / low
