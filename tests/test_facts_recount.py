"""Every measure equals a recount by hand, on random facts, however it is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from registry.access.scope import Scope
from registry.db import begin_write, db
from registry.facts.cuts import Cut, cut
from registry.facts.evaluate import evaluate
from registry.facts.histograms import EDGES, median
from registry.facts.measure import Figure
from registry.facts.measures import MEASURES
from registry.facts.spans import Months
from registry.periods.calendar import month_of
from tests.facts_recount import Counted, Recount, totals, zone_of
from tests.facts_world import World

TODAY = date(2026, 4, 1)
SPANS = [
    (date(2025, 10, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 1, 31)),
    (date(2025, 10, 1), date(2026, 3, 31)),
]
EXAMPLES = {"sqlite": 20, "postgresql": 4}
AMOUNTS = frozenset({"audience", "potential", "reported", "evidenced"})
COUNTS = {
    "networks_active": "networks",
    "networks_new": "founded",
    "networks_dormant": "dormant",
    "members_active": "members",
    "members_new": "joined",
    "members_left": "left",
    "members_passing_on": "members_passing_on",
    "districts_single_member": "districts_of_one",
    "channels_active": "channels",
    "messages_published": "messages",
    "publications": "publications",
    "recipients": "recipients",
    "received": "received",
    "passed_on": "passed_on",
    "messages_corrected": "corrected",
    "messages_withdrawn": "withdrawn",
    "disseminations": "disseminations",
    "questions_asked": "questions",
    "member_news": "news",
}
SUMS = {
    "channel_audience": "audience",
    "reach_potential": "potential",
    "reach_reported": "reported",
    "reach_evidenced": "evidenced",
}
SHARES = {
    "retention_rate": ("kept", "members_before"),
    "members_confirmed_rate": ("confirmed", "members"),
    "members_stale_rate": ("stale", "members"),
    "records_complete_rate": ("complete", "members"),
    "districts_covered_rate": ("districts_covered", "districts"),
    "received_rate": ("received", "recipients"),
    "pass_on_rate": ("passed_on", "recipients"),
    "evidence_accepted_rate": ("accepted", "reviewed"),
    "publish_on_standard_rate": ("publish_on_standard", "publish_timed"),
    "receive_on_standard_rate": ("receive_on_standard", "receive_timed"),
    "pass_on_on_standard_rate": ("pass_on_on_standard", "pass_on_timed"),
    "questions_answered_rate": ("answered", "questions"),
    "answer_on_standard_rate": ("answer_on_standard", "answer_judged"),
    "correction_reached_rate": ("notice_told", "notice_owed"),
    "questions_resolved_rate": ("resolved", "questions"),
    "offices_reported_on_time_rate": ("reports_on_time", "reports_due"),
}
MEDIANS = {
    "publish_minutes_median": ("publish_minutes", 1),
    "receive_minutes_median": ("receive_minutes", 1),
    "pass_on_minutes_median": ("pass_on_minutes", 1),
    "first_answer_hours_median": ("answer_minutes", 60),
    "resolve_hours_median": ("resolve_minutes", 60),
}


def test_the_recount_knows_every_measure() -> None:
    assert set(COUNTS) | set(SUMS) | set(SHARES) | set(MEDIANS) == set(MEASURES)


def expected(name: str, found: dict[str, Any]) -> float | None:
    """The value of a measure by hand."""
    if name in COUNTS:
        return found.get(COUNTS[name], 0)
    if name in SUMS:
        return found.get(SUMS[name])
    if name in SHARES:
        above, below = (found.get(part, 0) for part in SHARES[name])
        return above / below if below else None
    part, unit = MEDIANS[name]
    waits = found.get(part, [])
    above = [sum(wait >= edge for wait in waits) for edge in EDGES] + [0]
    value = median([low - high for low, high in zip(above, above[1:], strict=False)])
    return None if value is None else value / unit


def grouped(things: list[Counted], key: Any) -> dict[Any, dict[str, Any]]:
    """Totals by cell."""
    cells: dict[Any, list[Counted]] = defaultdict(list)
    for thing in things:
        cells[key(thing.row)].append(thing)
    return {cell: totals(found, AMOUNTS) for cell, found in cells.items()}


def agree(figures: list[Figure], cells: dict[Any, dict[str, Any]], where: str) -> None:
    """Each figure equals the recount of its cell, and no cell that counts is missing."""
    seen = defaultdict(set)
    for figure in figures:
        found = cells.get(figure.cell, totals([], AMOUNTS))
        wanted = expected(figure.measure, found)
        assert figure.value == pytest.approx(wanted), f"{figure} != {wanted} {where}"
        if MEASURES[figure.measure].is_share and figure.value is not None:
            assert 0 <= figure.value <= 1
        seen[figure.measure].add(figure.cell)
    for cell, found in cells.items():
        for name in seen:
            assert cell in seen[name] or not expected(name, found), f"{name} {cell} {where}"


def check(
    world: World, start: date, end: date, measures: Collection[str] = tuple(MEASURES)
) -> None:
    """Measures over some days, whole and cut in every way, equal the recount."""
    months = Months(month_of(start), month_of(end))
    things = Recount(world, start, end, TODAY).found
    by(things, months, cut(today=TODAY), lambda row: (), measures)
    for dimension in (
        "province",
        "network_type",
        "channel_kind",
        "message_kind",
        "office",
        "topic",
        "message",
    ):
        question = cut([dimension], today=TODAY)
        by(things, months, question, lambda row, d=dimension: (row.get(d),), measures)
    by(things, months, cut(["zone"], today=TODAY), lambda row: (zone_of(world, row),), measures)
    now = cut(["zone"], None, "now", TODAY)
    by(things, months, now, lambda row: (zone_of(world, row, TODAY),), measures)
    inside = [thing for thing in things if zone_of(world, thing.row) == 3]
    limited = cut(["province"], {"zone": 3}, today=TODAY)
    by(inside, months, limited, lambda row: (row["province"],), measures)


def by(
    things: list[Counted], months: Months, question: Cut, key: Any, measures: Collection[str]
) -> None:
    names = [name for name in measures if question.needs <= MEASURES[name].dimensions]
    figures = evaluate(Scope.all(), names, months, question)
    agree(figures, grouped(things, key), str(question))


def test_every_measure_equals_the_recount(app: Flask, backend: str) -> None:
    @settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32), span=st.sampled_from(SPANS))
    def run(seed: int, span: tuple[date, date]) -> None:
        begin_write()
        try:
            world = World(seed)
            world.insert()
            check(world, *span)
        finally:
            db.session.rollback()

    with app.app_context():
        run()
