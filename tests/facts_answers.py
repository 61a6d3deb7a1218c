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
    """Every measure as a whole, and what all of them rest on by every dimension at once."""
    found: Answers = {}
    for part in PARTS:
        found |= part(source)
    return found


def wholes(source: Source | None) -> Answers:
    """Every measure as a whole."""
    figures = evaluate(Scope.all(), MEASURES, MONTHS, cut(today=TODAY), source)
    return {(one.measure,): one for one in figures}


def of_all(source: Source | None) -> Answers:
    """What measures rest on, of all offices, on the map as it was."""
    return _by_everything(source, Scope.all(), "then")


def of_some(source: Source | None) -> Answers:
    """The same of two provinces and a bureau, on the map as it is now."""
    bureau = db.session.scalars(select(Office.id).filter_by(code="C-NNT")).one()
    limited = Scope(provinces=frozenset({"50", "52"}), network_offices=frozenset({bureau}))
    return _by_everything(source, limited, "now")


PARTS = (wholes, of_all, of_some)


def _by_everything(source: Source | None, scope: Scope, as_of: AsOf) -> Answers:
    """A cell of all dimensions tells of each of them.

    Each fact is asked once, since Spark takes about a second for a question however small.
    """
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
