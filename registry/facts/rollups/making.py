"""Making partitions of rollups from the facts, by the expressions that define the measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from registry.facts import query
from registry.facts.bitmaps import BitMap, opened, packed
from registry.facts.cuts import Cell, Cut
from registry.facts.limits import Limit
from registry.facts.query import Live, Source
from registry.facts.rollups.parts import Part

Row = tuple[Any, ...]
EVERYTHING = Limit(True)
NO_DAY = date(1970, 1, 1)
"""Rollups depend on no today."""


def made(part: Part, source: Source | None = None) -> dict[str, list[Row]]:
    """The rows of each cuboid for some partitions, counted from the facts.

    Only cuboids that no finer one holds are counted; the others are summed from the smallest of
    those.

    Args:
        source: where the facts are read: the live database unless told otherwise.

    Returns:
        By cuboid, values in the order of its table's columns.
    """
    found: dict[str, list[Row]] = {}
    rolled = part.rolled
    for name in sorted(rolled.cuboids, key=lambda name: -len(rolled.cuboids[name])):
        finer = [known for known in found if _holds(part, known, name)]
        if finer:
            best = min(finer, key=lambda known: len(found[known]))
            found[name] = list(_coarser(part, name, best, found[best]))
        else:
            found[name] = list(_counted(part, name, source or Live()))
    return found


def _holds(part: Part, finer: str, name: str) -> bool:
    """Whether one cuboid has all that another is summed from."""
    rolled = part.rolled
    return {*rolled.keys(name)} <= {*rolled.keys(finer)} and {*rolled.kept(name)} <= {
        *rolled.kept(finer)
    }


def _coarser(part: Part, name: str, finer: str, rows: list[Row]) -> Iterator[Row]:
    """A cuboid summed from one that has all its dimensions."""
    known = part.rolled.keys(finer)
    keys = [known.index(key) for key in part.rolled.keys(name)]
    kept = part.rolled.kept(name)
    columns = [len(known) + part.rolled.kept(finer).index(one) for one in kept]
    cells: dict[Cell, list[Row]] = defaultdict(list)
    for row in rows:
        cells[tuple(row[place] for place in keys)].append(row)
    for cell, some in cells.items():
        values = list(zip(*some, strict=True))
        pairs = zip(kept, columns, strict=True)
        yield (*cell, *(_together(values[place], once=one.distinct) for one, place in pairs))


def _together(values: Sequence[Any], *, once: bool) -> Any:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return packed(BitMap.union(*map(opened, known))) if once else sum(known)


def _counted(part: Part, name: str, source: Source) -> Iterator[Row]:
    """A cuboid counted from the facts."""
    keys, kept = part.rolled.keys(name), part.rolled.kept(name)
    cut, sums = Cut(by=keys, today=NO_DAY), [one.name for one in kept if not one.distinct]
    for months in part.rolled.asked_about(part.months):
        asked = (months, cut, EVERYTHING, source, part.places)
        once = [
            {cell: packed(members) for cell, members in query.sets(one.name, *asked)}
            for one in kept
            if one.distinct
        ]
        for row in query.totals(sums, *asked):
            yield (*row, *(sets.get(row[: len(keys)]) for sets in once)) if once else row
