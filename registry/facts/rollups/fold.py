"""Folding: marked partitions are made anew from the facts, touched ones get what they gained, and
marks and touches are taken away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from registry.arrow import Moment, moment
from registry.bulk import insert_rows
from registry.db import begin_write, commit, db, snapshot, unit_of_work
from registry.facts.query import Duck, Places, Snapshot, Source
from registry.facts.rollups import marks
from registry.facts.rollups.catalogue import NOWHERE, ROLLED, Rolled
from registry.facts.rollups.making import Made, gained, made
from registry.facts.rollups.models import TABLES, TOUCH, FactMark, FactMonth, FactState
from registry.facts.rollups.once import count_anew
from registry.facts.rollups.parts import Part, all_parts, in_rows, kept_partitions
from registry.facts.rollups.turn import NotFolding, Turn, Unsettled, this_process, turn
from registry.facts.spans import Months
from registry.periods.calendar import utc_now
from registry.pulse import SHARE, briefly, pulse

REST = 20
"""Seconds for which a month that was made anew is left as it is: what is touched meanwhile is
reckoned with at each question."""
PROCESS = "facts"
"""The process that folds: nobody waits for it, so nothing else waits behind it."""


def fold(folder: str, *, all_now: bool = False, seconds: float = math.inf) -> int:
    """Make marked partitions anew; how many parts there were.

    Args:
        folder: who folds: one at a time.
        all_now: also what may lag still.
        seconds: after which nothing more is begun; what is left keeps its marks.

    Raises:
        NotFolding: somebody else does.
    """
    first = _plan(list(db.session.scalars(select(FactMark))), all_now=all_now)
    if not first.parts and (first.gaps or not _are_touches()):
        return 0
    done: set[Part] = set()
    with turn(folder) as mine, ExitStack() as opened:
        try:
            facts, settles = Snapshot(opened.enter_context(mine.moment(snapshot))), True
        except Unsettled:  # what depends on no epoch need not wait
            facts, settles = Snapshot(opened.enter_context(snapshot())), False
        plan = _plan(mine.seen, all_now=all_now)
        parts = [part for part in plan.parts if settles or not part.rolled.fact.pair]
        try:
            for part in briefly(parts, seconds):
                known = None if plan.parts[part] else _gained(part, facts)
                replace(mine, part, known or made(part, facts))
                done.add(part)
        finally:
            unmade = {number for part in {*plan.parts} - done for number in plan.parts[part]}
            mine.settled |= {mark.id for mark in mine.seen} - unmade - plan.waiting
            mine.settled_until = plan.settled_by(done, mine.epoch) if settles else 0
    if not (settles or done):
        raise Unsettled
    return len(done)


def _are_touches() -> bool:
    return db.session.execute(select(TOUCH.c.epoch).limit(1)).first() is not None


@pulse("facts", PROCESS)
def fold_due() -> bool:
    """Fold what is marked and touched, within a pulse's share of a beat."""
    try:
        return fold(this_process(), seconds=SHARE) > 0
    except NotFolding:
        return False


@dataclass
class Plan:
    """What to make anew.

    Attributes:
        parts: and the ids of the marks that ask for each.
        waiting: ids of marks that must still lag for a while.
        gaps: by fact and month, the epoch up to which it holds all that was touched; of those
            that lack something, whether they are made anew or must still lag.
    """

    parts: dict[Part, list[int]]
    waiting: set[int]
    gaps: dict[tuple[str, int], int]

    def settled_by(self, done: Iterable[Part], epoch: int) -> int:
        """The epoch up to which every month holds all once some parts were made at one."""
        made = {(part.rolled.name, month) for part in done for month in part.months.numbers}
        return min((since for key, since in self.gaps.items() if key not in made), default=epoch)


def _plan(seen: Sequence[FactMark], *, all_now: bool) -> Plan:
    """What some marks and all touches ask for."""
    kept = kept_partitions()
    asked: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for key in _missing(kept):
        asked[key][NOWHERE] = []
    resting, waiting = set[tuple[str, int]]() if all_now else _resting(), set[int]()
    for mark, rolled in _pairs(seen):
        span = rolled.around(mark.month, mark.until)
        for month in (one for one in kept[rolled] if span.first <= one <= span.last):
            key = (rolled.name, month)
            if rolled.lag and key in resting and key not in asked:
                waiting.add(mark.id)
            else:
                place = mark.province if rolled.by_province else NOWHERE
                asked[key][place].append(mark.id)
    gaps: dict[tuple[str, int], int] = {}
    for rolled, numbers in kept.items():
        for month, gap in marks.touched(rolled, Months(numbers[0], numbers[-1])).items():
            key = (rolled.name, month)
            gaps[key] = gap.since
            if key not in resting or key in asked:
                for province in gap.provinces:
                    asked[key][province] += []
    return Plan(dict(_planned(asked)), waiting, gaps)


