"""Reading csv and tsv: UTF-8 with or without a mark, UTF-16 with one, else the Thai code page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from importers.reading import cells
from importers.reading.grid import Row, Sheet
from importers.reading.reasons import Reason, Refusal

DELIMITERS = ",;\t|"
SAMPLE_LINES, SAMPLE_WIDTH = 50, 10_000
MAX_FIELD = 100_000
_LAST = "\0end"
"""A line behind the last one; no text that is read holds such a letter."""


def sheets(path: Path, name: str) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """The one sheet that a text file is.

    Raises:
        Refusal: its letters cannot be told, or it is too large.
    """
    text = decode(path.read_bytes())
    csv.field_size_limit(MAX_FIELD)
    yield Sheet(name), cells.rows(name, _records(text))


def _records(text: str) -> Iterator[list[str]]:
    """The records of a text.

    Raises:
        Refusal: a quotation mark is never closed, which hides all rows below it in one cell.
    """
    lines = chain(_lines(text), [_LAST])
    reader = csv.reader(lines, delimiter=delimiter_of(text))
    begun = 1
    for record in reader:
        if record == [_LAST]:
            return
        if record and record[-1].endswith(_LAST):
            raise Refusal(Reason.QUOTE, row=begun)
        yield record
        begun = reader.line_num + 1


def decode(content: bytes) -> str:
    """Text of the bytes.

    Raises:
        Refusal: no encoding that Thai offices use fits.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise Refusal(Reason.NOT_A_WORKBOOK, found="unknown")
    else:
        encodings = ["utf-8-sig", "cp874"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(Reason.ENCODING)


def _lines(text: str) -> Iterator[str]:
    """Its lines with their ends, whichever system wrote them."""
    return iter(io.StringIO(text, newline=""))


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns of one number."""
    lines = [line[:SAMPLE_WIDTH] for line in islice(_lines(text), SAMPLE_LINES)]
    return max(DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: list[str], mark: str) -> tuple[int, int]:
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1)
    if not widths:
        return (0, 0)
    width, times = widths.most_common(1)[0]
    return (times, width)
