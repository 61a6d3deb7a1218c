"""Folding: marked partitions are made anew from the facts, and their marks taken away."""

from __future__ import annotations

import math
import os
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from registry.db import begin_write, commit, db, unit_of_work
from registry.facts import query
from registry.facts.components import Component
from registry.facts.cuts import Cut
from registry.facts.limits import Limit
from registry.facts.query import Live, Places, Source
from registry.facts.rollups.bitmaps import BitMap, opened, packed
from registry.facts.rollups.catalogue import NOWHERE, PLACED, ROLLED, Rolled
from registry.facts.rollups.models import TABLES, FactMark, FactMonth, FactState
from registry.facts.spans import Months
from registry.members.models import MemberSpan
from registry.messages.ledger_models import Dissemination, Recipient
from registry.messages.models import Publication
from registry.networks.models import Network
from registry.periods.calendar import Period, PeriodKind, month_of, to_bangkok_date, utc_now
from registry.pulse import SHARE, briefly, pulse

LEASE = timedelta(minutes=2)
EVERYTHING = Limit(True)
PROCESS = "facts"
"""The process that folds: nobody waits for it, so nothing else waits behind it."""
PORTION = 2_000
"""Rows that are written at once."""
Row = dict[str, Any]


class NotFolding(Exception):
    """Somebody else folds by now."""


@dataclass(frozen=True)
class Part:
    """Partitions of one fact; without provinces all of the months, of which a stock has one."""

    rolled: Rolled
    months: Months
    places: Places = ()


def made(part: Part, source: Source | None = None) -> list[Row]:
    """The rows of a rollup for some partitions, counted from the facts.

    Only cuboids that no finer one holds are counted; the others are summed from those.
    """
    found: dict[str, list[Row]] = {}
    cuboids = part.rolled.cuboids
    for name in sorted(cuboids, key=lambda name: -len(cuboids[name])):
        finer = next((known for known in found if {*cuboids[name]} <= {*cuboids[known]}), None)
        keys = (*PLACED, *cuboids[name])
        if finer is None:
            found[name] = list(_cuboid(part, name, keys, source or Live()))
        else:
            found[name] = list(_coarser(part.rolled, name, keys, found[finer]))
    return [row for rows in found.values() for row in rows]


def _coarser(
    rolled: Rolled, name: str, keys: tuple[str, ...], finer: Iterable[Row]
) -> Iterable[Row]:
    """A cuboid summed from one that has all its dimensions."""
    cells: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in finer:
        cells[tuple(row[key] for key in keys)].append(row)
    blank: Row = dict.fromkeys(rolled.dimensions)
    for cell, rows in cells.items():
        amounts = {one.name: _together(one, rows) for one in rolled.components}
        yield {**blank, **dict(zip(keys, cell, strict=True)), **amounts, "cuboid": name}


def _together(one: Component, rows: Sequence[Row]) -> Any:
    known = [row[one.name] for row in rows if row[one.name] is not None]
    if not known:
        return None
    return packed(BitMap.union(*map(opened, known))) if one.distinct else sum(known)


def _cuboid(part: Part, name: str, keys: tuple[str, ...], source: Source) -> Iterable[Row]:
    rolled, months, places = part.rolled, part.months, part.places
    cut = Cut(by=keys, today=NO_DAY)
    plain = [one.name for one in rolled.components if not one.distinct]
    found: dict[tuple[Any, ...], Row] = {}
    for values in query.totals(plain, months, cut, EVERYTHING, source, places):
        cell = values[: len(keys)]
        amounts = (None if value is None else int(value) for value in values[len(keys) :])
        found[cell] = dict(zip(plain, amounts, strict=True))
    for one in rolled.components:
        if one.distinct:
            sets: dict[tuple[Any, ...], list[int]] = defaultdict(list)
            for values in query.keys(one.name, months, cut, EVERYTHING, source, places):
                sets[values[:-1]].append(int(values[-1]))
            for whole, members in sets.items():
                found.setdefault(whole, {})[one.name] = packed(members)
    blank = dict.fromkeys((*rolled.dimensions, *(one.name for one in rolled.components)))
    for cell, amounts_of in found.items():
        placed = dict(zip(keys, cell, strict=True))
        yield {**blank, **placed, **amounts_of, "cuboid": name}


