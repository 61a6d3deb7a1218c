"""Rows of the database as Parquet, in portions, so that no table need fit into memory.

Of ``PRESENCE`` columns only a mark is kept that they are filled.  Moments are UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, Select, Table, case

from registry.facts.schema import MARK, PRESENCE, table

BATCH = 100_000
"""Rows that are held at once, and of a row group."""
Columns = list[Sequence[Any]]
Change = Callable[[Columns], None]


def schema_of(name: str) -> pa.Schema:
    """The columns of a fact table and their types."""
    return table(name).schema().to_pyarrow()


def kept(rows: Table, column: str) -> Any:
    """What is kept of a column: its value, or the mark."""
    if column in PRESENCE.get(rows.name, ()):
        return case((rows.c[column].is_not(None), MARK)).label(column)
    return rows.c[column]


def write_rows(
    connection: Connection,
    queries: Iterable[Select[Any]],
    schema: pa.Schema,
    path: Path,
    change: Change | None = None,
) -> int:
    """Write what queries find to one Parquet file; returns the number of rows.

    Args:
        queries: whose columns are those of the schema, in its order.
        change: may put other values in place of a portion's columns.
    """
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for query in queries:
            for columns in _portions(connection, query):
                if change:
                    change(columns)
                batch = _batch(columns, schema)
                writer.write_batch(batch)
                count += batch.num_rows
    return count


def _portions(connection: Connection, query: Select[Any]) -> Iterator[Columns]:
    result = connection.execute(query.execution_options(yield_per=BATCH))
    for rows in result.partitions(BATCH):
        yield list(zip(*rows, strict=True))


def _batch(columns: Columns, schema: pa.Schema) -> pa.RecordBatch:
    pairs = zip(columns, schema, strict=True)
    arrays = [pa.array(values, field.type) for values, field in pairs]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
