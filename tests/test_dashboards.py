"""The dashboards: signed in, scoped, and deaf to whatever a browser makes up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash_bootstrap_components as dbc
import plotly.graph_objects as go
import pytest
from dash import html
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs_version

from dashboards import charts
from dashboards.exhibits import Exhibit, exhibits
from dashboards.exhibits import page as as_page
from dashboards.plain import as_json, plainly
from dashboards.router import PAGES
from dashboards.source import Source, name_of_page
from registry.access.gate import today
from registry.access.roles import Role
from registry.access.scope import Scope
from registry.db import unit_of_work
from registry.facts.cuts import cut
from registry.facts.evaluate import evaluate
from registry.facts.sealed import sealed_cut
from registry.facts.spans import Months
from registry.geography.queries import province_zones
from registry.periods import catalogue
from registry.periods.calendar import Period
from tests import cast, closed
from tests.dash_pages import (
    CALLBACK,
    MESSAGE,
    OVERVIEW,
    REPORTS,
    ask,
    body,
    cards_of,
    parts,
    text_of,
)

PERIOD = Period.parse("2568-10")
Client = Callable[[str], FlaskClient]


@pytest.mark.parametrize("path", ["_dash-layout", "_dash-dependencies", "provinces.geojson"])
def test_a_stranger_gets_nothing(anonymous: FlaskClient, path: str) -> None:
    json_only = {"Accept": "application/json"}
    assert anonymous.get(f"/dashboards/{path}", headers=json_only).status_code == 401
    assert anonymous.post(CALLBACK, json=body()).status_code == 401
    assert anonymous.get(OVERVIEW).status_code == 302


def test_a_callback_needs_its_token(app: Flask, client_of: Client, csrf_on: None) -> None:
    client = client_of("central")
    assert ask(client).status_code == 400
    client.get(OVERVIEW)
    cookie = client.get_cookie("_csrf_token", path=OVERVIEW)
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, False, "Strict")
    sent = client.post(CALLBACK, json=body(), headers={"X-CSRFToken": cookie.value})
    assert sent.status_code == 200


def test_the_page_is_a_page_of_the_site(client_of: Client) -> None:
    answer = client_of("executive").get(OVERVIEW)
    page = answer.get_data(as_text=True)
    policy = answer.headers["Content-Security-Policy"]
    scripts = policy.split("script-src", 1)[1].split(";")[0]
    assert '<html lang="th">' in page
    assert 'class="site-header"' in page
    assert 'aria-current="page">ภาพรวม' in page
    assert 'href="#main"' in page
    assert scripts.count("'sha256-") == 4
    assert "unsafe" not in scripts
    assert "https://" not in page.split("</head>")[0]


def test_component_files_are_kept_by_browsers(client_of: Client) -> None:
    client = client_of("executive")
    page = client.get(OVERVIEW).get_data(as_text=True)
    address = page.split('src="/dashboards/_dash-component-suites/')[1].split('"')[0]
    answer = client.get(f"/dashboards/_dash-component-suites/{address}")
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def _forged(**changes: Any) -> dict[str, Any]:
    return body(**changes)


FORGED: list[Any] = [
    [],
    {},
    {"output": "page.children"},
    _forged(output="url.search"),
    _forged(output="..page.children...secret.children.."),
    _forged(outputs={"id": "secret", "property": "children"}),
    _forged(outputs=[]),
    _forged(inputs=[]),
    _forged(inputs=None),
    _forged(inputs=[{"id": "url", "property": "pathname", "value": OVERVIEW}]),
    _forged(inputs=[{"id": {"x": 1}, "property": "search", "value": 1}] * 2),
    _forged(path={"$ne": 1}),
    _forged(search=["?zone=3"]),
    _forged(search="?zone=" + "9" * 5000),
    _forged(search="?topic=\ud800"),
    _forged(state=[{"id": "scope", "property": "data", "value": "all"}]),
    _forged(changedPropIds="url.search"),
    _forged(changedPropIds=["scope.data"]),
    _forged(background={"job": 1}),
]


def test_a_forged_body_is_refused(client_of: Client) -> None:
    client = client_of("central")
    for forged in FORGED:
        assert client.post(CALLBACK, json=forged).status_code == 400, forged


def test_a_deep_body_and_a_made_up_component_are_no_faults(client_of: Client) -> None:
    client = client_of("central")
    for deep in ("[" * 100_000, "[" * 5_000 + "]" * 5_000):
        assert client.post(CALLBACK, data=deep, content_type="application/json").status_code == 400
    made_up = client.get("/dashboards/_dash-component-suites/dash/nothing.js")
    assert made_up.status_code == 404


@pytest.mark.parametrize("odd", ["page=99999999999999999999", "topic=a%00b", "topic=" + "x" * 900])
def test_odd_addresses_of_figures_are_no_faults(client_of: Client, odd: str) -> None:
    address = f"/figures/rows?measure=recipients&period=2569-Q1&{odd}"
    assert client_of("central").get(address).status_code in {200, 400}


def test_what_is_no_json_is_refused(client_of: Client) -> None:
    client = client_of("central")
    for data in (b"", b"{", b"\xff\xfe"):
        sent = client.post(CALLBACK, data=data, content_type="application/json")
        assert sent.status_code == 400


def test_an_unknown_page_is_not_found(client_of: Client) -> None:
    assert client_of("central").get("/dashboards/nowhere").status_code == 404
    assert ask(client_of("central"), "/dashboards/nowhere").status_code == 200
    assert "strong" not in text_of(ask(client_of("central"), "/dashboards/nowhere")).lower()


OUTSIDE = [
    "?province=90",
    "?zone=6",
    "?province=50&zone=6",
    "?zone=99",
    "?zone=3;drop",
    "?period=2569-Q9",
    "?period=2650-Q1",
    "?channel_kind=smoke",
    "?network_type=%27--",
    "?as_of=later",
    "?" + "&".join(f"x{n}=1" for n in range(60)),
]


@pytest.mark.parametrize("path", [OVERVIEW, REPORTS])
def test_a_filter_outside_gets_a_sentence_and_no_number(
    client_of: Client, filled: None, path: str
) -> None:
    officer = client_of("officer50")
    for search in OUTSIDE:
        answer = ask(officer, path, search)
        names = {part["type"] for part in parts(answer.get_json())}
        assert answer.status_code == 200, search
        assert names <= {"Div", "P", "A"}, search
        assert '"role": "alert"' in text_of(answer), search


def test_a_measure_that_is_not_offered_gets_a_sentence(client_of: Client) -> None:
    answer = ask(client_of("central"), OVERVIEW, "?period=2568-10&measure=password")
    assert '"role": "alert"' in text_of(answer)


@pytest.mark.parametrize("path", [OVERVIEW, REPORTS, MESSAGE])
def test_every_role_gets_its_page(client_of: Client, filled: None, path: str) -> None:
    for name in sorted(cast.CAST):
        answer = ask(client_of(name), path, "?period=2569-H1")
        assert answer.status_code == 200, name
        assert '"role": "alert"' not in text_of(answer), name


def test_the_card_is_the_figure_of_the_scope(app: Flask, client_of: Client, filled: None) -> None:
    shown = {}
    for name in ("officer50", "central"):
        texts = cards_of(ask(client_of(name), OVERVIEW, "?period=2569-H1"))
        shown[name] = texts["สมาชิกปัจจุบัน"]
    with app.app_context():
        months = Months.of(Period.parse("2569-H1"))
        for name, scope in (("officer50", Scope.of_provinces("50")), ("central", Scope.all())):
            figure = evaluate(scope, ["members_active"], months)[0]
            assert shown[name] == f"{figure.value:,}", name
    assert shown["officer50"] != shown["central"]


def test_nobody_elses_places_reach_an_office(client_of: Client, filled: None) -> None:
    search = "?period=2569-H1&measure=recipients"
    for name, inside in (("central", True), ("regional3", False)):
        page = ask(client_of(name), OVERVIEW, search).get_json()
        tables = [part for part in parts(page) if part["type"] == "Tbody"]
        told = json.dumps(tables, ensure_ascii=False)
        assert tables
        assert ("สงขลา" in told) is inside
        assert ("province=90" in json.dumps(page)) is inside


def test_every_chart_is_valid_and_keeps_to_itself(client_of: Client, filled: None) -> None:
    for measure in ("pass_on_rate", "members_active", "reach_potential"):
        search = f"?period=2569-H1&measure={measure}"
        page = ask(client_of("central"), OVERVIEW, search).get_json()
        graphs = [part["props"] for part in parts(page) if part["type"] == "Graph"]
        assert len(graphs) >= 6
        for graph in graphs:
            go.Figure(graph["figure"])
            assert graph["config"]["showSendToCloud"] is False
            assert graph["config"]["plotlyServerURL"] == ""
            assert graph["config"]["locale"] == "th"


def test_what_draws_the_charts_knows_them_and_is_of_the_version_that_checks_them(
    app: Flask,
) -> None:
    """It is a part of plotly that is made by hand (``dashboards/plotly``)."""
    with open(f"{app.static_folder}/dashboards/plotly.min.js", encoding="utf-8") as file:
        told = file.readline()
    version, kinds = re.match(r"/\*! plotly.js ([\d.]+): ([a-z ]+)\.", told).groups()  # type: ignore[union-attr]
    source = "".join(path.read_text() for path in Path(charts.__path__[0]).glob("*.py"))
    drawn = set(re.findall(r'^ {8}"type": "(\w+)"', source, re.MULTILINE))
    assert version == get_plotlyjs_version()
    assert len(drawn) >= 4
    assert drawn <= set(kinds.split())


def test_what_no_callback_knows_is_one_part_for_dash() -> None:
    """Each part costs the browser time; those with a name must stay Dash's own."""
    field = dbc.Select(id="place", options=[])
    rows = [html.Tr([html.Th("ก"), html.Td(html.A("1", href="/rows"))]) for _row in range(9)]
    shown = html.Div([html.H2("ก"), html.Table(rows), html.Label(["ข", field]), html.P(id="x")])
    [outer] = plainly([shown])
    kinds = [getattr(part, "_type", None) for part in outer._traverse()]
    assert kinds == ["Plain", "Label", "Plain", "Select", "P", "Plain"]
    assert json.loads(to_json_plotly(outer.children[0].tree))[1]["type"] == "Table"


