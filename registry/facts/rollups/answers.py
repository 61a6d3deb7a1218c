"""Answers that are kept for as long as nothing they rest on has changed.

A process remembers what it was asked last.  An answer stands while its months are unmarked,
untouched, and were not made anew since.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy.util import LRUCache

from registry.facts.cuts import Cell, Cut
from registry.facts.fact import Fact, by_publisher
from registry.facts.limits import Limit
from registry.facts.people import MEMBERS_BEFORE
from registry.facts.rollups import marks
from registry.facts.rollups.catalogue import ROLLED
from registry.facts.spans import Months

MOST, LARGEST = 500, 2_000
"""Answers that are remembered, and the numbers that one may hold: some 40 MB at most."""
UNMARKED = frozenset({"topic"})
"""Dimensions that are looked up when a question is asked: their changes are not marked."""
RESTS_ON = {MEMBERS_BEFORE.name: "members"}
"""The rolled-up fact by whose marks another one is known to stand."""
Answer = Mapping[Cell, Sequence[Any]]


def answer(
    fact: Fact,
    names: Sequence[str],
    months: Months,
    cut: Cut,
    limit: Limit,
    ask: Callable[[], Answer],
) -> Answer:
    """What was answered before if it still stands; else what ``ask`` finds."""
    span = _span(fact, months, cut)
    since = None if cut.needs & UNMARKED else _since(fact, span, limit)
    if since is None:
        return ask()
    kept: LRUCache[Hashable, tuple[datetime, Answer]] = current_app.extensions["sang_answers"]
    key = (tuple(names), months, cut, limit)
    known = kept.get(key)
    if known is not None and known[0] == since:
        return known[1]
    found = ask()
    if len(found) * len(names) <= LARGEST:
        kept[key] = since, found
    return found


def _span(fact: Fact, months: Months, cut: Cut) -> Months:
    """The months whose partitions an answer rests on."""
    if fact.cohort:
        return Months(months.first - 1, months.last)
    return months.at_end if fact.stock and not cut.by_month else months


def _since(fact: Fact, months: Months, limit: Limit) -> datetime | None:
    """When the months were made last; None where something changed, or nobody would know."""
    name = RESTS_ON.get(fact.name, fact.name)
    if name not in ROLLED or (limit.bureaus and fact.owned is not by_publisher):
        return None
    if marks.dirty(ROLLED[name], months) or marks.touched(ROLLED[name], months):
        return None
    folded = marks.known().folded_of(name)
    return max((folded[month] for month in months.numbers if month in folded), default=None)


def init_app(app: Flask) -> None:
    """Begin with nothing remembered."""
    app.extensions["sang_answers"] = LRUCache(MOST)
