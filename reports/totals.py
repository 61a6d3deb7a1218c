"""Components over sealed facts for many cuts at once: each fact's rows are worked out one time.

The components are those of the catalogue, so the totals equal what ``evaluate`` gives for each
cut alone (a test keeps this); asked one by one they would compile and scan five times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from registry.facts.components import Component
from registry.facts.cuts import Cut, Value
from registry.facts.engine import Amounts
from registry.facts.query import Source, worked_out
from registry.facts.sealed import SEALED
from registry.facts.spans import Months
from registry.periods.calendar import Period

DIMENSIONS = ("", *SEALED)
"""Cuts that are sealed; ``""`` is the whole."""
Cells = dict[Value, Amounts]


def totals(
    source: Source, components: list[Component], period: Period, today: date
) -> Iterator[tuple[str, Cells]]:
    """Totals of one fact's components, for the whole and for each cut that the fact knows.

    Args:
        today: the day of the closing: what was not due by then is not late.
    """
    fact = components[0].fact
    dimensions = [name for name in SEALED if name in fact.dimensions]
    cut = Cut(tuple(dimensions), today=today)
    names = [component.name for component in components]
    sql = worked_out(names, Months.of(period), cut, source)
    source.fetch(f"CREATE OR REPLACE TEMP TABLE worked_out AS {sql}")
    for dimension in ("", *dimensions):
        yield dimension, _cells(source, components, dimension)


def _cells(source: Source, components: list[Component], dimension: str) -> Cells:
    sums = ", ".join(_total(component) for component in components)
    key, grouped = (f'"{dimension}"', " GROUP BY 1") if dimension else ("NULL", "")
    found: Cells = {}
    for cell, *amounts in source.fetch(f"SELECT {key}, {sums} FROM worked_out{grouped}"):  # noqa: S608
        pairs = zip(components, amounts, strict=True)
        found[cell] = {one.name: one.amount(value, source.lacks) for one, value in pairs}
    return found


def _total(component: Component) -> str:
    return (
        f'count(DISTINCT "{component.name}")' if component.distinct else f'sum("{component.name}")'
    )
