"""What is counted once per period: kept as numbers for every standard period and place.

Sets of months can be united for any question, which takes a moment for each; the questions that
pages ask most are about whole fiscal periods, zones and provinces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, select

from registry.bulk import insert_rows
from registry.db import db
from registry.facts.bitmaps import BitMap, opened
from registry.facts.components import Component
from registry.facts.cuts import Cell, Cut
from registry.facts.limits import Limit
from registry.facts.rollups.catalogue import NOWHERE, Rolled
from registry.facts.rollups.models import ONCE, TABLES
from registry.facts.rollups.parts import KINDS
from registry.facts.spans import Months
from registry.periods.calendar import Period, PeriodKind, month_start

CUBOID = "place"
NO_ZONE = -1
ALL: Mapping[str, int | str] = {"zone": NO_ZONE, "province": NOWHERE}
"""What stands for all zones and for all provinces."""
Place = tuple[int | None, str | None]
Sets = Mapping[Place, BitMap]
Key = tuple[Any, ...]
"""Component, length, first month, zone and province of a number."""


def counted_once(rolled: Rolled) -> Sequence[Component]:
    """The components of a fact that are kept so: those whose sets are told apart by place only."""
    if rolled.cuboids.get(CUBOID) != ():
        return ()
    return [one for one in rolled.kept(CUBOID) if one.distinct]


def count_anew(rolled: Rolled, changed: Months) -> None:
    """Count the standard periods in which some months lie, in the transaction that changed them."""
    if not counted_once(rolled):
        return
    for within in _kept(rolled, changed):
        db.session.execute(delete(ONCE).where(within))
    rows = [(*key, number) for key, number in _counted(rolled, changed).items()]
    insert_rows(ONCE, ONCE.columns.keys(), rows)


def differing(rolled: Rolled, months: Months) -> Iterator[tuple[Key, int | None, int | None]]:
    """Numbers of the periods around some months that are not those of the sets: kept, counted."""
    if not counted_once(rolled):
        return
    kept: dict[Key, int] = {}
    for within in _kept(rolled, months):
        kept |= {tuple(row[:-1]): row[-1] for row in db.session.execute(select(ONCE).where(within))}
    counted = _counted(rolled, months)
    for key in sorted(kept.keys() | counted.keys(), key=str):
        if kept.get(key) != counted.get(key):
            yield key, kept.get(key), counted.get(key)


def _kept(rolled: Rolled, changed: Months) -> Iterator[ColumnElement[bool]]:
    """Which numbers are those of the periods around some months, for each length of period."""
    names = [one.name for one in counted_once(rolled)]
    for kind in PeriodKind:
        span = _around(changed, kind)
        yield and_(
            ONCE.c.component.in_(names),
            ONCE.c.length == kind.length,
            ONCE.c.month.between(span.first, span.last),
        )


def _counted(rolled: Rolled, changed: Months) -> dict[Key, int]:
    """Numbers of the periods around some months, from the sets of their months."""
    hull, found = _around(changed, PeriodKind.YEAR), dict[Key, int]()
    for one in counted_once(rolled):
        sets = _sets_by_month(rolled, one, hull)
        for kind in PeriodKind:
            span = _around(changed, kind)
            for period in span.parted(kind.length):
                for place, members in _united([sets[month] for month in period.numbers]).items():
                    if members:
                        found[(one.name, kind.length, period.first, *place)] = len(members)
    return found


def _around(months: Months, kind: PeriodKind) -> Months:
    """The whole periods of a kind in which some months lie."""
    first, last = (Period.containing(month_start(n), kind) for n in (months.first, months.last))
    return Months(first.first_month, last.last_month)


def _sets_by_month(rolled: Rolled, one: Component, months: Months) -> dict[int, Sets]:
    rows = TABLES[rolled.name][CUBOID]
    query = select(rows.c.month, rows.c.zone, rows.c.province, rows.c[one.name])
    query = query.where(rows.c.month.between(months.first, months.last))
    found: dict[int, dict[Place, BitMap]] = {month: {} for month in months.numbers}
    for month, zone, province, data in db.session.execute(query):
        found[month][zone, province] = opened(data)
    return dict(found)


def _united(months: Sequence[Sets]) -> Sets:
    """Sets of some months, for each place and for all that it lies in."""
    exact = _together((place, members) for sets in months for place, members in sets.items())
    wider = _together(
        (place, members)
        for (zone, province), members in exact.items()
        for place in ((zone, NOWHERE), (NO_ZONE, province), (NO_ZONE, NOWHERE))
    )
    return {**exact, **wider}


def _together(sets: Iterable[tuple[Place, BitMap]]) -> dict[Place, BitMap]:
    found: dict[Place, list[BitMap]] = defaultdict(list)
    for place, members in sets:
        found[place].append(members)
    return {place: BitMap.union(*some) for place, some in found.items()}


def numbers(
    rolled: Rolled, one: Component, spans: Sequence[Months], cut: Cut, limit: Limit
) -> Mapping[Months, Mapping[Cell, int]] | None:
    """The distinct things of clean spans by cell; None where they are not kept so."""
    told = (cut.needs | (frozenset() if limit.everything else {"province"})) - {"month"}
    if one not in counted_once(rolled):
        return None
    if limit.bureaus or not told <= ALL.keys() or ("zone" in told and cut.as_of == "now"):
        return None
    if any(None in values or name == "month" for name, values in cut.where):
        return None
    asked = _asked(one, spans, cut)
    if asked is None:
        return None
    for name, everywhere in ALL.items():
        column = ONCE.c[name]
        asked = asked.where(column.is_distinct_from(everywhere) == (name in told))
    for name, values in cut.where:
        asked = asked.where(ONCE.c[name].in_(values))
    if not limit.everything:
        asked = asked.where(ONCE.c.province.in_(limit.provinces))
    return _by_cell(asked, spans, cut)


def _asked(one: Component, spans: Sequence[Months], cut: Cut) -> Select[Any] | None:
    """The rows of some spans, or of the months of a single one."""
    rows = select(ONCE.c.month, *(ONCE.c[name] for name in cut.by), ONCE.c.number)
    rows = rows.where(ONCE.c.component == one.name)
    if cut.by_month:
        if len(spans) > 1:
            return None
        return rows.where(ONCE.c.length == 1, ONCE.c.month.between(spans[0].first, spans[0].last))
    length = len(spans[0].numbers)
    if length not in KINDS or any(span != _around(span.at_start, KINDS[length]) for span in spans):
        return None
    return rows.where(ONCE.c.length == length, ONCE.c.month.in_([span.first for span in spans]))


def _by_cell(
    asked: Select[Any], spans: Sequence[Months], cut: Cut
) -> Mapping[Months, Mapping[Cell, int]] | None:
    """Numbers by span and cell; None where a cell has several, which do not add up."""
    found: dict[Months, dict[Cell, int]] = {span: {} for span in spans}
    cells_of = {month: found[span] for span in spans for month in span.numbers}
    rows = db.session.execute(asked).all()
    for row in rows:
        cells_of[row[0]][row[1:-1]] = row[-1]
    return found if sum(map(len, found.values())) == len(rows) else None