NO_DAY = date(1970, 1, 1)
"""Rollups depend on no today."""


def fold(folder: str, *, all_now: bool = False, seconds: float = math.inf) -> int:
    """Make marked partitions anew; how many parts there were.

    Args:
        folder: who folds: one at a time.
        all_now: also what may lag still.
        seconds: after which nothing more is begun; what is left keeps its marks.

    Raises:
        NotFolding: somebody else does.
    """
    if not _plan(list(db.session.scalars(select(FactMark))), all_now=all_now)[0]:
        return 0
    seen = _begin(folder)
    plan, waiting = _plan(seen, all_now=all_now)
    done: set[Part] = set()
    try:
        for part in briefly(plan, seconds):
            replace(part, made(part), folder)
            done.add(part)
    finally:
        db.session.rollback()
        waiting |= {number for part, ids in plan.items() if part not in done for number in ids}
        _end(folder, [mark.id for mark in seen if mark.id not in waiting])
    return len(done)


def this_process() -> str:
    """The name under which this process folds."""
    return f"{socket.gethostname()[:28]}-{os.getpid()}"


@pulse("facts", PROCESS)
def fold_due() -> bool:
    """Fold what is marked, within a pulse's share of a beat."""
    try:
        return fold(this_process(), seconds=SHARE) > 0
    except NotFolding:
        return False


