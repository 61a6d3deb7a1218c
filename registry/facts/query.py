"""Facts as SQL: ibis expressions compiled once and filled in, on the live database or elsewhere.

Nothing that comes from outside reaches the SQL except values that a :class:`Cut` checked and
ibis wrote as literals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Protocol

import ibis
from ibis.backends.sql import compilers
from ibis.expr.types import Table
from sqlglot import exp
from sqlglot.optimizer.eliminate_subqueries import eliminate_subqueries

from registry.db import db
from registry.facts.components import COMPONENTS
from registry.facts.cuts import Cut
from registry.facts.fact import Fact
from registry.facts.groups import DORMANT_MONTHS
from registry.facts.limits import Limit, filtered, limited, stamped
from registry.facts.people import CONFIRMED_MONTHS
from registry.facts.spans import Months, months_back
from registry.periods.calendar import BANGKOK

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


def totals(
    names: Sequence[str],
    months: Months,
    cut: Cut,
    limit: Limit,
    source: Source,
    places: Places = (),
) -> Rows:
    """Totals of components of one fact: a row per cell, its values before the totals."""
    some = _months_of(cut, limit, months)
    written = _totals(tuple(names), some, cut, limit, source.dialect, bool(places))
    return source.fetch(filled(written, some, months, places))


def keys(
    name: str, months: Months, cut: Cut, limit: Limit, source: Source, places: Places = ()
) -> Rows:
    """What a distinct component counts once: a row per cell and key, the key last."""
    some = _months_of(cut, limit, months)
    written = _keys(name, some, cut, limit, source.dialect, bool(places))
    return source.fetch(filled(written, some, months, places))


# Months and provinces are filled in afterwards, for ibis takes a tenth of a second to compile.
SOME = Months(7001 * 12 + 3, 8002 * 12 + 8)
"""Months that no question is about; a message or an office of such a number has their digits."""
SOMEWHERE = ("<here>", "<there>")
"""Provinces that are none."""


def _months_of(cut: Cut, limit: Limit, months: Months) -> Months:
    """The months to compile for: the real ones where a limit's number looks like ``SOME``."""
    given = {value for _name, values in cut.where for value in values}
    given |= limit.offices_inside | limit.bureaus
    return months if given & {SOME.first, SOME.last} else SOME


@lru_cache(maxsize=1024)
def _totals(
    names: tuple[str, ...], months: Months, cut: Cut, limit: Limit, dialect: str, placed: bool
) -> str:
    components = [COMPONENTS[name] for name in names]
    rows = _placed(components[0].fact, months, cut, limit, placed)
    sums = {component.name: component.total(rows) for component in components}
    grouped = rows.group_by([rows[name] for name in cut.by]) if cut.by else rows
    return compiled(grouped.agg(**sums), dialect, once=len(names) > MANY)


@lru_cache(maxsize=256)
def _keys(name: str, months: Months, cut: Cut, limit: Limit, dialect: str, placed: bool) -> str:
    component = COMPONENTS[name]
    rows = _placed(component.fact, months, cut, limit, placed)
    rows = rows.filter(component.contributes(rows))
    key = component.value(rows) if component.value else rows.count()
    chosen = rows.select(*(rows[dimension] for dimension in cut.by), key=key)
    return compiled(chosen.distinct(), dialect)


def _placed(fact: Fact, months: Months, cut: Cut, limit: Limit, placed: bool) -> Table:
    rows = selection(fact, months, cut, limit)
    return rows.filter(rows.province.isin(SOMEWHERE)) if placed else rows


def filled(sql: str, some: Months, months: Months, places: Places = ()) -> str:
    """SQL that was compiled for some months (and ``SOMEWHERE``), for those asked about."""
    if some != months:
        for before, after in zip(_dates(some), _dates(months), strict=True):
            sql = sql.replace(f"'{before}'", f"'{after}'").replace(_made(before), _made(after))
        for number, month in ((some.first, months.first), (some.last, months.last)):
            sql = sql.replace(str(number), str(month))
    known = ", ".join(f"'{code}'" for code in places if code.isalnum())
    return sql.replace(", ".join(f"'{name}'" for name in SOMEWHERE), known)


def _dates(months: Months) -> tuple[date, ...]:
    """Every day that the facts of some months may name."""
    back = (months_back(months.end, count) for count in (CONFIRMED_MONTHS, DORMANT_MONTHS))
    return (months.start, months.before, months.end, *back)


def _made(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


def compiled(rows: Table, dialect: str, *, once: bool = False) -> str:
    """The SQL of an expression; subqueries become CTEs, since SQLite nests only so deep.

    ``once`` has the rows worked out before they are summed: else a database may work out a
    duration again for each of its buckets (eight times slower when measured on SQLite).
    """
    compiler = getattr(compilers, dialect).compiler
    tree = eliminate_subqueries(compiler.to_sqlglot(rows))
    parts = list(tree.find_all(exp.CTE))
    if once and parts and dialect != "pyspark":  # Spark has no word for it
        parts[-1].set("materialized", True)
    return str(tree.sql(dialect=compiler.dialect))
