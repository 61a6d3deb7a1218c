"""What a month of a table amounts to, by one expression on the database and on the files.

Each value of a row becomes a number, and a row the weighted sum of these, 31 bits of it.  Added
up over the rows, these numbers and the middle of their squares tell of a changed value, and of
values that changed places, in whatever order the rows come.  Only integers are reckoned with, and
only by what every engine does alike: SQLite's modulo, for one, loses digits of a long id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, reduce
from operator import add

import ibis
from ibis.expr.types import Table, Value

from registry.facts.fact import seconds
from registry.facts.notices import NOTICES
from registry.facts.query import Source, compiled
from registry.facts.schema import COLUMNS, PRESENCE, table

MONTHLY = tuple(name for name, columns in COLUMNS.items() if "month" in columns)
"""Tables of which each fiscal month is a file."""
WHOLE = 0
"""Stands in place of the month where a table is one file."""
LOW, WIDE = 2**31 - 1, 2**32 - 1
"""The bits that count of a row, and of a value: too many for PostgreSQL's short integers."""
ABSENT = 104_729
"""Stands for an absent value."""
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEAD = 4
"""Letters of a text that count beside its length: enough for every code there is."""


@dataclass(frozen=True)
class Check:
    """Rows, and the sums over them of their numbers and of the squares of these."""

    rows: int
    sum: int
    squares: int


def checks(source: Source, name: str, months: Collection[int] | None = None) -> dict[int, Check]:
    """The check of each month of a table that has rows, or of the table as ``WHOLE``.

    Args:
        months: only these; a table without months is always taken whole.
    """
    if name not in MONTHLY or months is None:
        sql = _compiled(name, source.dialect, None)
    else:
        sql = _compiled(name, source.dialect, tuple(sorted(months)))
    return {int(row[0]): Check(*(int(part or 0) for part in row[1:])) for row in source.fetch(sql)}


@cache
def _compiled(name: str, dialect: str, months: tuple[int, ...] | None) -> str:
    rows = kept(name)
    if months is not None:
        rows = rows.filter(rows.month.isin(months))
    part = rows.month if name in MONTHLY else ibis.literal(WHOLE)
    rows = rows.select(part=part, number=_number(name, rows))
    middle = (rows.number * rows.number).__rshift__(16) & LOW
    sums = rows.group_by("part").agg(rows=rows.count(), sum=rows.number.sum(), squares=middle.sum())
    return compiled(sums, dialect, once=True)


def kept(name: str) -> Table:
    """The rows of a table that the files hold: of deliveries only those of notices."""
    rows = table(name)
    if name != "delivery":
        return rows
    releases = table("release")
    return rows.filter(rows.release_id.isin(releases.filter(releases.purpose.isin(NOTICES)).id))


def _number(name: str, rows: Table) -> Value:
    """One number of 31 bits for each row."""
    marked = PRESENCE.get(name, ())
    values = [rows[one].notnull() if one in marked else rows[one] for one in rows.columns]
    parts = (_digest(value) * _weight(place) for place, value in enumerate(values))
    return reduce(add, parts) & LOW


def _weight(place: int) -> int:
    """An odd number of at most 25 bits."""
    return pow(31, place + 1, 2**25)


def _digest(value: Value) -> Value:
    """A number of at most 32 bits for a value."""
    kind = value.type()
    if kind.is_string():
        found = _of_text(value)
    elif kind.is_boolean():
        found = value.ifelse(1, 0)
    elif kind.is_integer():
        found = value
    elif kind.is_date():
        found = _whole(value.cast("timestamp").epoch_seconds())
    else:
        found = _whole(seconds(value))
    return (found & WIDE).fill_null(ABSENT)


def _whole(number: Value) -> Value:
    """A number without decimals as an integer: some engines have it as a decimal."""
    return number.cast("float64").cast("int64")


def _of_text(text: Value) -> Value:
    """The length, and where in the alphabet the first letters stand."""
    letters = [ibis.literal(LETTERS).find(text.substr(place, 1)) for place in range(HEAD)]
    return reduce(lambda number, letter: number * 67 + letter, letters, text.length() & WIDE)
