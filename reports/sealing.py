"""Freezing a period's facts: one consistent look at the database, written as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from registry.arrow import Moment, moment
from registry.db import Base
from registry.facts.query import Duck
from registry.facts.schema import COLUMNS, LATER
from registry.periods.calendar import Period
from reports.columnar import Pseudonyms, schema_of, write_table
from reports.manifest import Part, part_of
from reports.windows import Window

FACTS = "facts"
NAMES = {
    "zone": ("code", "name_th", "name_en"),
    "province": ("code", "name_th", "name_en"),
    "network_type": ("code", "name_th", "name_en"),
}
"""Names as they were: a report must be readable when places and types are called otherwise."""
KEPT = tuple(COLUMNS)
"""The tables that a period keeps."""
Tell = Callable[[str, int, int], None]


def silent(_step: str, _done: int = 0, _total: int = 0) -> None:
    """Tell nobody how far it is."""


def seal_facts(folder: Path, period: Period, tell: Tell = silent) -> list[Part]:
    """Write the facts of a period below a folder; returns what was written."""
    (folder / FACTS).mkdir()
    with moment() as seen:
        kept = list(_facts(seen, folder, Window.of(period), tell))
        kept += [_names(seen, folder, name) for name in NAMES]
    return kept


def _facts(seen: Moment, folder: Path, window: Window, tell: Tell) -> Iterator[Part]:
    stand_ins = Pseudonyms(seen)
    for number, name in enumerate(KEPT):
        tell("facts", number, len(KEPT))
        path = folder / FACTS / f"{name}.parquet"
        rows = write_table(seen, name, window, path, stand_ins)
        yield part_of(folder, path, rows)


def _names(seen: Moment, folder: Path, name: str) -> Part:
    source, path = Base.metadata.tables[name], folder / FACTS / f"{name}.parquet"
    columns = [source.c[column] for column in NAMES[name]]
    rows = [row._asdict() for row in seen.execute(select(*columns).order_by(columns[0]))]
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")
    return part_of(folder, path, len(rows))


@contextmanager
def opened(folder: Path) -> Iterator[Duck]:
    """The sealed facts below a folder, as a source for measures.

    Raises:
        duckdb.Error: a file is missing or is no Parquet file.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET autoload_known_extensions = false")
        lacks = {name for name in LATER if not _path(folder, name).exists()}
        for name in lacks:
            connection.register(name, schema_of(name).empty_table())
        for name in COLUMNS.keys() - lacks:
            _open(connection, folder, name)
        yield Duck(connection, lacks)


def _path(folder: Path, name: str) -> Path:
    return folder / FACTS / f"{name}.parquet"


def _open(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    quoted = str(_path(folder, name)).replace("'", "''")
    connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{quoted}')")
