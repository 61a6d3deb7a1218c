"""Questions about every component and measure, to compare the places where facts may lie."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import db
from registry.facts import files
from registry.facts.components import COMPONENTS
from registry.facts.cuts import DIMENSIONS, AsOf, cut
from registry.facts.engine import cells
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.query import Source
from registry.facts.spans import Months
from tests.facts_world import fill_richly

TODAY = date(2026, 4, 1)
MONTHS = Months(24309, 24314)
"""October 2025 to March 2026."""
Answers = dict[tuple[Any, ...], Any]


def make_files(app: Flask) -> None:
    """A rich world of facts, and its columnar files."""
    fill_richly(app)
    with app.app_context():
        files.write_files(lambda *_: None)


def answers(source: Source | None) -> Answers:
    """Every measure as a whole, and what all of them rest on by every dimension at once.

    A cell of all dimensions tells of each of them; each fact is asked once, since Spark takes
    about a second for a question however small.
    """
    bureau = db.session.scalars(select(Office.id).filter_by(code="C-NNT")).one()
    limited = Scope(provinces=frozenset({"50", "52"}), network_offices=frozenset({bureau}))
    figures = evaluate(Scope.all(), MEASURES, MONTHS, cut(today=TODAY), source)
    found: Answers = {(one.measure,): one for one in figures}
    for scope, as_of in ((Scope.all(), "then"), (limited, "now")):
        found |= _by_everything(source, scope, as_of)  # type: ignore[arg-type]
    return found


def _by_everything(source: Source | None, scope: Scope, as_of: AsOf) -> Answers:
    found: Answers = {}
    for fact in {one.fact.name: one.fact for one in COMPONENTS.values()}.values():
        names = [one.name for one in COMPONENTS.values() if one.fact.name == fact.name]
        # What stands at the end of the months has no months of its own.
        known = fact.dimensions - ({"month"} if fact.stock else set())
        by = [one for one in DIMENSIONS if one in known]
        asked = cells(scope, names, MONTHS, cut(by, as_of=as_of, today=TODAY), source)
        for cell, amounts in asked.items():
            if any(amounts.values()):
                found[fact.name, scope.everything, *zip(by, cell, strict=True)] = amounts
    return found
