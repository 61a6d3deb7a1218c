"""Components by cell: from the rollups where they hold the answer, else from the facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from registry.access.scope import Scope
from registry.facts.components import COMPONENTS, Component, by_fact
from registry.facts.cuts import Cell, Cut
from registry.facts.fact import Fact
from registry.facts.limits import Limit, limit_of
from registry.facts.query import Live, Source, totals
from registry.facts.rollups.answers import answer
from registry.facts.rollups.catalogue import rolled_of
from registry.facts.rollups.read import numbers
from registry.facts.rollups.read import totals as rolled_totals
from registry.facts.spans import Months

Number = int | float
Amounts = dict[str, Number | None]


def cells(
    scope: Scope, names: Iterable[str], months: Months, cut: Cut, source: Source | None = None
) -> dict[Cell, Amounts]:
    """Components by cell.

    Args:
        scope: whose facts.
        names: of components; all must know the cut's dimensions.
        source: where the facts lie; the live database, with its rollups, unless told otherwise.

    Returns:
        One entry per cell that has facts (the cell's values in the order of ``cut.by``); with
        no dimension exactly one, ``()``.  Absent amounts are None, counts of nothing are 0; what
        rests on a table that the source lacks is absent.
    """
    wanted = [COMPONENTS[name] for name in dict.fromkeys(names)]
    lacks = source.lacks if source else frozenset[str]()
    blank: Amounts = {one.name: one.amount(None, lacks) for one in wanted}
    found: dict[Cell, Amounts] = defaultdict(lambda: dict(blank))
    if not cut.by:
        found[()] = dict(blank)
    limit = limit_of(scope)
    for group in by_fact(wanted):
        for cell, sums in _sums(group, months, cut, limit, source).items():
            for one, total in zip(group, sums, strict=True):
                found[cell][one.name] = one.amount(_plain(total), lacks)
    return dict(found)


def cells_of(
    scope: Scope, names: Iterable[str], spans: Sequence[Months], cut: Cut
) -> dict[Months, dict[Cell, Amounts]]:
    """Components by cell for several spans; what is counted once is asked for all at once."""
    asked = list(dict.fromkeys(names))
    found: dict[Months, dict[Cell, Amounts]] = {span: {} for span in spans}
    limit, kept = limit_of(scope), dict[str, Mapping[Months, Mapping[Cell, int]]]()
    for one in (COMPONENTS[name] for name in asked if COMPONENTS[name].distinct):
        known = numbers(one, spans, cut, limit)
        if known is not None:
            kept[one.name] = known
    others = [name for name in asked if name not in kept]
    blank: Amounts = {name: COMPONENTS[name].empty for name in asked}
    for span in spans:
        some = cells(scope, others, span, cut) if others else {}
        every = dict.fromkeys(chain(some, *(known[span] for known in kept.values())))
        within = found[span]
        for cell in every or ([()] if not cut.by else []):
            within[cell] = {**blank, **some.get(cell, {})}
        for name, known in kept.items():
            counts = known[span]
            for cell, amounts in within.items():
                amounts[name] = counts.get(cell, 0)
    return found


def _sums(
    group: list[Component], months: Months, cut: Cut, limit: Limit, source: Source | None
) -> Mapping[Cell, Sequence[Any]]:
    """Totals of components of one fact by cell, in the order of the components."""
    fact, names = group[0].fact, [one.name for one in group]
    if source is not None:
        return _counted(fact, names, months, cut, limit, source)

    def ask() -> Mapping[Cell, Sequence[Any]]:
        rolled = rolled_of(fact, months, cut)
        known = rolled_totals(rolled, group, months, cut, limit) if rolled else None
        return _counted(fact, names, months, cut, limit, Live()) if known is None else known

    return answer(fact, names, months, cut, limit, ask)


def _counted(
    fact: Fact, names: list[str], months: Months, cut: Cut, limit: Limit, source: Source
) -> Mapping[Cell, Sequence[Any]]:
    """The same, counted from the facts themselves."""
    width, alone = len(cut.by), fact.stock and (fact.cohort or bool(limit.bureaus))
    found: dict[Cell, Sequence[Any]] = {}
    for span in months.each() if alone and cut.by_month else [months]:
        for row in totals(names, span, cut, limit, source):
            found[tuple(_plain(value) for value in row[:width])] = row[width:]
    return found


def _plain(value: Any) -> Any:
    """Databases answer whole numbers as int, Decimal or float: one type for all."""
    if isinstance(value, (Decimal, float)):
        return int(value) if value == int(value) else float(value)
    return value