def test_every_chart_has_its_table_its_rule_and_its_rows(client_of: Client, filled: None) -> None:
    page = ask(client_of("central"), OVERVIEW, "?period=2569-H1").get_json()
    for section in (part for part in parts(page) if part["type"] == "Section"):
        inside = list(parts(section["props"]["children"]))
        if any(part["type"] == "Graph" for part in inside):
            types = [part["type"] for part in inside]
            links = [part["props"].get("href", "") for part in inside if part["type"] == "A"]
            assert types.count("Summary") == 2
            assert "Tbody" in types
            assert any(link.startswith("/figures/rows?") for link in links)


def test_a_link_of_a_card_opens_its_rows(client_of: Client, filled: None) -> None:
    client = client_of("central")
    page = ask(client, OVERVIEW, "?period=2569-H1&zone=3").get_json()
    links = {
        part["props"]["href"]
        for part in parts(page)
        if part["type"] == "A" and part["props"].get("href", "").startswith("/figures/")
    }
    assert links
    for link in sorted(links)[::7]:
        assert client.get(link).status_code == 200, link


def test_empty_states_are_honest(client_of: Client) -> None:
    page = text_of(ask(client_of("central"), OVERVIEW, "?period=2568-10"))
    assert "งวดนี้ยังไม่มีการเผยแพร่" in page


