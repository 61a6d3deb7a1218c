"""The pages of receiving and passing on, and of questions and news."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import plotly.graph_objects as go
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.facts.histograms import bucket_label
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, Question
from registry.messages.open_queries import open_by_age
from registry.periods.calendar import utc_now
from tests import cast
from tests.dash_pages import ask, parts, text_of

DISSEMINATION, QUESTIONS = "/dashboards/dissemination", "/dashboards/questions"
HALF = "?period=2569-H1"
Client = Callable[[str], FlaskClient]


@pytest.fixture
def unanswered(app: Flask, filled: None) -> None:
    """No question of the world has an answer."""
    with app.app_context(), unit_of_work():
        db.session.execute(delete(QuestionResolution))
        db.session.execute(update(Question).values(answered_at=None))


@pytest.mark.parametrize("path", [DISSEMINATION, QUESTIONS])
def test_every_role_gets_its_page_and_nobody_elses_text(
    client_of: Client, filled: None, path: str
) -> None:
    for name in sorted(cast.CAST):
        answer = ask(client_of(name), path, HALF)
        assert answer.status_code == 200, name
        assert '"role": "alert"' not in text_of(answer), name


@pytest.mark.parametrize("path", [DISSEMINATION, QUESTIONS])
def test_charts_are_valid_and_their_links_open_rows(
    client_of: Client, filled: None, path: str
) -> None:
    client = client_of("central")
    page = ask(client, path, HALF).get_json()
    graphs = [part["props"] for part in parts(page) if part["type"] == "Graph"]
    assert len(graphs) >= 6
    for graph in graphs:
        go.Figure(graph["figure"])
    links = {part["props"].get("href", "") for part in parts(page) if part["type"] == "A"}
    rows = sorted(link for link in links if link.startswith("/figures/rows?"))
    hours = [link for link in rows if "weekday=" in link]
    assert bool(hours) is (path == DISSEMINATION)
    for link in [*rows[::40], *hours[:1]]:
        assert client.get(link).status_code == 200, link


def test_the_heat_map_tells_every_dissemination(
    app: Flask, client_of: Client, filled: None
) -> None:
    """Hours and weekdays, and those whose hour nobody knows, are all that were passed on."""
    page = ask(client_of("central"), DISSEMINATION, HALF).get_json()
    table = next(
        part
        for part in parts(page)
        if part["type"] == "Table" and "วันจันทร์" in str(part) and "ไม่ทราบเวลา" in str(part)
    )
    numbers = [int(_text(part).replace(",", "")) for part in parts(table) if part["type"] == "Td"]
    with app.app_context():
        live = select(Dissemination).where(
            Dissemination.state.in_(("reported", "accepted")),
            Dissemination.month.between(2025 * 12 + 9, 2026 * 12 + 2),
        )
        assert sum(numbers) == len(db.session.scalars(live).all()) > 0
    assert len(numbers) == 7 * 25


def _text(part: object) -> str:
    while isinstance(part, dict):
        part = part["props"]["children"]
    return str(part)


def test_open_questions_are_counted_by_age_within_the_scope(app: Flask, unanswered: None) -> None:
    with app.app_context():
        asked = db.session.scalars(select(Question)).all()
        now = max(row.asked_at for row in asked) + timedelta(hours=30)
        everywhere = open_by_age(Scope.all(), now, {})
        assert everywhere[0] == 0
        assert everywhere[1] >= 1
        parted = [open_by_age(Scope.of_provinces(code), now, {}) for code in ("50", "52", "90")]
        parted.append(open_by_age(Scope.all(), now, {"province": {"10"}}))
        assert [sum(ages) for ages in zip(*parted, strict=True)] == everywhere
        assert open_by_age(Scope(), utc_now(), {}) == [0, 0, 0, 0]


def test_only_those_who_answer_get_the_way_to_the_questions(
    client_of: Client, unanswered: None
) -> None:
    for name, may in (("central", True), ("executive", False)):
        told = text_of(ask(client_of(name), QUESTIONS, HALF))
        assert ("/questions/?show=open" in told) is may


@pytest.mark.parametrize(
    ("path", "search", "sentence"),
    [
        (DISSEMINATION, "?period=2568-01", "งวดนี้ยังไม่มีการเผยแพร่"),
        (QUESTIONS, "?period=2568-01", "งวดนี้ยังไม่มีคำถามจากสมาชิก"),
        (QUESTIONS, f"{HALF}&channel_kind=facebook", "ไม่ได้นับแยกตามตัวกรองนี้"),
    ],
)
def test_empty_states_are_honest(client_of: Client, path: str, search: str, sentence: str) -> None:
    assert sentence in text_of(ask(client_of("central"), path, search))


def test_buckets_are_named_in_the_unit_that_suits_them(app: Flask) -> None:
    with app.test_request_context():
        spans = [(5, 10), (120, 240), (1440, 2880), (43200, None)]
        named = [bucket_label(low, high) for low, high in spans]
    assert named == ["5–10 นาที", "2–4 ชม.", "1–2 วัน", "30 วันขึ้นไป"]
