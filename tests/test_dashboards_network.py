"""The pages of the network and of data quality: right, scoped, each figure with a way on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update

from dashboards.quality_open import uncounted, unreviewed_ages
from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import AudienceCount
from registry.db import db, unit_of_work
from registry.facts.asked import asked
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.messages.ledger_models import Dissemination
from registry.networks.models import Network
from registry.periods.calendar import Period
from tests.dash_pages import ask, cards_of, parts, text_of

NETWORK, QUALITY = "/dashboards/network", "/dashboards/quality"
ROLES = ("officer50", "bureau", "executive")
HALF = "?period=2569-H1"
MONTHS = Months.of(Period.parse("2569-H1"))
Client = Callable[[str], FlaskClient]


def _links(page: Any) -> set[str]:
    """Addresses of the site on a page, those of files left out."""
    found = {part["props"].get("href") or "" for part in parts(page) if part["type"] == "A"}
    return {link for link in found if link.startswith("/") and "/files/" not in link}


@pytest.mark.parametrize("path", [NETWORK, QUALITY])
def test_roles_get_their_page_and_its_links_open(
    client_of: Client, filled: None, path: str
) -> None:
    for name in ROLES:
        client = client_of(name)
        answer = ask(client, path, HALF)
        assert answer.status_code == 200, name
        assert '"role": "alert"' not in text_of(answer), name
        links = sorted(_links(answer.get_json()))
        assert any(link.startswith("/figures/rows?") for link in links), name
        for link in links[:: max(1, len(links) // 3)]:
            assert client.get(link).status_code == 200, (name, link)


@pytest.mark.parametrize("path", [NETWORK, QUALITY])
def test_charts_are_valid_and_places_stay_inside(
    client_of: Client, filled: None, path: str
) -> None:
    page = ask(client_of("central"), path, HALF).get_json()
    graphs = [part["props"] for part in parts(page) if part["type"] == "Graph"]
    assert len(graphs) >= 3
    for graph in graphs:
        go.Figure(graph["figure"])
    assert "province=90" in str(page)
    outside = "province=90"
    assert outside not in str(ask(client_of("officer50"), path, HALF).get_json())
    assert '"role": "alert"' in text_of(ask(client_of("officer50"), path, f"{HALF}&{outside}"))


def test_figures_are_those_of_the_scope(app: Flask, client_of: Client, filled: None) -> None:
    shown = cards_of(ask(client_of("officer50"), NETWORK, HALF))
    told = cards_of(ask(client_of("officer50"), QUALITY, HALF))
    with app.app_context():
        scope = Scope.of_provinces("50")
        names = ["members_active", "networks_active", "received_rate"]
        members, networks, received = evaluate(scope, names, MONTHS)
    assert shown["สมาชิกปัจจุบัน"] == f"{members.value:,}"
    assert shown["เครือข่ายปัจจุบัน"] == f"{networks.value:,}"
    unknown = (received.denominator or 0) - (received.numerator or 0)
    assert told["ผู้รับที่ยังไม่ทราบว่าได้รับหรือไม่"] == f"{unknown:,}"


def test_districts_without_members_and_with_one_are_named(
    app: Flask, client_of: Client, filled: None
) -> None:
    page = text_of(ask(client_of("officer50"), NETWORK, HALF))
    with app.app_context():
        names = ["districts_covered_rate", "districts_single_member"]
        covered, single = evaluate(Scope.of_provinces("50"), names, MONTHS)
    gap = (covered.denominator or 0) - (covered.numerator or 0)
    assert f"อำเภอที่ยังไม่มีสมาชิก: {gap}" in page
    assert not single.value or f"อำเภอที่พึ่งพาสมาชิกเพียงรายเดียว: {single.value}" in page


def test_every_dormant_network_of_the_figure_is_named(
    app: Flask, client_of: Client, filled: None
) -> None:
    """Those of a bureau in one's province, too: the list and its number are one figure."""
    with app.app_context():
        with unit_of_work() as session:
            bureau = session.scalars(select(Office.id).filter_by(code="C-NNT")).one()
            mine = update(Network).where(Network.province_code == "50")
            session.execute(mine.values(office_id=bureau, founded_on=date(2020, 1, 1)))
        months = Months.of(Period.parse("2569-Q4"))  # nothing happened since March
        scopes = {"central": Scope.all(), "officer50": Scope.of_provinces("50")}
        counts = {
            name: evaluate(scope, ["networks_dormant"], months)[0].value
            for name, scope in scopes.items()
        }
    for name, count in counts.items():
        assert count
        assert f"เครือข่ายที่ไม่เคลื่อนไหว: {count}" in text_of(
            ask(client_of(name), NETWORK, "?period=2569-Q4")
        )


def test_what_the_filters_do_not_suit_is_said(client_of: Client, filled: None) -> None:
    page = text_of(ask(client_of("central"), NETWORK, f"{HALF}&network_type=youth"))
    assert "ไม่ได้นับแยกตามตัวกรองนี้" in page
    assert '"role": "alert"' in text_of(ask(client_of("central"), QUALITY, f"{HALF}&measure=x"))


def test_nothing_waiting_is_said(client_of: Client) -> None:
    assert "วันนี้ไม่มีรายงานที่รอตรวจ" in text_of(ask(client_of("central"), QUALITY))


def test_what_waits_is_counted_within_the_scope_and_its_places(app: Flask, filled: None) -> None:
    with app.app_context():
        everything, one = Scope.all(), Scope.of_provinces("50")
        period, today = {"period": "2569-H1"}, date(2026, 4, 1)
        whole = asked(everything, period, today)
        there = asked(everything, {**period, "province": "50"}, today)
        nowhere = asked(everything, {**period, "province": "90"}, today)
        ages, own = unreviewed_ages(everything, whole), unreviewed_ages(one, whole)
        rows = select(func.count()).where(Dissemination.state == "reported")
        assert sum(ages) == db.session.scalar(rows)
        assert sum(own) == db.session.scalar(rows.where(Dissemination.province_code == "50"))
        assert unreviewed_ages(everything, there) == own
        assert sum(unreviewed_ages(one, nowhere)) == 0
        own = uncounted(one, asked(one, period, today))
        assert uncounted(everything, there) == own
        counted, months = uncounted(everything, whole), Months.of(Period.parse("2569-04"))
        with unit_of_work() as session:
            session.execute(delete(AudienceCount))
        (channels,) = evaluate(everything, ["channels_active"], months)
        missing = uncounted(everything, whole)
        assert all(more > less for more, less in zip(missing, counted, strict=True))
        assert sum(missing) == channels.value
