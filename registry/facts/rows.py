"""The rows behind a figure: exactly those that its component counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import ibis
from ibis.expr.types import BooleanValue

from registry.access.scope import Scope
from registry.documents.cells import Cell
from registry.facts.components import COMPONENTS, Component
from registry.facts.cuts import Cut
from registry.facts.evaluate import check
from registry.facts.limits import limit_of
from registry.facts.measure import Measure
from registry.facts.query import Live, answer, compiled, selection
from registry.facts.shown import COLUMNS, Shown, cells
from registry.facts.spans import Months

FEWEST = 5
"""A cell of fewer persons is not opened to those who may not see personal data."""
PAGE = 50
CHUNK = 5_000
Part = Literal["numerator", "denominator", "rest"]
"""What of a figure: what it counts, what could count, or what could and does not."""


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure.

    Attributes:
        scope: whose facts.
        who: whose names may be shown; an impersonal scope shows none.
        bucket: of a median, the name of the component that holds one span of its durations.
    """

    scope: Scope
    who: Scope
    measure: Measure
    part: Part
    months: Months
    cut: Cut
    bucket: str = ""

    @property
    def component(self) -> Component:
        """The component whose rows are meant; of a median all with a known duration."""
        one = self.measure
        if self.bucket:
            return COMPONENTS[self.bucket]
        if one.is_median:
            return COMPONENTS[one.numerator.removesuffix("_minutes") + "_timed"]
        if self.part == "denominator" and one.denominator:
            return COMPONENTS[one.denominator]
        return COMPONENTS[one.numerator]

    @property
    def columns(self) -> list[Shown]:
        """The columns; those that may tell who somebody is only with the right to it."""
        every = COLUMNS[self.component.fact.name]
        return [column for column in every if self.who.personal or not column.personal]

    @property
    def named(self) -> bool:
        """Whether names may be shown for all that the figure counts."""
        return self.who.personal and self.who.key == self.scope.key

    def table(self, cut: Cut | None = None) -> ibis.Table:
        """The rows themselves, or those of another cut."""
        check(self.measure, cut or self.cut)
        fact = self.component.fact
        rows = selection(fact, self.months, cut or self.cut, limit_of(self.scope))
        counted = self.component.contributes(rows)
        return rows.filter(self._countable(rows) & ~counted if self.part == "rest" else counted)

    def _countable(self, rows: ibis.Table) -> BooleanValue:
        """Which of the counted fact's rows the share is over; those of another fact are all."""
        over = COMPONENTS[str(self.measure.denominator)]
        own = over.fact is self.component.fact
        return over.contributes(rows) if own else ibis.literal(True)


@dataclass(frozen=True)
class Size:
    """How many rows there are, and how many persons; ``hidden``: too few to be opened."""

    rows: int
    persons: int | None
    hidden: bool


def size(behind: Behind) -> Size:
    """Count the rows behind a figure, and decide whether they may be opened."""
    rows = behind.table()
    counts = [rows.count().name("rows")]
    if "member_id" in rows.columns:
        counts.append(rows.member_id.nunique().name("persons"))
    found = answer(Live(), compiled(rows.agg(counts), Live().dialect))[0]
    persons = int(found[1]) if len(found) > 1 else None
    few = persons is not None and 0 < persons < FEWEST
    return Size(int(found[0]), persons, few and not behind.named)


def page(behind: Behind, number: int) -> list[list[Cell]]:
    """A page of rows, from 1; empty beyond the last one."""
    return _fetch(behind, PAGE, (number - 1) * PAGE)


def every(behind: Behind) -> Iterator[list[Cell]]:
    """All rows, fetched in portions."""
    start, chunk = 0, _fetch(behind, CHUNK, 0)
    while chunk:
        yield from chunk
        start += CHUNK
        chunk = _fetch(behind, CHUNK, start) if len(chunk) == CHUNK else []


def _fetch(behind: Behind, limit: int, offset: int) -> list[list[Cell]]:
    rows, columns = behind.table(), behind.columns
    chosen = {f"c{place}": rows[column.column] for place, column in enumerate(columns)}
    keys = {f"k{place}": rows[key] for place, key in enumerate(_keys(rows))}
    ordered = rows.select(**chosen, **keys)
    first, *rest = (ordered[name] for name in (*chosen, *keys))
    ordered = ordered.order_by([first.desc() if columns[0].kind == "day" else first, *rest])
    found: list[tuple[Any, ...]] = answer(
        Live(), compiled(ordered.limit(limit, offset=offset), Live().dialect)
    )
    return cells(columns, [row[: len(columns)] for row in found], behind.who)


def _keys(rows: ibis.Table) -> list[str]:
    """Columns that make the order of rows whole, so that pages neither repeat nor skip one."""
    known = ("id", "message_id", "member_id", "district")
    return [name for name in known if name in rows.columns]
