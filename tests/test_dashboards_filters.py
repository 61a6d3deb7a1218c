"""Filters: periods of any length, limits of several values, saved views, and few persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboards import filters, navigation
from registry.access.scope import Scope
from registry.db import db
from registry.errors import Refused
from registry.facts.asked import asked
from registry.facts.saved_view_models import SavedView
from registry.facts.saved_view_services import MOST
from registry.periods.calendar import Period, span
from registry.periods.relative import Relative
from tests.dash_pages import CALLBACK, OVERVIEW, ask, body, text_of

TODAY = date(2026, 1, 20)  # 2569-01: the middle of a quarter and of a fiscal year's half
VIEWS = "/figures/views/"
Client = Callable[[str], FlaskClient]
months = st.integers(min_value=2400 * 12, max_value=2690 * 12).map(lambda month: month - 543 * 12)


@given(months, st.integers(min_value=1, max_value=120))
def test_a_span_is_a_run_of_months(first: int, length: int) -> None:
    one = span(first, first + length - 1)
    before, year_ago = one.previous(), one.same_last_year()
    assert one.months == tuple(range(first, first + length))
    assert (before.length, before.last_month) == (length, first - 1)
    assert (year_ago.length, year_ago.first_month) == (length, first - 12)
    assert one.has_ended(one.end) is False
    assert one.has_ended(span(one.last_month + 1, one.last_month + 1).start) is True
    if isinstance(one, Period):
        assert Period.parse(one.code) == one
    else:
        assert one.code.split("--") == [Period(one.months[0]).code, Period(one.months[-1]).code]


@given(st.dates(min_value=date(2010, 1, 1), max_value=date(2040, 12, 31)))
def test_relative_periods_end_where_they_say(day: date) -> None:
    this, last = Relative.THIS_MONTH.on(day), Relative.LAST_MONTH.on(day)
    assert this.start <= day <= this.end
    assert last.last_month + 1 == this.first_month
    assert Relative.LAST_12_MONTHS.on(day).months == tuple(
        range(this.first_month - 12, this.first_month)
    )
    for word in (Relative.QUARTER_TO_DATE, Relative.YEAR_TO_DATE):
        assert word.on(day).last_month == this.last_month
    assert Relative.LAST_QUARTER.on(day).has_ended(day)


@pytest.mark.parametrize(
    ("args", "written"),
    [
        ({"period": "2569-q1"}, {"period": "2569-Q1"}),
        ({"period": "last-12-months"}, {"period": "last-12-months"}),
        ({"from": "2568-10", "to": "2568-12"}, {"from": "2568-10", "to": "2568-12"}),
        ({"from": "2568-11", "to": "2568-12"}, {"from": "2568-11", "to": "2568-12"}),
    ],
)
def test_a_link_keeps_what_was_asked(
    app: Flask, args: dict[str, str], written: dict[str, str]
) -> None:
    args |= {"province": "51,50,50", "zone": "3"}
    with app.test_request_context():
        question = asked(Scope.all(), args, TODAY)
        query = navigation.query_of(question)
        assert query == written | {"province": "50,51", "zone": "3"}
        assert asked(Scope.all(), query, TODAY) == question
        assert navigation.query_of(question, period="2568-10")["period"] == "2568-10"
        assert "from" not in navigation.query_of(question, period="2568-10")
        assert "from" not in filters.with_default({"period": "x"}, TODAY)


WRONG = [
    {"from": "2568-12", "to": "2568-10"},
    {"from": "2568-10", "to": "2569-06"},
    {"from": "2558-10", "to": "2568-10"},
    {"from": "2500-01", "to": "2501-01"},
    {"from": "2568-10"},
    {"to": "2568-10"},
    {"from": "2569-Q1", "to": "2568-12"},
    {"from": "2568-10", "to": "2568-12", "period": "2569-Q1"},
    {"period": "next-month"},
    {"period": "2569-Q1", "province": "50,99"},
    {"period": "2569-Q1", "weekday": "7"},
    {"period": "2569-Q1", "hour": "8,24"},
    {"period": "2569-Q1", "message": "1,2"},
    {"period": "2569-Q1", "zone": ","},
]


def test_an_impossible_question_gets_one_sentence(app: Flask) -> None:
    with app.test_request_context():
        for args in WRONG:
            with pytest.raises(Refused) as refused:
                asked(Scope.all(), args, TODAY)
            assert len(str(refused.value).splitlines()) == 1, args


def test_pages_answer_any_filters(client_of: Client, filled: None) -> None:
    central = client_of("central")
    for search in (
        "?period=this-year-to-date&zone=3,6&province=50",
        "?from=2568-08&to=2569-01&channel_kind=facebook,line_group&as_of=now",
        "?period=2569-H1&weekday=0,6&hour=8&office=P50",
    ):
        told = text_of(ask(central, OVERVIEW, search))
        assert '"role": "alert"' not in told, search
        assert '"className": "chips"' in told, search
    regional = text_of(ask(client_of("regional3"), OVERVIEW, "?period=2569-H1&province=50,90"))
    assert '"role": "alert"' in regional


def test_who_asks_again_must_count(client_of: Client) -> None:
    client = client_of("central")
    for value in (True, -1, "1", 1.5, [1]):
        forged = body()
        forged["inputs"][2]["value"] = value
        assert client.post(CALLBACK, json=forged).status_code == 400, value


def _save(client: FlaskClient, name: str, **changes: Any) -> str:
    data = {"name": name, "path": OVERVIEW, "query": "?period=last-month&zone=3"} | changes
    return client.post(VIEWS, data=data).headers["Location"]


def _views(app: Flask) -> list[SavedView]:
    with app.app_context():
        return list(db.session.scalars(select(SavedView).order_by(SavedView.id)))


def test_a_view_is_saved_and_becomes_the_first_page(app: Flask, client_of: Client) -> None:
    analyst = client_of("analyst")
    address = f"{OVERVIEW}?period=last-month&zone=3"
    assert _save(analyst, "  เขต 3  ") == address
    _save(analyst, "เขต 3")
    _save(analyst, " ")
    _save(analyst, "x" * 81)
    _save(analyst, "elsewhere", path="//evil.example/")
    _save(analyst, "elsewhere", path="/members/")
    [view] = _views(app)
    assert (view.name, view.address) == ("เขต 3", address)
    assert analyst.get("/").headers["Location"] == OVERVIEW
    analyst.post(f"{VIEWS}{view.id}/home", data={"home": "1"})
    assert analyst.get("/").headers["Location"] == address
    assert "เขต 3" in analyst.get(OVERVIEW).get_data(as_text=True)
    for step in ("home", "rename", "delete"):
        assert client_of("executive").post(f"{VIEWS}{view.id}/{step}").status_code == 404
    analyst.post(f"{VIEWS}{view.id}/rename", data={"name": "ภาคเหนือ"})
    assert "ภาคเหนือ" in analyst.get(VIEWS).get_data(as_text=True)
    analyst.post(f"{VIEWS}{view.id}/delete")
    assert _views(app) == []


def test_a_deleted_view_can_be_taken_back(app: Flask, client_of: Client) -> None:
    analyst = client_of("analyst")
    address = _save(analyst, "เขต 3")
    [view] = _views(app)
    analyst.post(f"{VIEWS}{view.id}/home", data={"home": "1"})
    analyst.post(f"{VIEWS}{view.id}/delete")
    assert "/figures/views/restore" in analyst.get(VIEWS).get_data(as_text=True)
    assert "/figures/views/restore" not in analyst.get(VIEWS).get_data(as_text=True)
    told = {"name": view.name, "path": view.path, "query": view.query, "home": "1"}
    analyst.post(f"{VIEWS}restore", data=told)
    assert [row.address for row in _views(app)] == [address]
    assert analyst.get("/").headers["Location"] == address


def test_nobody_keeps_too_many_views(app: Flask, client_of: Client) -> None:
    analyst = client_of("analyst")
    for number in range(MOST + 2):
        _save(analyst, f"view {number}")
    assert len(_views(app)) == MOST


def test_a_wall_has_figures_and_a_way_out(client_of: Client) -> None:
    page = client_of("executive").get(f"{OVERVIEW}?wall=1").get_data(as_text=True)
    assert "data-leave" in page
    assert "data-save-view" not in page
    assert "wall.css" in page
