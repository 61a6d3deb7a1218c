"""The proof that rollups equal a rebuild, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import insert, select, update

from registry.db import db, unit_of_work
from registry.facts.bitmaps import opened
from registry.facts.query import Source
from registry.facts.rollups import marks, once
from registry.facts.rollups.catalogue import NOWHERE, ROLLED, Rolled
from registry.facts.rollups.fold import fold
from registry.facts.rollups.making import made
from registry.facts.rollups.models import TABLES, FactMark, FactState
from registry.facts.rollups.parts import Part, all_parts
from registry.facts.rollups.turn import NotFolding, this_process
from registry.jobs import Progress, handles
from registry.periods.calendar import utc_now

log = structlog.get_logger()
TOLD = 20
"""Differing cells that are named one by one."""
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """A cell whose rollup says something else than the facts; None: there is no such row."""

    fact: str
    month: int
    cuboid: str
    cell: tuple[Any, ...]
    component: str
    kept: int | None
    counted: int | None

    def __str__(self) -> str:
        place = ", ".join("–" if value is None else str(value) for value in self.cell)
        return (
            f"{self.fact} {self.month} {self.cuboid} ({place}) {self.component}: "
            f"kept {self.kept}, counted {self.counted}"
        )


def differences(parts: Iterable[Part], source: Source | None = None) -> Iterator[Difference]:
    """Every differing cell; months that are marked or touched are not looked at."""
    for part in parts:
        before = _changed(part)
        found = [*_compared(part, source), *_numbers(part)]
        db.session.rollback()
        # Facts that changed while they were counted marked their partition, or touched it.
        changed = before | _changed(part)
        yield from (one for one in found if one.month not in changed)


def _changed(part: Part) -> set[int]:
    """Months of which the rollups know not everything yet."""
    asked = (part.rolled, part.months)
    return {*marks.dirty(*asked, lag=False), *marks.touched(*asked)}


def _compared(part: Part, source: Source | None) -> Iterator[Difference]:
    for cuboid, rows in made(part, source).items():
        table = TABLES[part.rolled.name][cuboid]
        span = table.c.month.between(part.months.first, part.months.last)
        stored = db.session.execute(select(table).where(span))
        before, now = (_by_key(part, cuboid, some) for some in (stored, rows))
        for key in sorted(before.keys() | now.keys(), key=str):
            was, is_ = before.get(key, {}), now.get(key, {})
            for name in sorted(name for name in was.keys() | is_ if was.get(name) != is_.get(name)):
                yield Difference(part.rolled.name, int(key[0]), cuboid, key[1:], name,
                                 _size(was.get(name)), _size(is_.get(name)))  # fmt: skip


def _numbers(part: Part) -> Iterator[Difference]:
    """Numbers of standard periods that are not those of the sets that are kept."""
    for (name, length, month, *place), kept, counted in once.differing(part.rolled, part.months):
        yield Difference(part.rolled.name, month, "once", (length, *place), name, kept, counted)


def _by_key(part: Part, cuboid: str, rows: Iterable[Sequence[Any]]) -> dict[Key, dict[str, Any]]:
    width, kept = len(part.rolled.keys(cuboid)), part.rolled.kept(cuboid)
    return {
        tuple(row[:width]): {
            one.name: _known(value) if one.distinct else value
            for one, value in zip(kept, row[width:], strict=True)
        }
        for row in rows
    }


def _known(value: bytes | None) -> frozenset[int] | None:
    return None if value is None else frozenset(opened(value))


def _size(value: Any) -> int | None:
    return len(value) if isinstance(value, frozenset) else value


def prove(source: Source | None = None, parts: Iterable[Part] | None = None) -> list[Difference]:
    """Compare everything, note the outcome, and mark what differs so that it is made anew."""
    found = list(differences(all_parts() if parts is None else parts, source))
    broken = {(one.fact, one.month) for one in found}
    with unit_of_work() as session:
        session.execute(update(FactState).values(proved_at=utc_now(), differing=len(found)))
        for fact, month in sorted(broken):
            session.execute(insert(FactMark).values(_mark(ROLLED[fact], month)))
    for one in found[:TOLD]:
        log.error("rollup_differs", cell=str(one))
    return found


def _mark(rolled: Rolled, month: int) -> dict[str, Any]:
    place = {"month": month, "until": month, "province": NOWHERE}
    return {"epoch": 0, "mark": rolled.mark, "at": utc_now(), **place}


@handles("facts-proof", daily_at=3)
def prove_nightly(_args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Fold what is marked, then prove the rollups; what differs is made anew by the next beat."""
    with suppress(NotFolding):  # what another process has at hand is marked, and left out
        fold(this_process(), all_now=True)
    parts = list(all_parts())

    def told() -> Iterator[Part]:
        for number, part in enumerate(parts):
            progress(part.rolled.name, number, len(parts))
            yield part

    return {"differing": len(prove(parts=told()))}