def seal(app: Flask, period: Period = PERIOD, **values: float) -> None:
    """Enter a closed month with some figures."""
    with app.app_context(), unit_of_work():
        rows = [
            {"measure": "members_active", "version": 1, "dimension": name, "cut": place, "value": v}
            for name, place, v in (
                ("", "", values["whole"]),
                ("province", "province=50", values["own"]),
            )
        ]
        closed.seal(period.code, rows)


def test_a_closed_period_shows_its_sealed_figure_with_the_live_one_beside(
    app: Flask, client_of: Client
) -> None:
    seal(app, whole=5, own=2)
    for name, wanted, live in (("central", "5", "6"), ("officer50", "2", "3")):
        answer = ask(client_of(name))
        assert cards_of(answer)["สมาชิกปัจจุบัน"] == wanted
        assert "ปิดงวดแล้ว" in text_of(answer)
        assert f"ข้อมูลปัจจุบัน: {live} คน" in text_of(answer)
        table = text_of(ask(client_of(name), REPORTS))
        assert "ที่ปิดงวดไว้" in table
        assert "+1" in table


def test_what_was_sealed_is_compared_with_what_was_sealed(app: Flask, client_of: Client) -> None:
    seal(app, whole=5, own=2)
    seal(app, PERIOD.previous(), whole=4, own=2)
    assert "▲ 25.0 %" in text_of(ask(client_of("central")))
    rows = client_of("central").get(f"/figures/rows?measure=members_active&period={PERIOD.code}")
    assert "<dt>ที่ปิดงวดไว้</dt><dd>5 ·" in rows.text, "the rows are those of today"


SCOPES = {
    "central": Scope.all(),
    "officer50": Scope.of_provinces("50"),
    "officer90": Scope.of_provinces("90"),
}


def _content(app: Flask, path: str, name: str, **args: str) -> list[Exhibit]:
    """The exhibits of a page, as one of the cast sees them."""
    with app.test_request_context():
        login_user(cast.user(name))
        return list(exhibits(PAGES[path].content(SCOPES[name], args, today())))


def test_parts_of_a_period_are_compared_with_what_was_sealed_of_the_one_before(app: Flask) -> None:
    seal(app, whole=6, own=3)
    seal(app, PERIOD.previous(), whole=4, own=2)
    shown = _content(app, OVERVIEW, "central", period=PERIOD.code, measure="members_active")
    [by_province] = [one for one in shown if one.name.endswith("province") and one.rows]
    [own] = [row for row in by_province.rows if row[0].value == "เชียงใหม่"]
    assert [cell.value for cell in own][1:3] == [3, 2]


