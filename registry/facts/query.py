"""Facts as SQL: ibis expressions compiled once and filled in, on the live database or elsewhere.

Nothing that comes from outside reaches the SQL except values that a :class:`Cut` checked and
ibis wrote as literals.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

import ibis
from ibis.backends.sql import compilers
from ibis.expr.types import Table, Value
from sqlalchemy import Connection
from sqlglot import Dialect, exp
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

from registry.db import db
from registry.facts.bitmaps import BitMap
from registry.facts.blanks import HERE, SOME, beginning, blank, filled, shape
from registry.facts.components import COMPONENTS, Component
from registry.facts.cuts import Cell, Cut
from registry.facts.fact import Fact, at_month_ends
from registry.facts.limits import Limit, filtered, limited, stamped
from registry.facts.schema import MONTH_ENDS
from registry.facts.spans import Months
from registry.facts.touched import MEMBER, SOME_EPOCH, TOUCHES, Touched, of_pair, only_touched
from registry.facts.written import written

BITS = 48
"""Months of a stock that are asked about at once: they and a year before are bits of a number."""
TOLD_APART = ("province", "network_type", "channel_kind", "office_id", "network")
"""Columns of a steady stock on which its dimensions rest."""
WHOLE = "!int64"
"""The type of a total: sums as databases make them take eight times as long to fetch.  The mark
has ibis write the cast."""
MANY = 6
"""From how many totals on the rows are worked out once."""
Rows = list[tuple[Any, ...]]
Places = tuple[str, ...]
"""Provinces of the rows; none: wherever they are."""


class Source(Protocol):
    """Where facts lie; ``dialect`` is ibis's name of its SQL."""

    @property
    def dialect(self) -> str:
        """``sqlite``, ``postgres``, ``duckdb`` or ``pyspark``."""

    @property
    def lacks(self) -> frozenset[str]:
        """Tables of ``LATER`` that are younger than what lies here."""

    def fetch(self, sql: str) -> Rows:
        """All rows of a query."""


class Live:
    """The database of the session at hand."""

    lacks: frozenset[str] = frozenset()

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        return {"postgresql": "postgres"}.get(db.engine.dialect.name, db.engine.dialect.name)

    @property
    def connection(self) -> Connection:
        """That of the session's transaction."""
        return db.session.connection()

    def fetch(self, sql: str) -> Rows:
        """All rows of a query."""
        return _fetched(self.connection, sql)

    def fetch_touched(self, sql: str) -> Rows:
        """All rows of a query about touched pairs.

        PostgreSQL takes a pair for rarer than it is, and would join thousands of them one by one.
        """
        if self.dialect != "postgres":
            return self.fetch(sql)
        self.connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
        found = self.fetch(sql)
        self.connection.exec_driver_sql("SET LOCAL enable_nestloop = on")
        return found


class Snapshot(Live):
    """The database as one connection sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The one given."""
        return self._connection


def _fetched(connection: Connection, sql: str) -> Rows:
    found = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    return [tuple(row) for row in found]


class Duck:
    """A DuckDB connection whose tables or views have the names and columns of the schema."""

    dialect = "duckdb"

    def __init__(self, connection: Any, lacks: Iterable[str] = ()) -> None:
        self.connection = connection
        self.lacks = frozenset(lacks)

    def fetch(self, sql: str) -> Rows:
        """All rows of a query."""
        return list(self.connection.execute(sql).fetchall())

    def sets(self, sql: str) -> Iterator[tuple[Cell, BitMap]]:
        """The column ``key`` of a query as a set for each cell of its others.

        Gathered by DuckDB and taken over as arrays: millions of keys never become rows.
        """
        lists = f"SELECT * EXCLUDE (key), list(key) AS keys FROM ({sql}) GROUP BY ALL"  # noqa: S608
        for batch in self.connection.sql(lists).to_arrow_reader():
            *cells, keys = batch.columns
            values = keys.values.to_numpy().astype("uint32")
            bounds = keys.offsets.to_numpy()
            every = zip(*(column.to_pylist() for column in cells), strict=True)
            for cell, start, stop in zip(every, bounds, bounds[1:], strict=False):
                yield cell, BitMap(array("I", values[start:stop].tobytes()))


