"""Writing the rows of a table to Parquet, without anything that names a person.

Members are replaced by their pseudonyms, and of contacts, links and pictures only a mark is kept
that there is one.  Names of columns are those of the live tables, so that measures run on both.
Moments are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, FromClause, Select, Table, case, select

from registry.db import Base
from registry.facts.schema import COLUMNS, PRESENCE, table
from registry.vault import pseudonym
from reports.windows import RULES, Window

BATCH = 50_000
MARK = "x"
"""Stands where a member has such a contact, or a dissemination such a proof."""


def write_table(connection: Connection, name: str, window: Window, path: Path) -> int:
    """Write what a period keeps of a table; returns the number of rows."""
    schema, count = schema_of(name), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(connection, name, window, schema):
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def schema_of(name: str) -> pa.Schema:
    """The columns of a sealed table; members are text there."""
    members = set(_members_of(name))
    return pa.schema(
        pa.field(field.name, pa.string() if field.name in members else field.type)
        for field in table(name).schema().to_pyarrow()
    )


def _members_of(name: str) -> list[str]:
    """The columns that say which member."""
    own = "id" if name == "member" else "member_id"
    return [own] if own in COLUMNS[name] else []


def _batches(
    connection: Connection, name: str, window: Window, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    stand_in = cache(pseudonym)
    places = [COLUMNS[name].index(column) for column in _members_of(name)]
    for query in _queries(name, window):
        result = connection.execute(query).partitions(BATCH)
        for rows in result:
            columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
            for place in places:
                columns[place] = [None if uid is None else stand_in(uid) for uid in columns[place]]
            arrays = [
                pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)


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
    chosen = [_column(rows, name, column, who) for column in COLUMNS[name]]
    for condition in RULES[name](rows, window):
        query = select(*chosen).select_from(source).where(condition)
        yield query.order_by(*rows.primary_key).execution_options(yield_per=BATCH)


def _column(rows: Table, name: str, column: str, who: dict[str, Any]) -> Any:
    if column in who:
        return who[column].label(column)
    if column in PRESENCE.get(name, ()):
        return case((rows.c[column].is_not(None), MARK)).label(column)
    return rows.c[column]
