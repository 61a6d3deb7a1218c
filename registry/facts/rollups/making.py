"""Making partitions of rollups from the facts, by the expressions that define the measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.db import db
from registry.facts import query
from registry.facts.bitmaps import BitMap, opened, packed
from registry.facts.cuts import Cell, Cut
from registry.facts.grouping import totals_by
from registry.facts.limits import Limit
from registry.facts.query import Live, Rows, Source, touched_members
from registry.facts.rollups.models import TABLES
from registry.facts.rollups.parts import Part
from registry.facts.spans import Months
from registry.facts.touched import MEMBER, SIDES, Touched

Row = tuple[Any, ...]
Made = dict[str, list[Row]]
EVERYTHING = Limit(True)
NO_DAY = date(1970, 1, 1)
"""Rollups depend on no today."""


def made(part: Part, source: Source | None = None) -> Made:
    """The rows of each cuboid for some partitions, counted from the facts.

    Only cuboids that no finer one holds are counted; the others are summed from the smallest of
    those.

    Args:
        source: where the facts are read: the live database unless told otherwise.

    Returns:
        By cuboid, values in the order of its table's columns.
    """
    rolled = part.rolled
    finer: dict[str, list[str]] = {}
    for name in sorted(rolled.cuboids, key=lambda name: -len(rolled.cuboids[name])):
        finer[name] = [known for known in finer if _holds(part, known, name)]
    found = _counted(part, [name for name in finer if not finer[name]], source or Live())
    for name, known in finer.items():
        if known:
            best = min(known, key=lambda one: len(found[one]))
            found[name] = list(_coarser(part, name, best, found[best]))
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


def _counted(part: Part, cuboids: Sequence[str], source: Source) -> Made:
    """Some cuboids counted from the facts."""
    rolled, found = part.rolled, {name: list[Row]() for name in cuboids}
    sums = [one.name for one in rolled.components if not one.distinct]
    groups = [rolled.keys(name) for name in cuboids]
    for months in rolled.asked_about(part.months):
        asked = (months, Cut(today=NO_DAY), EVERYTHING, source, part.places)
        for name, rows in zip(cuboids, totals_by(sums, groups, *asked), strict=True):
            found[name] += list(_with_sets(part, name, rows, months, source))
    return found


def gained(part: Part, since: int, source: Source) -> Made | None:
    """The rows of each cuboid as they are kept, with what was touched after an epoch.

    Returns:
        By cuboid, as :func:`made`; None where only the facts tell an amount of nothing from none.
    """
    found: Made = {}
    for name in part.rolled.cuboids:
        rows = _added(part, name, since, source)
        if rows is None:
            return None
        found[name] = rows
    return found


def _added(part: Part, name: str, since: int, source: Source) -> list[Row] | None:
    """One cuboid; see :func:`gained`."""
    keys, kept = part.rolled.keys(name), part.rolled.kept(name)
    sums = [one.name for one in kept if not one.distinct]
    bare = [place for place, one in enumerate(kept) if one.empty is None]
    cut = Cut(by=keys, today=NO_DAY)
    about = (part.months, cut, EVERYTHING, source, part.places)
    cells = {row[: len(keys)]: list(row[len(keys) :]) for row in _kept(part, name)}
    for side, sign in SIDES.items():
        touched = Touched(side, part.rolled.fact.pair, since)
        for row in query.totals(sums, *about, touched=touched):
            values = cells.setdefault(row[: len(keys)], [None] * len(kept))
            for place, amount in enumerate(row[len(keys) :]):
                if amount is not None:
                    values[place] = (values[place] or 0) + sign * amount
            if sign < 0 and any(values[place] == 0 for place in bare):
                return None
    for place, one in enumerate(kept):
        if one.distinct:
            members = query.sets(one.name, *about, touched=Touched("members", MEMBER, since))
            _members_anew(cells, place, dict(members), touched_members(since, source))
    return [(*cell, *values) for cell, values in cells.items() if any(values)]


def _kept(part: Part, name: str) -> Iterable[Row]:
    """The rows of a cuboid as they are kept."""
    table = TABLES[part.rolled.name][name]
    rows = select(table).where(table.c.month.between(part.months.first, part.months.last))
    if part.places:
        rows = rows.where(table.c.province.in_(part.places))
    return [tuple(row) for row in db.session.execute(rows)]


def _members_anew(
    cells: dict[Cell, list[Any]], place: int, found: Mapping[Cell, BitMap], touched: BitMap
) -> None:
    """Put into the sets of some cells what was found of the members who were touched."""
    for cell, values in cells.items():
        others = opened(values[place]) - touched if values[place] else BitMap()
        members = others | found.get(cell, BitMap())
        values[place] = packed(members) if members else None


def _with_sets(part: Part, name: str, rows: Rows, months: Months, source: Source) -> Iterable[Row]:
    """Rows of a cuboid with the sets of what it counts once."""
    keys = part.rolled.keys(name)
    cut = Cut(by=keys, today=NO_DAY)
    sets = [
        {
            cell: packed(found)
            for cell, found in query.sets(one.name, months, cut, EVERYTHING, source, part.places)
        }
        for one in part.rolled.kept(name)
        if one.distinct
    ]
    if not sets:
        return rows
    return ((*row, *(known.get(row[: len(keys)]) for known in sets)) for row in rows)
