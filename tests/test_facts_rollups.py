"""Rollups say what the facts say: after folding, between changes and folding, and rebuilt."""

from __future__ import annotations

from datetime import date

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.db import begin_write, commit, db
from registry.facts.components import COMPONENTS
from registry.facts.measures import MEASURES
from registry.facts.rollups import fold
from registry.facts.rollups.catalogue import ROLLED
from registry.facts.rollups.models import FactMark
from registry.facts.spans import Months
from registry.periods.calendar import month_of
from tests.facts_world import FIRST, LAST, Changes, World
from tests.test_facts_recount import SPANS, check

EXAMPLES = {"sqlite": 5, "postgresql": 2}
HULL = Months(month_of(FIRST), month_of(LAST))


def filled(app: Flask, seed: int) -> World:
    begin_write()
    world = World(seed)
    world.insert()
    commit()
    return world


def marked() -> int:
    return db.session.scalar(select(func.count()).select_from(FactMark)) or 0


def prompt() -> list[str]:
    """Measures that never lag."""
    slow = {name for name, rolled in ROLLED.items() if rolled.lag}
    return [
        name
        for name, one in MEASURES.items()
        if not {COMPONENTS[part].fact.name for part in one.components} & slow
    ]


def test_rollups_equal_the_recount_through_late_changes(app: Flask, backend: str) -> None:
    @settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32), span=st.sampled_from(SPANS), count=st.integers(1, 6))
    def run(seed: int, span: tuple[date, date], count: int) -> None:
        world = filled(app, seed)
        fold.fold("test", all_now=True)
        assert not marked()
        check(world, *span)
        begin_write()
        Changes(world, seed).make(count)
        commit()
        check(world, *span, prompt())
        fold.fold("test", all_now=True)
        assert not marked()
        check(world, *span)

    with app.app_context():
        run()
