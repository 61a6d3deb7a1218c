"""Runs the facts: ibis expressions compiled to SQL, on the live database or on DuckDB.

Nothing that comes from outside reaches the SQL except values that a :class:`Cut` checked and
ibis wrote as literals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

import ibis
from ibis.backends.sql import compilers
from ibis.expr.types import Table
from sqlglot import exp
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

from registry.access.scope import Scope
from registry.db import db
from registry.facts.components import COMPONENTS, Component
from registry.facts.cuts import Cell, Cut
from registry.facts.fact import Fact
from registry.facts.limits import Limit, filtered, limit_of, limited, stamped
from registry.facts.spans import Months
from registry.periods.calendar import BANGKOK

MANY = 6
"""From how many totals on the rows are worked out once."""
Number = int | float
Amounts = dict[str, Number | None]
Rows = list[tuple[Any, ...]]


class Source(Protocol):
    """Where facts lie; ``dialect`` is ibis's name of its SQL."""

    @property
    def dialect(self) -> str:
        """``sqlite``, ``postgres`` or ``duckdb``."""

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

    def fetch(self, sql: str) -> Rows:
        """All rows of a query, run in the session's transaction."""
        options = {"no_parameters": True}
        result = db.session.connection().exec_driver_sql(sql, execution_options=options)
        return [tuple(row) for row in result]


class Duck:
    """A DuckDB connection whose tables or views have the names and columns of the schema."""

    dialect = "duckdb"

    def __init__(self, connection: Any, lacks: Iterable[str] = ()) -> None:
        self.connection = connection
        self.lacks = frozenset(lacks)

    def fetch(self, sql: str) -> Rows:
        """All rows of a query."""
        return list(self.connection.execute(sql).fetchall())


def selection(fact: Fact, months: Months, cut: Cut, limit: Limit) -> Table:
    """The rows of a fact that a question is about, with the columns of its dimensions."""
    asked = dict(cut.where).get("message", ())
    narrowed = (tuple(int(value) for value in asked if value is not None),) if asked else ()
    rows = limited(fact, fact.rows(months, *narrowed), months, limit)
    if fact.clocked:
        rows = rows.mutate(
            now=ibis.literal(int(datetime.combine(cut.today, time(), BANGKOK).timestamp()))
        )
    return filtered(stamped(fact, rows, cut), cut)


@lru_cache(maxsize=1024)
def _compiled(names: tuple[str, ...], months: Months, cut: Cut, limit: Limit, dialect: str) -> str:
    components = [COMPONENTS[name] for name in names]
    rows = selection(components[0].fact, months, cut, limit)
    totals = {component.name: component.total(rows) for component in components}
    grouped = rows.group_by([rows[name] for name in cut.by]) if cut.by else rows
    return compiled(grouped.agg(**totals), dialect, once=len(names) > MANY)


def compiled(rows: Table, dialect: str, *, once: bool = False) -> str:
    """The SQL of an expression; subqueries become CTEs, since SQLite nests only so deep.

    ``once`` has the rows worked out before they are summed: else a database may work out a
    duration again for each of its buckets (eight times slower when measured on SQLite).
    """
    compiler = getattr(compilers, dialect).compiler
    tree = eliminate_subqueries(compiler.to_sqlglot(rows))
    parts = list(tree.find_all(exp.CTE))
    if once and parts:
        parts[-1].set("materialized", True)
    return str(tree.sql(dialect=compiler.dialect))


def cells(
    scope: Scope, names: Iterable[str], months: Months, cut: Cut, source: Source | None = None
) -> dict[Cell, Amounts]:
    """Components by cell.

    Args:
        scope: whose facts.
        names: of components; all must know the cut's dimensions.
        source: where the facts lie; the live database unless told otherwise.

    Returns:
        One entry per cell that has facts (the cell's values in the order of ``cut.by``); with
        no dimension exactly one, ``()``.  Absent amounts are None, counts of nothing are 0; what
        rests on a table that the source lacks is absent.
    """
    wanted = [COMPONENTS[name] for name in dict.fromkeys(names)]
    source = source or Live()
    blank: Amounts = {one.name: one.amount(None, source.lacks) for one in wanted}
    found: dict[Cell, Amounts] = defaultdict(lambda: dict(blank))
    if not cut.by:
        found[()] = dict(blank)
    limit = limit_of(scope)
    for group in _by_fact(wanted):
        for span in months.each() if group[0].fact.stock and cut.by_month else [months]:
            _collect(found, group, span, cut, limit, source)
    return dict(found)


def _by_fact(wanted: Sequence[Component]) -> list[list[Component]]:
    groups: dict[str, list[Component]] = defaultdict(list)
    for component in wanted:
        groups[component.fact.name].append(component)
    return list(groups.values())


def _collect(
    found: dict[Cell, Amounts],
    group: list[Component],
    months: Months,
    cut: Cut,
    limit: Limit,
    source: Source,
) -> None:
    names = tuple(component.name for component in group)
    width = len(cut.by)
    for row in source.fetch(_compiled(names, months, cut, limit, source.dialect)):
        cell = tuple(_plain(value) for value in row[:width])
        for component, value in zip(group, row[width:], strict=True):
            found[cell][component.name] = component.amount(_plain(value), source.lacks)


def _plain(value: Any) -> Any:
    """Databases answer whole numbers as int, Decimal or float: one type for all."""
    if isinstance(value, (Decimal, float)):
        return int(value) if value == int(value) else float(value)
    return value
