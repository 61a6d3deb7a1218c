"""How the child hands a grid to its parent: lines of JSON, which cannot run anything when read.

A sheet is one object followed by its rows, many ``[row, [cells]]`` to a line, and by its merged
ranges, which end with the last filled row and column; the last line says that the file is whole.
Dates and bad cells are two-item lists, everything else is itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

import orjson

from importers.reading.grid import BadCell, Cell, Merge, Row, Sheet, Workbook
from importers.reading.reasons import Reason, Refusal
from registry.sweeping import unswept

END = {"end": True}
_DECODE: dict[str, Callable[[str], Cell]] = {
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
    "x": BadCell,
}
_HOW = (
    orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
)
AT_ONCE = 500
"""Rows in a line."""
MOST_MERGES = 20_000
"""Merged ranges of one sheet that are looked at; real sheets have a few hundred."""


def pack(cell: Any) -> list[str]:
    """A cell that JSON has no word for.

    Raises:
        TypeError: it is none of ours.
    """
    match cell:
        case datetime():
            return ["m", cell.isoformat()]
        case date():
            return ["d", cell.isoformat()]
        case time():
            return ["t", cell.isoformat()]
        case BadCell():
            return ["x", cell.text]
        case _:
            raise TypeError(type(cell).__name__)


def _line(out: BinaryIO, item: Any) -> None:
    out.write(orjson.dumps(item, pack, _HOW))


def write_sheet(out: BinaryIO, sheet: Sheet, rows: Iterable[Row]) -> None:
    """Write a sheet's description, then its rows as they come."""
    head = {
        "sheet": sheet.name,
        "hidden": sheet.hidden,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
    }
    _line(out, head)
    bottom, right = 0, -1
    rows = iter(rows)
    while some := list(islice(rows, AT_ONCE)):
        bottom = some[-1].number
        right = max(right, *(len(row.cells) - 1 for row in some))
        _line(out, [(row.number, row.cells) for row in some])
    merges = list(islice(_clamped(sheet.merges, bottom, right), MOST_MERGES))
    _line(out, {"merges": merges})


def _clamped(merges: Iterable[Merge], bottom: int, right: int) -> Iterator[list[int]]:
    """Merged ranges within the filled part of a sheet; a file may claim any size for them."""
    for merge in merges:
        corners = [merge.top, merge.left, min(merge.bottom, bottom), min(merge.right, right)]
        if merge.top <= corners[2] and merge.left <= corners[3] and corners[:2] != corners[2:]:
            yield corners


def write_end(out: BinaryIO) -> None:
    """Say that everything was written."""
    _line(out, END)


def write_refusal(out: BinaryIO, refusal: Refusal) -> None:
    """Say why the file is refused."""
    _line(out, {"refused": refusal.reason.value, "params": refusal.params})


def read(lines: Iterable[bytes]) -> Workbook:
    """Read what the child wrote.

    Raises:
        Refusal: the child refused the file, or did not finish.
    """
    with unswept():
        return _read(lines)


def _read(lines: Iterable[bytes]) -> Workbook:
    workbook = Workbook([])
    for line in lines:
        item = orjson.loads(line)
        if isinstance(item, list):
            workbook.sheets[-1].rows += [Row(number, _unpacked(cells)) for number, cells in item]
        elif "sheet" in item:
            workbook.sheets.append(_sheet(item))
        elif "merges" in item:
            workbook.sheets[-1].merges = [Merge(*corners) for corners in item["merges"]]
        elif "refused" in item:
            raise Refusal(Reason(item["refused"]), **item["params"])
        elif item == END:
            return workbook
    raise Refusal(Reason.DAMAGED)


def _sheet(item: dict[str, Any]) -> Sheet:
    return Sheet(
        name=item["sheet"],
        hidden=item["hidden"],
        hidden_rows=set(item["hidden_rows"]),
        hidden_columns=set(item["hidden_columns"]),
    )


def _unpacked(cells: list[Any]) -> list[Cell]:
    if list not in map(type, cells):  # as in nearly all rows: they stay as they are
        return cells
    return [_DECODE[cell[0]](cell[1]) if type(cell) is list else cell for cell in cells]
