"""The files as a source of measures: DuckDB with a bound of memory, and SQL for other engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from flask import current_app

from registry.facts.files.checks import MONTHLY
from registry.facts.files.manifest import Manifest
from registry.facts.files.rows import schema_of
from registry.facts.query import Duck
from registry.facts.schema import COLUMNS, table
from registry.settings import Settings

SPILL = ".spill"


def folder() -> Path:
    """The folder of the files."""
    settings: Settings = current_app.extensions["sang_settings"]
    return settings.facts


@contextmanager
def source(*, held: bool = False) -> Iterator[Duck]:
    """The files as DuckDB sees them, for as long as the block lasts.

    Args:
        held: whether tables that are not kept by months are read into memory first, which pays
            where hundreds of questions follow.

    Raises:
        Refused: nothing was written yet, or by another version of Sang.
        duckdb.Error: a file is missing or is no Parquet file.
    """
    root, settings = folder(), current_app.extensions["sang_settings"]
    manifest = Manifest.of(root)
    options: dict[str, Any] = {
        "memory_limit": f"{settings.facts_memory_mb}MB",
        "threads": str(settings.facts_threads),
        "temp_directory": str(root / SPILL),
        "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(":memory:", config=options) as connection:
        for name in COLUMNS:
            paths = [root / part.path for part in manifest.of_table(name).values()]
            _view(connection, name, paths, "TABLE" if held and name not in MONTHLY else "VIEW")
        yield Duck(connection)


def _view(connection: duckdb.DuckDBPyConnection, name: str, paths: list[Path], kind: str) -> None:
    if not paths:
        connection.register(name, schema_of(name).empty_table())
        return
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    found = f"FROM read_parquet([{listed}], hive_partitioning = false)"
    connection.execute(f'CREATE {kind} "{name}" AS {found}')


TYPES = {"int64": "BIGINT", "string": "STRING", "boolean": "BOOLEAN", "date": "DATE"}


def columns_of(name: str) -> dict[str, str]:
    """The columns of a table and their SQL types, as DuckDB and Spark call them."""
    shape = table(name).schema()
    return {column: TYPES.get(str(kind), "TIMESTAMP") for column, kind in shape.items()}
