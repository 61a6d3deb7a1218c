"""Which partitions are marked as changed, and since when a month is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Result, func, select

from registry.db import db
from registry.facts.query import Places
from registry.facts.rollups.catalogue import NOWHERE, ROLLED, Rolled
from registry.facts.rollups.models import FactMark, FactMonth, FactState
from registry.facts.spans import Months
from registry.periods.calendar import utc_now

Dirty = Mapping[int, frozenset[str]]
"""Provinces whose partition is marked, by month; none named: every one of the month."""
WHOLE: frozenset[str] = frozenset()


def dirty(rolled: Rolled, months: Months, *, lag: bool = True) -> Dirty:
    """What may not be read from a rollup: marked partitions, and months never rolled up.

    Args:
        lag: whether what may lag is left out.
    """
    fact = rolled.fact
    if not db.session.scalar(select(FactState.ready)):
        return dict.fromkeys(range(months.first, months.last + 1), WHOLE)
    kept = _kept(rolled.name, months) if fact.stock or rolled.lag else frozenset()
    found: dict[int, frozenset[str]] = {}
    if fact.stock:
        span = range(months.first, months.last + 1)
        found = {month: WHOLE for month in span if month not in kept}
    for start, until, province in _marked(rolled, months):
        touched = rolled.touched(start, until)
        for month in range(max(touched.first, months.first), min(touched.last, months.last) + 1):
            if not (lag and rolled.lag and month in kept):
                _note(found, month, province if rolled.by_province else NOWHERE)
    return found


def _note(found: dict[int, frozenset[str]], month: int, province: str) -> None:
    if province == NOWHERE or found.get(month) == WHOLE:
        found[month] = WHOLE
    else:
        found[month] = found.get(month, WHOLE) | {province}


def _marked(rolled: Rolled, months: Months) -> Result[int, int, str]:
    """First and last month and province of each mark that may touch partitions of some months."""
    rows = select(FactMark.month, FactMark.until, FactMark.province).where(
        FactMark.mark == rolled.mark,
        FactMark.month < months.last + rolled.length,
        FactMark.until >= months.first - 1,
    )
    return db.session.execute(rows.distinct())


def _kept(fact: str, months: Months) -> frozenset[int]:
    rows = select(FactMonth.month).where(
        FactMonth.fact == fact, FactMonth.month.between(months.first, months.last)
    )
    return frozenset(db.session.scalars(rows))


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