def selection(
    fact: Fact,
    months: Months,
    cut: Cut,
    limit: Limit,
    gather: Sequence[Component] = (),
    *,
    plain: bool = False,
) -> Table:
    """The rows of a fact that a question is about, with the columns of its dimensions.

    Args:
        gather: of a steady stock, components that are summed up before the months are told
            apart; each is then a column of fewer rows.
        plain: whether what other rows decide may be left out.
    """
    if fact.stock and not (fact.cohort or cut.by_month):
        months = months.at_end
    asked = dict(cut.where).get("message", ())
    narrowed = (tuple(int(value) for value in asked if value is not None),) if asked else ()
    found = fact.plain if plain and fact.plain else fact.rows
    rows = limited(fact, found(months, *narrowed), months, limit)
    if fact.steady:
        keys = (*TOLD_APART, "begins", "until", *fact.flags, *fact.codes)
        rows = gathered(rows, keys, gather) if gather else rows
        rows = at_month_ends(rows, months, fact.flags)
    if fact.open:
        rows = rows.mutate(now=ibis.literal(beginning(cut.today)))
    return filtered(stamped(fact, rows, cut), cut)


def gathered(rows: Table, keys: Iterable[str], components: Sequence[Component]) -> Table:
    """Rows summed up by all that tells them apart: how many ``times``, and their amounts."""
    amounts = [one.total(rows).name(one.name) for one in components if one.empty is None]
    known = [rows[name] for name in keys if name in rows.columns]
    return rows.group_by(known).agg([rows.count().name("times"), *amounts])


def total(one: Component, rows: Table) -> Value:
    """The aggregate over rows that were gathered."""
    if one.empty is None:
        return rows[one.name].sum()
    return (rows.times if one.value is None else one.value(rows) * rows.times).sum()


def totals(
    names: Sequence[str],
    months: Months,
    cut: Cut,
    limit: Limit,
    source: Source,
    places: Places = (),
    *,
    only_open: bool = False,
    touched: Touched | None = None,
) -> Rows:
    """Totals of components of one fact: a row per cell, its values before the totals.

    Args:
        only_open: of those rows alone which the clock may change.
        touched: of those rows alone which were touched.
    """
    asked = (tuple(names), *shape(cut, limit), source.dialect, bool(places))
    sql = _totals(*asked, only_open=only_open, touched=_shaped(touched))
    about = (cut, limit, places, _epoch(touched))
    return [
        row
        for some in askable(names, months, cut)
        for row in answer(source, filled(sql, dialect_of(source), some, *about), touched)
    ]


def _shaped(touched: Touched | None) -> Touched | None:
    return touched and replace(touched, epoch=SOME_EPOCH)


def _epoch(touched: Touched | None) -> int:
    return touched.epoch if touched else 0


def askable(names: Sequence[str], months: Months, cut: Cut) -> list[Months]:
    """The spans by which a question is asked: of a stock by month only so many at once."""
    fact = COMPONENTS[names[0]].fact
    apart = fact.stock and not fact.cohort and cut.by_month
    return months.parted(BITS) if apart else [months]


def worked_out(names: Sequence[str], months: Months, cut: Cut, source: Source) -> str:
    """SQL of one fact's rows: the cut's dimensions, and what each component counts of a row."""
    whole = Limit(everything=True)
    sql = _worked_out(tuple(names), *shape(cut, whole), source.dialect)
    return asked(filled(sql, dialect_of(source), months, cut, whole), source.dialect)


def sets(
    name: str,
    months: Months,
    cut: Cut,
    limit: Limit,
    source: Source,
    places: Places = (),
    *,
    touched: Touched | None = None,
) -> Iterator[tuple[Cell, BitMap]]:
    """What a distinct component counts once, as a set for each cell."""
    asked_about = (name, *shape(cut, limit), source.dialect, bool(places))
    keys = _keys(*asked_about, touched=_shaped(touched))
    sql = filled(keys, dialect_of(source), months, cut, limit, places, _epoch(touched))
    if isinstance(source, Duck):
        yield from source.sets(asked(sql, source.dialect))
        return
    found: dict[Cell, list[int]] = defaultdict(list)
    for row in answer(source, sql):
        found[row[:-1]].append(int(row[-1]))
    yield from ((cell, BitMap(keys)) for cell, keys in found.items())


def touched_members(epoch: int, source: Source) -> BitMap:
    """Members of pairs that were touched after an epoch."""
    about = f"{of_pair(MEMBER, 'k')} AND k.epoch > {epoch}"
    rows = f"SELECT k.key_id FROM {TOUCHES} AS k WHERE {about}"  # noqa: S608 (made of constants)
    return BitMap(int(row[0]) for row in source.fetch(rows))


