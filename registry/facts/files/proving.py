"""The proof that the files hold what the database holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.db import snapshot
from registry.facts.files.checks import Check, Snapshot, checks
from registry.facts.files.reading import source
from registry.facts.query import Source
from registry.facts.schema import COLUMNS


@dataclass(frozen=True)
class Difference:
    """A month of a table (``month`` is 0 where the table is one file) that is not the same.

    Attributes:
        database, files: what was found there; absent where there are no rows.
    """

    table: str
    month: int
    database: Check | None
    files: Check | None


@dataclass(frozen=True)
class Verdict:
    """What a comparison found; ``parts`` counts the files that were compared."""

    parts: int
    rows: int
    differences: tuple[Difference, ...]


def verify() -> Verdict:
    """Compare every month of every table with its file, by count and checksum.

    Raises:
        Refused: nothing was written yet, or by another version of Sang.
        duckdb.Error: a file is missing or is no Parquet file.
    """
    with snapshot() as connection, source() as files:
        return _compared(Snapshot(connection), files)


def _compared(database: Source, files: Source) -> Verdict:
    parts, rows, differing = 0, 0, []
    for name in COLUMNS:
        here, there = checks(database, name), checks(files, name)
        differing += list(_differences(name, here, there))
        parts += len(here.keys() | there.keys())
        rows += sum(check.rows for check in here.values())
    return Verdict(parts, rows, tuple(differing))


def _differences(
    name: str, here: dict[int, Check], there: dict[int, Check]
) -> Iterator[Difference]:
    for month in sorted(here.keys() | there.keys()):
        if here.get(month) != there.get(month):
            yield Difference(name, month, here.get(month), there.get(month))
