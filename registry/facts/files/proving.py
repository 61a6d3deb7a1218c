"""The proof that the files hold what the database holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import gettext as _

from registry.arrow import Moment
from registry.db import snapshot
from registry.errors import Refused
from registry.facts.files.checks import Check, checks
from registry.facts.files.manifest import Manifest
from registry.facts.files.reading import folder, source
from registry.facts.files.writing import Tell, write_files
from registry.facts.query import Duck, Snapshot, Source
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


@contextmanager
def proven(tell: Tell, seen: Moment | None = None) -> Iterator[Duck]:
    """The files as a source of measures, brought up to date and proved when the block begins.

    Whoever writes them compares each month of the database with the manifest; what is left to
    prove is that each file holds what the manifest says.

    Raises:
        Refused: one does not.
        duckdb.Error: a file is missing or is no Parquet file.
    """
    write_files(tell, seen=seen)
    manifest = Manifest.of(folder())
    with source(held=True) as files:
        for name in COLUMNS:
            said = {month: part.check for month, part in manifest.of_table(name).items()}
            if said != checks(files, name):
                text = _(
                    "The columnar files of %(table)s do not hold what was written; remove the "
                    "folder “facts” of the instance and run “sang facts rebuild” again.",
                    table=name,
                )
                raise Refused(text)
        yield files


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
