"""Totals of one fact by several groups of dimensions, counted in one reading by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import sqlglot
from ibis.expr.types import Table
from sqlglot import Dialect, exp

from registry.facts import query
from registry.facts.blanks import SOME, filled, shape
from registry.facts.components import COMPONENTS
from registry.facts.cuts import Cut
from registry.facts.limits import Limit
from registry.facts.query import Duck, Places, Rows, Source
from registry.facts.spans import Months
from registry.facts.written import written

Keys = tuple[str, ...]
DUCKDB = Dialect.get_or_raise("duckdb").__class__
CELLS, GROUP = "cells", "group_number"


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
    if not isinstance(source, Duck):
        cuts = [replace(cut, by=keys) for keys in groups]
        return [query.totals(names, months, one, limit, source, places) for one in cuts]
    found: list[Rows] = [[] for _keys in groups]
    every = tuple(dict.fromkeys(key for keys in groups for key in keys))
    whole = replace(cut, by=every)
    cells, *asked = _grouped(tuple(names), tuple(groups), *shape(whole, limit), bool(places))
    for some in query.askable(names, months, whole):
        sql = query.asked(filled(cells, DUCKDB, some, whole, limit, places), source.dialect)
        source.connection.execute(f"CREATE OR REPLACE TEMP TABLE {CELLS} AS {sql}")
        for rows, own in zip(found, asked, strict=True):
            rows += source.fetch(own)
    return found


@written
def _grouped(
    names: tuple[str, ...], groups: tuple[Keys, ...], cut: Cut, limit: Limit, placed: bool
) -> list[str]:
    """SQL that makes the cells of all groups, then for each group SQL that reads its totals."""
    fact = COMPONENTS[names[0]].fact
    codes = () if fact.steady else fact.codes  # what is steady was gathered already
    cells = (
        _gathered(names, cut, limit, placed)
        if codes
        else query.totals_of(names, cut, limit, placed)
    )
    every = (*cut.by, *codes)
    tree: exp.Select = sqlglot.parse_one(
        query.compiled(cells, "duckdb"), dialect=DUCKDB, into=exp.Select
    )
    columns = [column.unalias() for column in tree.expressions[: len(every)]]
    places = {name: exp.Literal.number(place) for place, name in enumerate(every, start=1)}
    sets = [
        exp.Tuple(expressions=[places[key].copy() for key in (*keys, *codes)]) for keys in groups
    ]
    tree.set("group", exp.Group(expressions=[exp.GroupingSets(expressions=sets)]))
    number = exp.func("GROUPING", *(column.copy() for column in columns))
    tree = tree.select(exp.alias_(number, GROUP))
    kept = ibis.table({**dict(cells.schema().items()), GROUP: "int64"}, name=CELLS)
    asked = [_asked(kept, names, keys, every, codes) for keys in groups]
    return [tree.sql(dialect=DUCKDB), *asked]


def _gathered(names: Sequence[str], cut: Cut, limit: Limit, placed: bool) -> Table:
    """Rows with the same codes counted together, before their conditions are looked at."""
    components = [COMPONENTS[name] for name in names]
    fact = components[0].fact
    rows = query.placed_here(query.selection(fact, SOME, cut, limit), placed)
    rows = fact.coded(rows)
    return query.gathered(rows, (*cut.by, *fact.codes), components)


def _asked(kept: Table, names: Sequence[str], keys: Keys, every: Keys, codes: Keys) -> str:
    """SQL of the totals of one group; DuckDB numbers it by a bit for each column that it lacks."""
    lacks = ("0" if name in (*keys, *codes) else "1" for name in every)
    rows = kept.filter(kept[GROUP] == int("".join(lacks), 2))
    if not codes:
        return query.compiled(rows.select(*keys, *names), "duckdb")
    sums = {name: query.total(COMPONENTS[name], rows).cast(query.WHOLE) for name in names}
    return query.compiled(rows.group_by([rows[key] for key in keys]).agg(**sums), "duckdb")
