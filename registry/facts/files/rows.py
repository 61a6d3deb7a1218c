"""Rows of the database as Parquet, in portions, so that no table need fit into memory.

Of ``PRESENCE`` columns only a mark is kept that they are filled.  Moments are UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Select, Table, case

from registry.arrow import Moment
from registry.facts.schema import MARK, PRESENCE, table

Change = Callable[[pa.RecordBatch], pa.RecordBatch]


def schema_of(name: str) -> pa.Schema:
    """The columns of a fact table and their types."""
    return table(name).schema().to_pyarrow()


def kept(rows: Table, column: str) -> Any:
    """What is kept of a column: its value, or the mark."""
    if column in PRESENCE.get(rows.name, ()):
        return case((rows.c[column].is_not(None), MARK)).label(column)
    return rows.c[column]


def write_rows(
    seen: Moment,
    queries: Iterable[Select[Any]],
    schema: pa.Schema,
    path: Path,
    change: Change | None = None,
) -> int:
    """Write what queries find to one Parquet file; returns the number of rows.

    Args:
        queries: whose columns are those of the schema, in its order.
        change: may put other values in a portion.
    """
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for query in queries:
            for batch in seen.batches(query):
                writer.write_batch(_cast(change(batch) if change else batch, schema))
                count += batch.num_rows
    return count


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    pairs = zip(batch.columns, schema, strict=True)
    return pa.RecordBatch.from_arrays([one.cast(field.type) for one, field in pairs], schema=schema)
