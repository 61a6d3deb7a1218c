"""Distinct members passing on, by quarter and province over all years, exactly.

``distinct.py product`` asks as every page does, in a process that asked before (``first_ms`` is
what the first question took, with the writing of its SQL); ``peer`` counts them in the database by
one COUNT(DISTINCT) over the facts, ``columns`` by the same in DuckDB over the columnar files;
``cost`` tells what the product keeps for it, and the seconds that making all of it takes.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator

from sqlalchemy import distinct, func, select

from benchmarks.bench.meter import Meter
from registry import create_app
from registry.access.scope import Scope
from registry.db import db
from registry.facts import files
from registry.facts.bitmaps import packed
from registry.facts.cuts import Cut
from registry.facts.engine import cells_of
from registry.facts.limits import Limit
from registry.facts.query import sets
from registry.facts.rollups.catalogue import NOWHERE, ROLLED
from registry.facts.rollups.models import ONCE, TABLES
from registry.facts.rollups.once import NO_ZONE
from registry.facts.spans import Months
from registry.messages.ledger_models import LIVE, Dissemination

NAME, FACT, QUARTER = "members_passing_on", "disseminations", 3
Counted = dict[tuple[int, str], int]
"""Distinct members by the number of the quarter and the province."""


def main(who: str) -> None:
    """Report the time of one of them, and what was counted."""
    app = create_app()
    with app.app_context():
        months = _months()
        if who == "cost":
            _cost(months)
            return
        count = {"product": _product, "peer": _peer, "columns": _columns, "floor": _floor}[who]
        warm = who in ("product", "floor")
        more = {"first_ms": _first_ms(count, months)} if warm else {}
        with Meter() as meter:
            counted = count(months)
    told = repr(sorted(counted.items()))
    meter.report(
        cells=len(counted),
        brought=sum(counted.values()),
        digest=hashlib.sha256(told.encode()).hexdigest()[:16],
        **more,
    )


def _first_ms(count: Callable[[Months], Counted], months: Months) -> float:
    start = time.perf_counter()
    count(months)
    db.session.rollback()
    return round((time.perf_counter() - start) * 1_000, 2)


def _months() -> Months:
    query = select(func.min(Dissemination.month), func.max(Dissemination.month))
    first, last = db.session.execute(query).one()
    return Months(first, last)


def _product(months: Months) -> Counted:
    firsts = range(months.first // QUARTER * QUARTER, months.last + 1, QUARTER)
    quarters = [Months(first, first + QUARTER - 1) for first in firsts]
    found = cells_of(Scope.all(), [NAME], quarters, Cut(by=("province",)))
    return {
        (span.first // QUARTER, str(place)): int(amounts[NAME] or 0)
        for span, counted in found.items()
        for (place,), amounts in counted.items()
        if amounts[NAME]
    }


def _floor(_months: Months) -> Counted:
    rows = select(ONCE.c.month, ONCE.c.province, ONCE.c.number).where(
        ONCE.c.component == NAME,
        ONCE.c.length == QUARTER,
        ONCE.c.zone == NO_ZONE,
        ONCE.c.province != NOWHERE,
    )
    sql = str(rows.compile(db.engine, compile_kwargs={"literal_binds": True}))
    cursor = db.session.connection().connection.cursor()
    cursor.execute(sql)
    return {(month // QUARTER, place): number for month, place, number in cursor.fetchall()}


def _peer(_months: Months) -> Counted:
    quarter, place = Dissemination.month // QUARTER, Dissemination.province_code
    rows = select(quarter, place, func.count(distinct(Dissemination.member_id)))
    rows = rows.where(Dissemination.state.in_(LIVE)).group_by(quarter, place)
    return {(int(number), code): count for number, code, count in db.session.execute(rows)}


def _columns(_months: Months) -> Counted:
    states = ", ".join(f"'{state}'" for state in LIVE)
    with files.source() as duck:
        rows = duck.fetch(
            f"SELECT month // {QUARTER}, province_code, count(DISTINCT member_id) "  # noqa: S608
            f"FROM dissemination WHERE state IN ({states}) GROUP BY ALL"
        )
    return {(int(quarter), place): count for quarter, place, count in rows}


def _cost(months: Months) -> None:
    kept = size = 0
    for cuboid in ROLLED[FACT].once_in or ():
        sets_of = TABLES[FACT][cuboid].c[NAME]
        query = select(func.count(sets_of), func.sum(func.length(sets_of)))
        number, length = db.session.execute(query).one()
        kept, size = kept + number, size + int(length or 0)
    with files.source(held=True) as duck, Meter() as meter:
        for by in _counted_cuboids():
            for _cell, members in sets(NAME, months, Cut(by=by), Limit(True), duck):
                packed(members)
    meter.report(bitmaps=kept, bitmaps_mb=round(size / 1024**2, 2))


def _counted_cuboids() -> Iterator[tuple[str, ...]]:
    """Dimensions of the cuboids whose sets are counted from the facts, not united from finer."""
    kept = {name: {*ROLLED[FACT].cuboids[name]} for name in ROLLED[FACT].once_in or ()}
    for name, dimensions in kept.items():
        if not any(dimensions < other for other in kept.values()):
            yield ROLLED[FACT].keys(name)


if __name__ == "__main__":
    main(sys.argv[1])
