"""Making partitions of rollups from the facts, by the expressions that define the measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from registry.facts import query
from registry.facts.bitmaps import BitMap, opened, packed
from registry.facts.components import Component
from registry.facts.cuts import Cut
from registry.facts.limits import Limit
from registry.facts.query import Live, Source
from registry.facts.rollups.catalogue import PLACED
from registry.facts.rollups.parts import Part

Row = dict[str, Any]
EVERYTHING = Limit(True)
NO_DAY = date(1970, 1, 1)
"""Rollups depend on no today."""


def made(part: Part, source: Source | None = None) -> list[Row]:
    """The rows of a rollup for some partitions, counted from the facts.

    Only cuboids that no finer one holds are counted; the others are summed from the smallest of
    those.

    Args:
        source: where the facts are read: the live database unless told otherwise.
    """
    found: dict[str, list[Row]] = {}
    cuboids = part.rolled.cuboids
    for name in sorted(cuboids, key=lambda name: -len(cuboids[name])):
        keys = (*PLACED, *cuboids[name])
        finer = [rows for known, rows in found.items() if {*cuboids[name]} <= {*cuboids[known]}]
        if finer:
            found[name] = list(_coarser(part, name, keys, min(finer, key=len)))
        else:
            found[name] = list(_counted(part, name, keys, source or Live()))
    return [row for rows in found.values() for row in rows]


def _coarser(part: Part, name: str, keys: tuple[str, ...], finer: list[Row]) -> Iterable[Row]:
    """A cuboid summed from one that has all its dimensions."""
    cells: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in finer:
        cells[tuple(row[key] for key in keys)].append(row)
    blank: Row = dict.fromkeys(part.rolled.dimensions)
    for cell, rows in cells.items():
        amounts = {one.name: _together(one, rows) for one in part.rolled.components}
        yield {**blank, **dict(zip(keys, cell, strict=True)), **amounts, "cuboid": name}


def _together(one: Component, rows: Sequence[Row]) -> Any:
    known = [row[one.name] for row in rows if row[one.name] is not None]
    if not known:
        return None
    return packed(BitMap.union(*map(opened, known))) if one.distinct else sum(known)


def _counted(part: Part, name: str, keys: tuple[str, ...], source: Source) -> Iterable[Row]:
    """A cuboid counted from the facts."""
    rolled, cut = part.rolled, Cut(by=keys, today=NO_DAY)
    plain = [one.name for one in rolled.components if not one.distinct]
    found: dict[tuple[Any, ...], Row] = {}
    for months in rolled.asked_about(part.months):
        asked = (months, cut, EVERYTHING, source, part.places)
        for values in query.totals(plain, *asked):
            amounts = (None if value is None else int(value) for value in values[len(keys) :])
            found[values[: len(keys)]] = dict(zip(plain, amounts, strict=True))
        for one in rolled.components:
            for cell, members in query.sets(one.name, *asked) if one.distinct else ():
                found.setdefault(cell, {})[one.name] = packed(members)
    blank = dict.fromkeys((*rolled.dimensions, *(one.name for one in rolled.components)))
    for cell, amounts_of in found.items():
        placed = dict(zip(keys, cell, strict=True))
        yield {**blank, **placed, **amounts_of, "cuboid": name}
