"""CSV that Excel opens as Thai: UTF-8 with a byte order mark, every text in quotation marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from registry.documents.cells import Cell, csv_cell

BOM = "\ufeff"


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file piece by piece, for a streamed answer; encode it as UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([csv_cell(title) for title in columns])
    for row in rows:
        yield _taken(buffer)
        writer.writerow([csv_cell(value) for value in row])
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file."""
    return "".join(csv_lines(columns, rows)).encode()
