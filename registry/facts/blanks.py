"""Questions of one shape are compiled once: ibis takes a tenth of a second for each.

What a question is about is put in afterwards: months, provinces, the values of its limits.  In
their place the compiled SQL has blanks, which nothing else that is written there looks like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlglot import Dialect, exp

from registry.facts.cuts import DIMENSIONS, NUMBERS, Cut, Value
from registry.facts.limits import Limit
from registry.facts.spans import Months
from registry.facts.touched import SOME_EPOCH
from registry.periods.calendar import BANGKOK

SOME = Months(7001 * 12 + 3, 8002 * 12 + 8)
"""Months that no question is about."""
TODAY = date(9003, 5, 7)
"""A day that is never today."""
HERE, INSIDE = "here", "inside"
OFFICES = {"offices_inside": 9_900_000_010, "bureaus": 9_900_000_020}
"""Numbers that no office has; a value of a limit has nine digits at most, and is never compiled."""
_NUMBERS = {name: 9_900_001_000 + 10 * place for place, name in enumerate(DIMENSIONS)}


def blank(name: str) -> tuple[Value, Value]:
    """Two values that stand for any number of a dimension's, so that they are written as a list."""
    if name in NUMBERS:
        return _NUMBERS[name], _NUMBERS[name] + 1
    return f"<{name} 1>", f"<{name} 2>"


def shape(cut: Cut, limit: Limit) -> tuple[Cut, Limit]:
    """A cut and a limit with blanks for all their values; whether there are any stays."""
    where = tuple((name, _blanked(name, values)) for name, values in cut.where)
    provinces = tuple(map(str, blank(INSIDE))) if limit.provinces else ()
    offices: dict[str, Any] = {
        name: frozenset({number, number + 1} if getattr(limit, name) else ())
        for name, number in OFFICES.items()
    }
    blank_cut = replace(cut, where=where, today=TODAY)
    return blank_cut, replace(limit, provinces=provinces, **offices)


def _blanked(name: str, values: tuple[Value, ...]) -> tuple[Value, ...]:
    known = blank(name) if any(value is not None for value in values) else ()
    return (*known, None) if None in values else known


def filled(
    sql: str,
    dialect: type[Dialect],
    months: Months,
    cut: Cut,
    limit: Limit,
    places: Sequence[str] = (),
    epoch: int = 0,
) -> str:
    """SQL of a shape for a question."""
    days = zip((*_dates(SOME), TODAY), (*_dates(months), cut.today), strict=True)
    for before, after in days:
        sql = sql.replace(f"'{before}'", f"'{after}'").replace(_made(before), _made(after))
    numbers = (
        (SOME.first, months.first),
        (SOME.last, months.last),
        (beginning(TODAY), beginning(cut.today)),
        (SOME_EPOCH, epoch),
    )
    for blank_number, number in numbers:
        sql = re.sub(rf"(?<!\d){blank_number}(?!\d)", str(number), sql)
    for these, values in _values(cut, limit, places):
        sql = sql.replace(_written(these, dialect), _written(values, dialect))
    return sql


def _values(
    cut: Cut, limit: Limit, places: Sequence[str]
) -> Iterator[tuple[Sequence[Value], Sequence[Value]]]:
    """What is put in for which blanks."""
    yield blank(HERE), places
    yield blank(INSIDE), limit.provinces
    for name, number in OFFICES.items():
        yield (number, number + 1), sorted(getattr(limit, name))
    for name, values in cut.where:
        yield blank(name), [value for value in values if value is not None]


def beginning(day: date) -> int:
    """The second of the epoch at which a day begins in Thailand."""
    return int(datetime.combine(day, time(), BANGKOK).timestamp())


def _written(values: Collection[Value], dialect: type[Dialect]) -> str:
    return ", ".join(exp.convert(value).sql(dialect=dialect) for value in values)


def _dates(months: Months) -> tuple[date, ...]:
    """Every day that the facts of some months may name."""
    return months.start, months.before, months.first_end, months.end


def _made(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"
