"""Which partitions are marked as changed, and which months lack what was touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, func, select, text

from registry.db import db, once
from registry.facts.query import Places
from registry.facts.rollups.catalogue import NOWHERE, ROLLED, Rolled
from registry.facts.rollups.models import TOUCH, FactMark, FactMonth, FactState
from registry.facts.spans import Months
from registry.facts.touched import changed_months
from registry.periods.calendar import utc_now

Dirty = Mapping[int, frozenset[str]]
"""Provinces whose partition is marked, by month; none named: every one of the month."""
WHOLE: frozenset[str] = frozenset()


@dataclass
class Known:
    """What a transaction has read about the rollups.

    Attributes:
        ready: whether they are whole.
        marked: of each mark asked about, first and last month and province of what changed.
        folded: of each fact asked about, when each of its months was last rolled up.
        epochs: of the same, the epoch up to which each month holds what was touched.
        changed: by pair, the months and provinces that touches change, and their last epoch.
    """

    ready: bool
    settled: int = 0
    marked: dict[str, Sequence[Row[int, int, str]]] = field(default_factory=dict)
    folded: dict[str, Mapping[int, datetime]] = field(default_factory=dict)
    epochs: dict[str, Mapping[int, int]] = field(default_factory=dict)
    changed: dict[str, Sequence[Row[int, str, int]]] = field(default_factory=dict)

    def marked_by(self, mark: str) -> Sequence[Row[int, int, str]]:
        """First and last month and province of what has changed since it was rolled up."""
        if mark not in self.marked:
            rows = select(FactMark.month, FactMark.until, FactMark.province)
            rows = rows.where(FactMark.mark == mark).distinct()
            self.marked[mark] = db.session.execute(rows).all()
        return self.marked[mark]

    def folded_of(self, fact: str) -> Mapping[int, datetime]:
        """When each month of a fact was last rolled up."""
        if fact not in self.folded:
            of_fact = FactMonth.fact == fact
            rows = select(FactMonth.month, FactMonth.folded_at, FactMonth.epoch).where(of_fact)
            found = db.session.execute(rows).all()
            self.folded[fact] = {row.month: row.folded_at for row in found}
            self.epochs[fact] = {row.month: row.epoch for row in found}
        return self.folded[fact]

    def changed_by(self, pair: str) -> Sequence[Row[int, str, int]]:
        """Months and provinces that touches change, and the last epoch of those."""
        if pair not in self.changed:
            later = select(TOUCH.c.epoch).where(TOUCH.c.epoch > self.settled).limit(1)
            asked = text(changed_months(pair, self.settled))
            there = db.session.execute(later).first() is not None
            self.changed[pair] = db.session.execute(asked).all() if there else ()
        return self.changed[pair]


def known() -> Known:
    """What is known of the rollups: a page asks hundreds of questions of one moment.

    A transaction that only reads reads it once: it sees one moment, on PostgreSQL too.
    """
    return once("rollups", _known)


def _known() -> Known:
    return Known(*db.session.execute(select(FactState.ready, FactState.settled)).one())


def dirty(rolled: Rolled, months: Months, *, lag: bool = True) -> Dirty:
    """What may not be read from a rollup: marked partitions, and months never rolled up.

    Args:
        lag: whether what may lag is left out.
    """
    fact, now = rolled.fact, known()
    if not now.ready:
        return dict.fromkeys(months.numbers, WHOLE)
    kept = now.folded_of(rolled.name) if fact.stock or rolled.lag else {}
    found: dict[int, frozenset[str]] = {}
    if fact.stock:
        found = {month: WHOLE for month in months.numbers if month not in kept}
    for start, until, province in now.marked_by(rolled.mark):
        span = rolled.around(start, until)
        for month in range(max(span.first, months.first), min(span.last, months.last) + 1):
            if not (lag and rolled.lag and month in kept):
                _note(found, month, province if rolled.by_province else NOWHERE)
    return found


@dataclass(frozen=True)
class Gap:
    """What a month lacks: what was touched after an epoch, in some provinces."""

    since: int
    provinces: frozenset[str]


def touched(rolled: Rolled, months: Months) -> dict[int, Gap]:
    """Months of which more was touched than they hold."""
    now, found = known(), dict[int, Gap]()
    if not (rolled.fact.pair and now.ready):
        return found
    now.folded_of(rolled.name)
    for month, province, epoch in now.changed_by(rolled.fact.pair):
        since = max(now.settled, now.epochs[rolled.name].get(month, 0))
        if months.first <= month <= months.last and epoch > since:
            before = found[month].provinces if month in found else frozenset[str]()
            found[month] = Gap(since, before | {province})
    return found


def _note(found: dict[int, frozenset[str]], month: int, province: str) -> None:
    if province == NOWHERE or found.get(month) == WHOLE:
        found[month] = WHOLE
    else:
        found[month] = found.get(month, WHOLE) | {province}


def complete_at() -> datetime:
    """The moment up to which every change is in the figures; earlier than now only by what lags."""
    slow = {rolled.mark for rolled in ROLLED.values() if rolled.lag}
    oldest = select(func.min(FactMark.at)).where(FactMark.mark.in_(slow))
    whole = db.session.scalar(select(FactState.ready))
    return (db.session.scalar(oldest) if whole else None) or utc_now()


def runs(found: Dirty) -> Iterator[tuple[Months, Places]]:
    """Marked partitions as few questions: months in a row with the same provinces are one."""
    first: int | None = None
    for month in sorted(found):
        joins = month + 1 in found and found[month + 1] == found[month]
        first = month if first is None else first
        if not joins:
            yield Months(first, month), tuple(sorted(found[month]))
            first = None
