"""Totals of one fact by several groups of dimensions, counted in one reading by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import sqlglot
from sqlglot import Dialect, exp

from registry.facts import query
from registry.facts.blanks import filled, shape
from registry.facts.cuts import Cut
from registry.facts.limits import Limit
from registry.facts.query import Duck, Places, Rows, Source
from registry.facts.spans import Months

Keys = tuple[str, ...]
DUCKDB = Dialect.get_or_raise("duckdb").__class__
KEPT = "cells"
GROUP = "the group"


def totals_by(
    names: Sequence[str],
    groups: Sequence[Keys],
    months: Months,
    cut: Cut,
    limit: Limit,
    source: Source,
    places: Places = (),
) -> list[Rows]:
    """Totals of components by each of some groups of dimensions; see :func:`query.totals`."""
    if not isinstance(source, Duck) or len(groups) == 1:
        cuts = [replace(cut, by=keys) for keys in groups]
        return [query.totals(names, months, one, limit, source, places) for one in cuts]
    found: list[Rows] = [[] for _keys in groups]
    every = tuple(dict.fromkeys(key for keys in groups for key in keys))
    whole = replace(cut, by=every)
    written = _written(tuple(names), tuple(groups), *shape(whole, limit), bool(places))
    for some in query.askable(names, months, whole):
        sql = filled(written, DUCKDB, some, whole, limit, places)
        source.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {KEPT} AS {query.asked(sql, source.dialect)}"
        )
        for rows, keys in zip(found, groups, strict=True):
            columns = ", ".join(f'"{name}"' for name in (*keys, *names))
            own = f'SELECT {columns} FROM {KEPT} WHERE "{GROUP}" = {_number(keys, every)}'  # noqa: S608
            rows += source.fetch(own)
    return found


def _number(keys: Keys, every: Keys) -> int:
    """DuckDB's number of a group: a bit for each dimension that it lacks."""
    return int("".join("0" if key in keys else "1" for key in every), 2)


@lru_cache(maxsize=256)
def _written(
    names: tuple[str, ...], groups: tuple[Keys, ...], cut: Cut, limit: Limit, placed: bool
) -> str:
    sql = query.totals_sql(names, cut, limit, "duckdb", placed)
    tree: exp.Select = sqlglot.parse_one(sql, dialect=DUCKDB, into=exp.Select)
    columns = [column.unalias() for column in tree.expressions[: len(cut.by)]]
    places = {name: exp.Literal.number(place) for place, name in enumerate(cut.by, start=1)}
    sets = [exp.Tuple(expressions=[places[key].copy() for key in keys]) for keys in groups]
    tree.set("group", exp.Group(expressions=[exp.GroupingSets(expressions=sets)]))
    number = exp.func("GROUPING", *(column.copy() for column in columns))
    return tree.select(exp.alias_(number, GROUP, quoted=True)).sql(dialect=DUCKDB)
