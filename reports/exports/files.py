"""Writing a table of figures to a file: a workbook, CSV that Excel opens as Thai, or Parquet."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from flask import current_app

from registry.documents.cells import Cell
from registry.documents.csvfile import csv_lines
from registry.documents.rows import write_rows
from registry.facts.cuts import NUMBERS
from registry.periods.calendar import utc_now

EXCEL_ROWS = 1_048_575
"""Rows that a sheet of Excel holds below its header; what is more goes into further workbooks."""
KEPT = timedelta(days=3)
"""How long a finished file waits for whoever asked for it."""
TOGETHER = 10_000
_TYPES = (
    dict.fromkeys(("period_start", "period_end"), pa.date32())
    | dict.fromkeys(("numerator", "denominator", "value"), pa.float64())
    | dict.fromkeys(NUMBERS - {"month"}, pa.int64())
    | {"version": pa.int64()}
)
"""Columns of a Parquet file that are no text."""
Rows = Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Made:
    """A finished file; ``parts`` are the workbooks in it, where it is a zip of several."""

    name: str
    rows: int
    parts: int
    size: int
    sha256: str


def place_of(job_id: str) -> Path:
    """The folder of the file of a job."""
    return _root() / job_id


def _root() -> Path:
    return Path(current_app.extensions["sang_settings"].instance) / "exports"


def write(
    folder: Path, stem: str, form: str, columns: Sequence[str], rows: Rows, most: int = EXCEL_ROWS
) -> Made:
    """Write a table into an empty folder of its own.

    Args:
        stem: of the file's name.
        most: rows of one workbook.
    """
    shutil.rmtree(folder, ignore_errors=True)  # a job that was killed left half of it
    folder.mkdir(parents=True)
    counted = _Counted(rows)
    path, parts = folder / f"{stem}.{form}", 1
    if form == "xlsx":
        path, parts = _workbooks(folder, stem, columns, iter(counted), most)
    elif form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(columns, counted))
    else:
        _parquet(path, columns, iter(counted))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Made(path.name, counted.count, parts, path.stat().st_size, digest)


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self.rows:
            self.count += 1
            yield row


def _workbooks(
    folder: Path, stem: str, columns: Sequence[str], rows: Iterator[Sequence[Cell]], most: int
) -> tuple[Path, int]:
    """One workbook, or a zip of as many as the rows fill."""
    paths: list[Path] = []
    first = next(rows, None)
    while first is not None or not paths:
        path = folder / f"{stem}-{len(paths) + 1}.xlsx"
        begun = [] if first is None else [first]
        write_rows(path, "figures", columns, islice(chain(begun, rows), most))
        paths.append(path)
        first = next(rows, None)
    if len(paths) == 1:
        return paths[0].rename(folder / f"{stem}.xlsx"), 1
    target = folder / f"{stem}.zip"
    with zipfile.ZipFile(target, "w") as archive:  # workbooks are compressed already
        for path in paths:
            archive.write(path, path.name)
            path.unlink()
    return target, len(paths)


def _parquet(path: Path, columns: Sequence[str], rows: Iterator[Sequence[Cell]]) -> None:
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(rows, TOGETHER)):
            values = zip(*some, strict=True)
            arrays = [
                pa.array(column, field.type) for column, field in zip(values, schema, strict=True)
            ]
            writer.write_table(pa.table(arrays, schema=schema))


def forget_old() -> int:
    """Remove the files that waited long enough; returns how many."""
    before = (utc_now() - KEPT).timestamp()
    old = [path for path in _root().glob("*") if path.stat().st_mtime < before]
    for path in old:
        shutil.rmtree(path)
    return len(old)