def test_figures_of_a_period_stand_beside_sealed_and_live_ones_of_those_before(
    app: Flask, filled: None
) -> None:
    seal(app, whole=6, own=3)
    seal(app, PERIOD.previous(), whole=4, own=2)
    for name, sealed in (("central", 4), ("officer50", 2), ("officer90", None)):
        shown = _content(app, REPORTS, name, period=PERIOD.code)
        [members] = [one for one in shown if "สมาชิกปัจจุบัน (คน)" in str(one.rows)]
        [row] = [row for row in members.rows if row[0].text == "สมาชิกปัจจุบัน (คน)"]
        known = {head: cell.value for head, cell in zip(members.heads, row, strict=True)}
        label = PERIOD.previous().label("th", "short")
        assert known[f"{label}\N{NO-BREAK SPACE}✓"] == sealed
        assert "✓" in members.note
    more = {"period": PERIOD.code, "zone": "1", "network_type": "village_volunteer"}
    [members, *_others] = [one for one in _content(app, REPORTS, "central", **more) if one.rows]
    assert label in members.heads, "these filters were not sealed: live figures"
    assert members.note == ""


def test_a_page_leaves_as_dash_would_have_written_it(app: Flask, filled: None) -> None:
    with app.test_request_context():
        login_user(cast.user("central"))
        for path, page in PAGES.items():
            content = page.content(Scope.all(), {"period": "2569-H1"}, today())
            whole = plainly([as_page(content, Source(name_of_page(path), "2569-H1"))])
            by_dash = json.loads(to_json_plotly(whole))
            assert json.loads(to_json_plotly(as_json(whole))) == by_dash, path


def test_nothing_is_compared_with_a_time_before_the_records(client_of: Client) -> None:
    page = text_of(ask(client_of("central"), OVERVIEW, "?period=2568-FY"))
    assert "ข้อมูลเริ่มมีตั้งแต่" in page
    assert "▲" not in page


def test_a_neighbour_does_not_get_the_sealed_figure_of_another(
    app: Flask, client_of: Client
) -> None:
    seal(app, whole=777, own=888)
    page = text_of(ask(client_of("officer90")))
    assert "777" not in page
    assert "888" not in page


def test_only_whole_parts_of_the_country_have_sealed_figures(app: Flask) -> None:
    with app.app_context():
        zone = [code for code, of in province_zones(PERIOD.end).items() if of == 3]
        whole, one = Scope.all(), Scope.of_provinces("50")
        third, mixed = Scope.of_provinces(*zone), Scope.of_provinces("50", "90")
        assert sealed_cut(whole, cut(), PERIOD) == ""
        assert sealed_cut(whole, cut([], {"zone": 6}), PERIOD) == "zone=6"
        assert sealed_cut(whole, cut([], {"channel_kind": "facebook"}), PERIOD) == (
            "channel_kind=facebook"
        )
        assert sealed_cut(one, cut(), PERIOD) == "province=50"
        assert sealed_cut(one, cut([], {"province": "90"}), PERIOD) is None
        assert sealed_cut(one, cut([], {"zone": 3}), PERIOD) is None
        assert sealed_cut(one, cut([], {"channel_kind": "facebook"}), PERIOD) is None
        assert sealed_cut(third, cut(), PERIOD) == "zone=3"
        assert sealed_cut(third, cut([], {"province": "50"}), PERIOD) == "province=50"
        assert sealed_cut(mixed, cut(), PERIOD) is None
        assert sealed_cut(whole, cut(as_of="now"), PERIOD) is None
        assert sealed_cut(Scope(network_offices=frozenset({2})), cut(), PERIOD) is None


def test_the_highest_revision_is_in_force(app: Flask) -> None:
    seal(app, whole=5, own=2)
    seal(app, whole=6, own=3)
    with app.app_context():
        row = catalogue.sealed(PERIOD.code)
        assert row is not None
        assert row.revision == 2
        assert [one.revision for one in catalogue.revisions(PERIOD.code)] == [1, 2]
        assert len(catalogue.list_periods()) == 1
        assert catalogue.sealed_figures(PERIOD.code)["members_active", ""].value == 6
        assert catalogue.sealed_figures(PERIOD.code, 1)["members_active", ""].value == 5
        assert catalogue.sealed_figures("2568-11") == {}


def test_who_may_see_no_figures_sees_no_dashboards() -> None:
    from registry.access.roles import GRANTS, Permission

    assert all(Permission.FIGURES_VIEW in GRANTS[role] for role in Role)
