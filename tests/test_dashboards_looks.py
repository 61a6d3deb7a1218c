"""Names that fit, tables on a phone, and where an empty registry begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from dashboards import filters, parts
from dashboards.charts.heatmap import Field, Tile, heatmap
from registry.db import unit_of_work
from registry.facts.asked_period import first_fact
from registry.members.models import MemberSpan
from registry.periods.calendar import Period, PeriodKind
from tests.dash_pages import OVERVIEW, ask, text_of

Client = Callable[[str], FlaskClient]
TODAY = date(2026, 1, 20)
BEGIN = "ยังไม่มีสมาชิกในทะเบียน"


def _layout(columns: Sequence[str], rows: Sequence[str]) -> Any:
    tiles = [[Tile(0, "") for _column in columns] for _row in rows]
    drawn: Any = heatmap("by-zone", Field(columns, rows, tiles, top=True), "title")
    return drawn.children.figure["layout"]


def test_a_long_name_takes_two_lines_before_it_is_cut_short() -> None:
    layout = _layout(["Rate"], ["Headquarters (Bangkok)", "ส่วนกลาง (กรุงเทพมหานคร)", "น้ำ" * 60])
    first, second, third = (
        text.replace("\N{NO-BREAK SPACE}", "") for text in layout["yaxis"]["ticktext"]
    )
    assert first in {"Headquarters (Bangkok)", "Headquarters<br>(Bangkok)"}
    assert second == "ส่วนกลาง<br>(กรุงเทพมหานคร)"
    assert third.endswith("…")


def test_many_columns_with_long_words_stand_upright() -> None:
    few, many = ["Rate received"] * 4, ["Answered rate"] * 6
    assert _layout(few, ["Zone 1"])["xaxis"]["ticktext"] == ["Rate<br>received"] * 4
    upright = _layout(many, ["Zone 1"])
    assert upright["xaxis"]["tickangle"] == -90
    assert upright["xaxis"]["ticktext"] == many
    assert upright["margin"]["t"] > 70


def test_cells_of_a_card_tell_their_columns() -> None:
    cell = str(parts.table(["Message", "Recipients"], [["One", "1"]], kind="stacked"))
    assert "data-label='Recipients'" in cell
    assert "data-label" not in str(parts.table(["Message", "Recipients"], [["One", "1"]]))


def test_an_empty_registry_says_where_to_begin(app: Flask, client_of: Client) -> None:
    assert BEGIN not in text_of(ask(client_of("central"), OVERVIEW))
    with app.app_context(), unit_of_work() as session:
        session.execute(delete(MemberSpan))
    page = text_of(ask(client_of("central"), OVERVIEW))
    assert BEGIN in page
    assert "/imports/" in page
    told = text_of(ask(client_of("executive"), "/dashboards/network"))
    assert BEGIN in told
    assert "/imports/" not in told


def test_a_young_registry_shows_the_quarter_under_way(app: Flask) -> None:
    with app.app_context():
        first = first_fact(TODAY)
        now = Period.containing(first, PeriodKind.QUARTER)
        assert filters.default_period(first) == now
        assert filters.default_period(now.end + timedelta(days=1)) == now
