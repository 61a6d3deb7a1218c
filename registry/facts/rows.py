"""The rows behind a figure: exactly those that its component counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import ibis
from ibis.expr.types import BooleanValue, Table

from registry.access.scope import Scope
from registry.documents.cells import Cell
from registry.facts.blanks import SOME, filled, shape
from registry.facts.components import COMPONENTS, Component
from registry.facts.cuts import Cut
from registry.facts.evaluate import check
from registry.facts.fact import Fact
from registry.facts.limits import Limit, limit_of
from registry.facts.measure import Measure
from registry.facts.query import Live, Rows, answer, compiled, dialect_of, selection
from registry.facts.shown import COLUMNS, Shown, cells
from registry.facts.spans import Months
from registry.facts.written import written

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
        """The component whose rows are meant."""
        one = self.measure
        if self.bucket:
            return COMPONENTS[self.bucket]
        if self.part == "denominator" and one.denominator:
            return COMPONENTS[one.denominator]
        return COMPONENTS[one.opened]

    @property
    def columns(self) -> list[Shown]:
        """The columns; those that may tell who somebody is only with the right to it."""
        every = COLUMNS[self.component.fact.name]
        return [column for column in every if self.who.personal or not column.personal]

    @property
    def named(self) -> bool:
        """Whether names may be shown for all that the figure counts."""
        return self.who.personal and self.who.key == self.scope.key

    @property
    def counted(self) -> Counted:
        """Which rows of its fact stand behind it."""
        over = str(self.measure.denominator) if self.part == "rest" else ""
        return Counted(self.component.name, over)

    @property
    def of_persons(self) -> bool:
        """Whether its rows are those of members."""
        return _of_persons(self.component.fact)

    def ask(
        self, write: Callable[..., str], *more: object, cut: Cut | None = None, end: str = ""
    ) -> Rows:
        """What a query about the rows finds.

        Args:
            write: writes it, given which rows, ``more``, and the shape of a cut and a limit.
            cut: in place of its own.
            end: what follows the query.
        """
        asked, limit, source = cut or self.cut, limit_of(self.scope), Live()
        check(self.measure, asked)
        sql = write(self.counted, *more, *shape(asked, limit), source.dialect)
        return answer(source, filled(sql, dialect_of(source), self.months, asked, limit) + end)


@dataclass(frozen=True)
class Counted:
    """Rows of a fact: those that a component counts, or what of those ``over`` it does not."""

    component: str
    over: str = ""

    def rows(self, cut: Cut, limit: Limit) -> Table:
        """The rows of a shape; see :mod:`registry.facts.blanks`."""
        rows = selection(COMPONENTS[self.component].fact, SOME, cut, limit)
        return rows.filter(self.of(rows))

    def of(self, rows: Table) -> BooleanValue:
        """Which of a fact's rows they are."""
        counted = COMPONENTS[self.component].contributes(rows)
        return self._countable(rows) & ~counted if self.over else counted

    def _countable(self, rows: Table) -> BooleanValue:
        """Which of the counted fact's rows the share is over; those of another fact are all."""
        over = COMPONENTS[self.over]
        own = over.fact is COMPONENTS[self.component].fact
        return over.contributes(rows) if own else ibis.literal(True)


@lru_cache
def _of_persons(fact: Fact) -> bool:
    return "member_id" in fact.rows(SOME).columns


@dataclass(frozen=True)
class Size:
    """How many rows there are, and how many persons; ``hidden``: too few to be opened."""

    rows: int
    persons: int | None
    hidden: bool


def size(behind: Behind) -> Size:
    """Count the rows behind a figure, and decide whether they may be opened."""
    found = behind.ask(_sized)[0]
    persons = int(found[1]) if len(found) > 1 else None
    few = persons is not None and 0 < persons < FEWEST
    return Size(int(found[0]), persons, few and not behind.named)


@written
def _sized(counted: Counted, cut: Cut, limit: Limit, dialect: str) -> str:
    rows = counted.rows(cut, limit)
    counts = [rows.count().name("rows")]
    if "member_id" in rows.columns:
        counts.append(rows.member_id.nunique().name("persons"))
    return compiled(rows.agg(counts), dialect)


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
    columns = behind.columns
    names, newest_first = tuple(one.column for one in columns), columns[0].kind == "day"
    found = behind.ask(_listed, names, newest_first, end=f" LIMIT {limit} OFFSET {offset}")
    return cells(columns, [row[: len(columns)] for row in found], behind.who)


@written
def _listed(
    counted: Counted,
    columns: tuple[str, ...],
    newest_first: bool,  # noqa: FBT001 (as the others it is told by its place)
    cut: Cut,
    limit: Limit,
    dialect: str,
) -> str:
    rows = counted.rows(cut, limit)
    chosen = {f"c{place}": rows[column] for place, column in enumerate(columns)}
    keys = {f"k{place}": rows[key] for place, key in enumerate(_keys(rows))}
    ordered = rows.select(**chosen, **keys)
    first, *rest = (ordered[name] for name in (*chosen, *keys))
    return compiled(ordered.order_by([first.desc() if newest_first else first, *rest]), dialect)


def _keys(rows: Table) -> list[str]:
    """Columns that make the order of rows whole, so that pages neither repeat nor skip one."""
    known = ("id", "message_id", "member_id", "district")
    return [name for name in known if name in rows.columns]