def _planned(
    asked: dict[tuple[str, int], dict[str, list[int]]],
) -> Iterator[tuple[Part, list[int]]]:
    """Months of the same places as few parts; what never lags goes first."""
    found: dict[tuple[str, Places], dict[int, list[int]]] = defaultdict(dict)
    for (name, month), marked in asked.items():
        ids = [number for some in marked.values() for number in some]
        found[name, () if NOWHERE in marked else tuple(sorted(marked))][month] = ids
    for name, places in sorted(found, key=lambda key: (ROLLED[key[0]].lag, key)):
        by_month = found[name, places]
        for months in in_rows(sorted(by_month), ROLLED[name].longest):
            ids = [number for month in months.numbers for number in by_month[month]]
            yield Part(ROLLED[name], months, places), ids


def _pairs(seen: Sequence[FactMark]) -> Iterator[tuple[FactMark, Rolled]]:
    for mark in seen:
        yield from ((mark, rolled) for rolled in ROLLED.values() if rolled.mark == mark.mark)


def _missing(kept: Mapping[Rolled, Sequence[int]]) -> list[tuple[str, int]]:
    """Months of stocks that were never rolled up, such as one that has just begun."""
    known = {tuple(row) for row in db.session.execute(select(FactMonth.fact, FactMonth.month))}
    stocks = ((rolled.name, numbers) for rolled, numbers in kept.items() if rolled.fact.stock)
    return [(name, month) for name, some in stocks for month in some if (name, month) not in known]


def _resting() -> set[tuple[str, int]]:
    """Months of facts that were made anew less long ago than they may lag, or touches may wait."""
    now = utc_now()
    rows = db.session.execute(select(FactMonth.fact, FactMonth.month, FactMonth.folded_at))
    return {
        (fact, month)
        for fact, month, at in rows
        if fact in ROLLED and at + timedelta(seconds=ROLLED[fact].lag or REST) > now
    }


def _gained(part: Part, facts: Source) -> Made | None:
    """A part that was only touched, without looking at its other facts; None where that fails."""
    gaps = marks.touched(part.rolled, part.months)
    epochs = {gap.since for gap in gaps.values()}
    return gained(part, epochs.pop(), facts) if len(epochs) == 1 else None


def replace(mine: Turn, part: Part, found: Made) -> None:
    """Put the rows of some partitions in place of what was there.

    Raises:
        NotFolding: somebody else folds by now.
    """
    fact, months = part.rolled.name, part.months
    begin_write()
    try:
        mine.hold()
        for cuboid, rows in found.items():
            table = TABLES[fact][cuboid]
            old = delete(table).where(table.c.month.between(months.first, months.last))
            if part.places:
                old = old.where(table.c.province.in_(part.places))
            db.session.execute(old)
            insert_rows(table, table.columns.keys(), rows)
        count_anew(part.rolled, months)
        for month in months.numbers:
            row = FactMonth(fact=fact, month=month, folded_at=utc_now(), epoch=mine.epoch)
            db.session.merge(row)
        commit()
    except BaseException:
        db.session.rollback()
        raise


def rebuild(
    folder: str,
    source: Callable[[Moment], AbstractContextManager[Source]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Make every rollup anew; how many rows there are now.

    What changes meanwhile stays marked or touched, and is reckoned with until it is folded.

    Args:
        source: gives the facts as they are at a moment: from the live database unless told
            otherwise.
        progress: told what is at hand, how much is done, and of how much.

    Raises:
        NotFolding: somebody else folds.
    """
    count = 0
    with turn(folder) as mine, ExitStack() as opened:
        facts: Source
        if source is None:
            facts = Snapshot(opened.enter_context(mine.moment(snapshot)))
        else:
            with mine.moment(moment) as seen:  # files need it no longer once they are written
                facts = opened.enter_context(source(seen))
        parts = list(all_parts())
        for number, (part, found) in enumerate(_made_ahead(parts, facts)):
            if progress is not None:
                progress(part.rolled.name, number, len(parts))
            replace(mine, part, found)
            count += sum(map(len, found.values()))
        with unit_of_work() as session:
            session.execute(update(FactState).values(ready=True, rebuilt_at=utc_now()))
        mine.settled |= {mark.id for mark in mine.seen}
        mine.settled_until = mine.epoch
    return count


def _made_ahead(parts: Sequence[Part], facts: Source) -> Iterator[tuple[Part, Made]]:
    """Parts with their rows; from files the next is made while one is put into the database."""
    if not isinstance(facts, Duck):
        yield from ((part, made(part, facts)) for part in parts)
        return
    with ThreadPoolExecutor(1) as ahead:
        later: Future[Made] | None = None
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            found = later.result() if later else made(part, facts)
            later = ahead.submit(copy_context().run, made, following, facts) if following else None
            yield part, found
