"""Reading csv and tsv: UTF-8 with or without a mark, UTF-16 with one, else the Thai code page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from importers.reading import cells
from importers.reading.grid import Row, Sheet
from importers.reading.reasons import Reason, Refusal

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50
MAX_FIELD = 100_000


def sheets(path: Path, name: str) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """The one sheet that a text file is.

    Raises:
        Refusal: its letters cannot be told, or it is too large.
    """
    text = decode(path.read_bytes())
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    yield Sheet(name), cells.rows(name, reader)


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


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns of one number."""
    lines = text.splitlines()[:SAMPLE_LINES]
    return max(DELIMITERS, key=lambda mark: _evenness(lines, mark))


def _evenness(lines: list[str], mark: str) -> tuple[int, int]:
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1)
    if not widths:
        return (0, 0)
    width, times = widths.most_common(1)[0]
    return (times, width)