def dialect_of(source: Source) -> type[Dialect]:
    """The SQL of a source as sqlglot knows it."""
    found: type[Dialect] = getattr(compilers, source.dialect).compiler.dialect
    return found


def answer(source: Source, sql: str, touched: Touched | None = None) -> Rows:
    """All rows of a query in which month ends may be named; see :func:`asked`."""
    whole = asked(sql, source.dialect)
    if touched and isinstance(source, Live):
        return source.fetch_touched(whole)
    return source.fetch(whole)


def asked(sql: str, dialect: str) -> str:
    """A query together with the month ends that it names, which no database holds."""
    word = "" if dialect == "sqlite" else "DATE "
    day = "`on`" if dialect == "pyspark" else '"on"'
    ends = {}
    for name, first, last in _ENDS.findall(sql):
        days = Months(int(first), int(last)).each()
        rows = ", ".join(f"({one.last}, {word}'{one.end}')" for one in days)
        ends[name] = f"{name}(month, {day}) AS (VALUES {rows})"
    if not ends:
        return sql
    return f"WITH {', '.join(ends.values())}{',' if sql.startswith('WITH ') else ''} " + (
        sql.removeprefix("WITH ")
    )


_ENDS = re.compile(rf"\b({MONTH_ENDS}(\d+)_(\d+))\b")


@written
def _totals(
    names: tuple[str, ...],
    cut: Cut,
    limit: Limit,
    dialect: str,
    placed: bool,
    *,
    only_open: bool,
    touched: Touched | None,
) -> str:
    rows = totals_of(names, cut, limit, placed, only_open=only_open)
    return compiled(rows, dialect, once=len(names) > MANY, touched=touched)


def totals_of(
    names: tuple[str, ...], cut: Cut, limit: Limit, placed: bool, *, only_open: bool = False
) -> Table:
    """Totals of components by cell, with blanks for what a question is about."""
    components = [COMPONENTS[name] for name in names]
    fact = components[0].fact
    if fact.steady:
        rows = placed_here(selection(fact, SOME, cut, limit, components), placed)
        sums = {component.name: total(component, rows) for component in components}
    else:
        rows = placed_here(selection(fact, SOME, cut, limit), placed)
        rows = rows.filter(fact.open(rows)) if fact.open and only_open else rows
        sums = {component.name: component.total(rows) for component in components}
    grouped = rows.group_by([rows[name] for name in cut.by]) if cut.by else rows
    return grouped.agg(**{name: sum_.cast(WHOLE) for name, sum_ in sums.items()})


@written
def _worked_out(names: tuple[str, ...], cut: Cut, limit: Limit, dialect: str) -> str:
    components = [COMPONENTS[name] for name in names]
    rows = selection(components[0].fact, SOME, cut, limit)
    values = {one.name: one.value(rows) if one.value else ibis.literal(1) for one in components}
    return compiled(rows.select(*cut.by, **values), dialect)


@written
def _keys(
    name: str, cut: Cut, limit: Limit, dialect: str, placed: bool, *, touched: Touched | None
) -> str:
    component = COMPONENTS[name]
    rows = placed_here(selection(component.fact, SOME, cut, limit, plain=True), placed)
    rows = rows.filter(component.contributes(rows))
    key = component.value(rows) if component.value else rows.count()
    chosen = rows.select(*(rows[dimension] for dimension in cut.by), key=key)
    return compiled(chosen.distinct(), dialect, touched=touched)


def placed_here(rows: Table, placed: bool) -> Table:
    """The rows of the provinces asked for, or all of them."""
    return rows.filter(rows.province.isin(blank(HERE))) if placed else rows


def compiled(
    rows: Table, dialect: str, *, once: bool = False, touched: Touched | None = None
) -> str:
    """The SQL of an expression; subqueries become CTEs, since SQLite nests only so deep.

    ``once`` has the rows worked out before they are summed: else a database may work out a
    duration again for each of its buckets (eight times slower when measured on SQLite).  DuckDB
    never does, and would work out every CTE by itself unless told otherwise.
    """
    compiler = getattr(compilers, dialect).compiler
    tree = eliminate_subqueries(compiler.to_sqlglot(rows))
    parts = list(tree.find_all(exp.CTE))
    if touched:
        only_touched(tree, touched, dialect)
    if dialect == "duckdb":
        for part in parts:
            part.set("materialized", False)
    elif once and parts and dialect != "pyspark":  # Spark has no word for it
        parts[-1].set("materialized", True)
    return str(tree.sql(dialect=compiler.dialect))
