"""Writing the rows of a table to Parquet, without anything that names a person.

Members are replaced by their pseudonyms.  Names of columns are those of the live tables, so that
measures run on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, FromClause, Select, select

from registry.db import Base
from registry.facts.files import rows as files
from registry.facts.schema import COLUMNS
from registry.vault import pseudonym
from reports.windows import RULES, Window


def write_table(connection: Connection, name: str, window: Window, path: Path) -> int:
    """Write what a period keeps of a table; returns the number of rows."""
    stand_in = cache(pseudonym)
    places = [COLUMNS[name].index(column) for column in _members_of(name)]

    def without_names(columns: files.Columns) -> None:
        for place in places:
            columns[place] = [None if uid is None else stand_in(uid) for uid in columns[place]]

    queries = _queries(name, window)
    return files.write_rows(connection, queries, schema_of(name), path, without_names)


def schema_of(name: str) -> pa.Schema:
    """The columns of a sealed table; members are text there."""
    members = set(_members_of(name))
    return pa.schema(
        pa.field(field.name, pa.string() if field.name in members else field.type)
        for field in files.schema_of(name)
    )


def _members_of(name: str) -> list[str]:
    """The columns that say which member."""
    own = "id" if name == "member" else "member_id"
    return [own] if own in COLUMNS[name] else []


def _queries(name: str, window: Window) -> Iterator[Select[Any]]:
    rows = Base.metadata.tables[name]
    source: FromClause = rows
    who: dict[str, Any] = {}
    if name != "member" and _members_of(name):
        people = Base.metadata.tables["member"]
        source = rows.outerjoin(people, rows.c.member_id == people.c.id)
        who = {"member_id": people.c.uid}
    elif name == "member":
        who = {"id": rows.c.uid}
    chosen = [
        who[column].label(column) if column in who else files.kept(rows, column)
        for column in COLUMNS[name]
    ]
    for condition in RULES[name](rows, window):
        query = select(*chosen).select_from(source).where(condition)
        yield query.order_by(*rows.primary_key)
