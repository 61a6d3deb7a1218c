"""Making one row of a foreign reader into cells of our grid."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from importers.reading.grid import BadCell, Cell, Row, column_letter
from importers.reading.reasons import Reason, Refusal

MAX_ROWS = 250_000
MAX_COLUMNS = 1_000
MAX_TEXT = 32_767
"""Letters that a cell of Excel can hold."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEPT, _LONGEST_KEPT = 20_000, 100


class _Texts(dict[str, str | None]):
    """Texts in their tidy form: most of a sheet's come again, and looking one up is cheaper.

    It stops growing, so that a large sheet's texts do not lie in the memory twice.
    """

    def __missing__(self, raw: str) -> str | None:
        text = tidy_text(raw)
        if len(self) < _KEPT and len(raw) <= _LONGEST_KEPT:
            self[raw] = text
        return text


def tidy_text(raw: str) -> str | None:
    """A text without control characters and spaces around it; ``None`` when nothing is left."""
    if not raw.isprintable() or "_x" in raw:
        raw = _CONTROLS.sub("", raw.replace("_x000D_", "\n"))
    return raw.strip()[:MAX_TEXT] or None


def tidy(value: Any) -> Cell:
    """A value that is no text: whole floats become ints."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, timedelta):
        return str(value)
    return value  # type: ignore[no-any-return]


def rows(
    sheet: str,
    values: Iterable[Iterable[Any]],
    *,
    first_column: int = 0,
    bad: dict[tuple[int, int], str] | None = None,
) -> Iterator[Row]:
    """Number the rows, leave out blank ones and cut what is blank at their right.

    Raises:
        Refusal: a sheet has more rows or columns than any sign-up sheet.
    """
    faults: dict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), text in (bad or {}).items():
        faults[row][column] = text[:MAX_TEXT]
    kept, texts = 0, _Texts()
    padding: list[Cell] = [None] * first_column
    for number, raw in enumerate(values, 1):
        cells = padding + [texts[v] if type(v) is str else tidy(v) for v in raw]
        if number in faults:
            _mark(cells, faults[number])
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            continue
        kept += 1
        _limit(sheet, kept, len(cells))
        yield Row(number, cells)


def _mark(cells: list[Cell], faults: dict[int, str]) -> None:
    for column, text in faults.items():
        if column < MAX_COLUMNS:
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = BadCell(text)


def _limit(sheet: str, count: int, width: int) -> None:
    if count > MAX_ROWS:
        raise Refusal(Reason.TOO_MANY_ROWS, sheet=sheet, limit=MAX_ROWS)
    if width > MAX_COLUMNS:
        raise Refusal(Reason.TOO_WIDE, sheet=sheet, column=column_letter(width - 1))