def _begin(folder: str) -> list[FactMark]:
    """Take the lease, begin a new epoch, and read the marks that were there before it."""
    with unit_of_work() as session:
        now = utc_now()
        free = or_(FactState.folding_until.is_(None), FactState.folding_until < now)
        taken = session.execute(
            update(FactState)
            .where(or_(free, FactState.folder == folder))
            .values(folder=folder, folding_until=now + LEASE, epoch=FactState.epoch + 1)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise NotFolding
        marks = list(session.scalars(select(FactMark)))
        session.expunge_all()
    return marks


def _end(folder: str, ids: Sequence[int]) -> None:
    with unit_of_work() as session:
        for start in range(0, len(ids), PORTION):
            session.execute(delete(FactMark).where(FactMark.id.in_(ids[start : start + PORTION])))
        session.execute(
            update(FactState).where(FactState.folder == folder).values(folding_until=None)
        )


Plan = dict[Part, list[int]]
"""What to make anew, and the ids of the marks that ask for it."""


def _plan(seen: Sequence[FactMark], *, all_now: bool) -> tuple[Plan, set[int]]:
    """What some marks ask for, and the ids of those that must still lag for a while."""
    hull, stocks = kept_months(), stock_months()
    asked: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for key in _missing(stocks):
        asked[key][NOWHERE] = []
    rested, waiting = None if all_now else _rested(), set[int]()
    for mark, rolled in _pairs(seen):
        for month in _within(mark, rolled, hull, stocks):
            key = (rolled.fact.name, month)
            if rolled.lag and rested is not None and key not in rested and key not in asked:
                waiting.add(mark.id)
            else:
                place = mark.province if rolled.by_province else NOWHERE
                asked[key][place].append(mark.id)
    plan = dict(_planned(name, month, places) for (name, month), places in sorted(asked.items()))
    return plan, waiting


def _pairs(seen: Sequence[FactMark]) -> Iterator[tuple[FactMark, Rolled]]:
    for mark in seen:
        yield from ((mark, rolled) for rolled in ROLLED.values() if rolled.mark == mark.mark)


def _planned(name: str, month: int, places: dict[str, list[int]]) -> tuple[Part, list[int]]:
    ids = [number for found in places.values() for number in found]
    whole = NOWHERE in places
    return Part(ROLLED[name], Months(month, month), () if whole else tuple(sorted(places))), ids


def _within(mark: FactMark, rolled: Rolled, hull: Months, stocks: Sequence[int]) -> Iterable[int]:
    if rolled.fact.stock:
        return [month for month in stocks if mark.month <= month <= mark.until]
    return range(max(mark.month, hull.first), min(mark.until, hull.last) + 1)


def _missing(stocks: Sequence[int] | None = None) -> list[tuple[str, int]]:
    """Months of stocks that were never rolled up, such as one that has just begun."""
    stocks = stock_months() if stocks is None else stocks
    known = {tuple(row) for row in db.session.execute(select(FactMonth.fact, FactMonth.month))}
    names = [rolled.fact.name for rolled in ROLLED.values() if rolled.fact.stock]
    return [(name, month) for name in names for month in stocks if (name, month) not in known]


def _rested() -> set[tuple[str, int]]:
    """Months of facts that may lag, which have lagged for long enough."""
    before = utc_now()
    rows = db.session.execute(select(FactMonth.fact, FactMonth.month, FactMonth.folded_at))
    return {
        (fact, month)
        for fact, month, at in rows
        if fact in ROLLED and at + timedelta(seconds=ROLLED[fact].lag) <= before
    }


def kept_months() -> Months:
    """From the month of the first fact to a year from now."""
    days = [
        db.session.scalar(select(func.min(column)))
        for column in (MemberSpan.from_on, Network.founded_on)
    ]
    numbers = [
        db.session.scalar(select(func.min(model.month)))
        for model in (Publication, Recipient, Dissemination)
    ]
    now = month_of(to_bangkok_date(utc_now()))
    known = [number for number in numbers if number is not None]
    known += [month_of(day) for day in days if day is not None]
    return Months(min([*known, now]), max([*known, now]) + 12)


def stock_months() -> list[int]:
    """Months at whose end something is counted: all so far, and the ends of today's periods."""
    today = to_bangkok_date(utc_now())
    ends = {Period.containing(today, kind).last_month for kind in PeriodKind}
    return sorted({*range(kept_months().first - 1, month_of(today) + 1), *ends})


def replace(part: Part, rows: Sequence[Row], folder: str) -> None:
    """Put the rows of some partitions in place of what was there.

    Raises:
        NotFolding: somebody else folds by now.
    """
    begin_write()
    try:
        _renew(folder)
        table, fact, months = TABLES[part.rolled.fact.name], part.rolled.fact.name, part.months
        old = delete(table).where(table.c.month.between(months.first, months.last))
        if part.places:
            old = old.where(table.c.province.in_(part.places))
        db.session.execute(old)
        for start in range(0, len(rows), PORTION):
            db.session.execute(insert(table), list(rows[start : start + PORTION]))
        for month in range(months.first, months.last + 1):
            db.session.merge(FactMonth(fact=fact, month=month, folded_at=utc_now()))
        commit()
    except BaseException:
        db.session.rollback()
        raise


def _renew(folder: str) -> None:
    mine = db.session.execute(
        update(FactState).where(FactState.folder == folder).values(folding_until=utc_now() + LEASE)
    )
    if not mine.rowcount:  # type: ignore[attr-defined]
        raise NotFolding


def rebuild(
    folder: str,
    source: Source | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Make every rollup anew; how many rows there are now.

    Args:
        source: where the facts are read: the live database unless told otherwise.
        progress: told what is at hand, how much is done, and of how much.
    """
    seen = _begin(folder)
    parts, rows = list(all_parts()), 0
    for number, part in enumerate(parts):
        if progress is not None:
            progress(part.rolled.fact.name, number, len(parts))
        found = made(part, source)
        replace(part, found, folder)
        rows += len(found)
    _end(folder, [mark.id for mark in seen])
    with unit_of_work() as session:
        session.execute(update(FactState).values(ready=True, rebuilt_at=utc_now()))
    return rows


def all_parts() -> Iterator[Part]:
    """Every partition that is kept: flows a year at a time, stocks a month."""
    hull, stocks = kept_months(), stock_months()
    for rolled in ROLLED.values():
        if rolled.fact.stock:
            yield from (Part(rolled, Months(month, month)) for month in stocks)
        else:
            for first in range(hull.first, hull.last + 1, 12):
                yield Part(rolled, Months(first, min(first + 11, hull.last)))
