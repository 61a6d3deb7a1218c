"""A child process that writes remarks into a copy of a workbook.

``python -m importers.reading.annotate IN NOTES.json OUT SUFFIX MEMORY_MB SECONDS``

A small xlsx keeps its formats.  Anything else is written anew from its cells.  Formulas become
the values that they showed; macros and links to other files are dropped.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from importers.reading.child import limit, sheets_of
from importers.reading.first_column import (
    LAST,
    add_first_column,
    clear_first_column,
    keep_in_sight,
    moved_cell,
    show_undone,
)
from importers.reading.grid import BadCell, Cell, Row, Sheet

KEEPS_FORMATS = 3 * 1024 * 1024
FILLS = {
    "error": PatternFill("solid", fgColor="F8CBC6"),
    "question": PatternFill("solid", fgColor="FFE9A8"),
    "mended": PatternFill("solid", fgColor="DDEFE3"),
}
WIDTH = 60


@dataclass(frozen=True)
class Notes:
    """What to write: a title for the column, a text per row, a fill per cell address.

    Attributes:
        values: what people wrote over cells, by address.
        again: the first column is ours from an earlier check, and is written anew.
        done: rows that the filter hides, for nothing is left to do with them.
    """

    sheet: str
    header_row: int
    title: str
    rows: dict[int, str]
    cells: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    again: bool = False
    done: frozenset[int] = frozenset()

    def place(self, address: str) -> str:
        """Where in the copy a cell of the uploaded sheet is."""
        return address if self.again else moved_cell(address)

    @classmethod
    def load(cls, path: Path) -> Notes:
        """Read the parent's notes."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        rows = {int(number): text for number, text in raw.pop("rows").items()}
        done = frozenset(raw.pop("done"))
        return cls(**raw, rows=rows, done=done)


def annotate(source: Path, notes: Notes, target: Path, suffix: str) -> None:
    """Write the annotated copy."""
    if suffix in {".xlsx", ".xlsm"} and source.stat().st_size <= KEEPS_FORMATS:
        _in_place(source, notes, target)
    else:
        _anew(source, notes, target, suffix)


def _in_place(source: Path, notes: Notes, target: Path) -> None:
    with source.open("rb") as file:
        book = load_workbook(file, data_only=True, keep_vba=False, keep_links=False)
    sheet = book[notes.sheet]
    _harmless(book)
    _make_room(sheet, notes)
    for number, text in {**notes.rows, notes.header_row: notes.title}.items():
        _write(sheet.cell(number, 1), text)
    sheet.cell(notes.header_row, 1).font = Font(bold=True)
    for address, text in notes.values.items():
        _overwrite(sheet[notes.place(address)], text)
    for address, weight in notes.cells.items():
        sheet[notes.place(address)].fill = FILLS[weight]
    _open_on(book, sheet)
    keep_in_sight(sheet, notes.header_row)
    show_undone(sheet, notes.header_row, _last_cell(sheet, notes), notes.done)
    book.save(target)


def _open_on(book: Workbook, page: Worksheet) -> None:
    """The copy opens on the sheet with the results, and on that one alone."""
    book.active = page
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is page


def _make_room(sheet: Worksheet, notes: Notes) -> None:
    """A first column for the texts; the one of an earlier check is used again."""
    if not notes.again:
        add_first_column(sheet, WIDTH)
        return
    clear_first_column(sheet, {fill.fgColor.rgb for fill in FILLS.values()})
    for number in notes.rows:
        sheet.row_dimensions[number].hidden = False


def _last_cell(sheet: Worksheet, notes: Notes) -> str:
    """The last cell that the filter covers; beside a table, which has its own, only our column."""
    width = 1 if sheet.tables else sheet.max_column
    return f"{get_column_letter(width)}{max(notes.rows, default=notes.header_row)}"


def _harmless(book: Workbook) -> None:
    """Nothing in the copy may be taken for a formula, on any sheet."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and not isinstance(cell, MergedCell):
                    cell.data_type = "s"


def _write(cell: SheetCell | MergedCell, text: str) -> None:
    cell.value = text
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _overwrite(cell: SheetCell | MergedCell, text: str) -> None:
    """What somebody corrected stands in the copy too, so that it may be sent again."""
    if isinstance(cell, MergedCell):
        return
    cell.value = text or None
    if text:
        cell.data_type = "s"
    cell.fill = FILLS["mended"]


def _anew(source: Path, notes: Notes, target: Path, suffix: str) -> None:
    book = Workbook(write_only=True)
    for sheet, rows in sheets_of(source, suffix):
        page = book.create_sheet(sheet.name[:31])
        told = notes if sheet.name == notes.sheet else None
        _dress(book, page, sheet, told)
        width = 1
        for cells in _lines(rows, sheet, told, page):
            page.append(cells)
            width = max(width, len(cells))
        if told:
            last = f"{get_column_letter(width)}{max(told.rows, default=told.header_row)}"
            show_undone(page, told.header_row, last, told.done)
    book.save(target)


def _dress(book: Workbook, page: Worksheet, sheet: Sheet, notes: Notes | None) -> None:
    """What has to be said before the first row is written."""
    right = 1 if notes is None or notes.again else 2
    for column in sheet.hidden_columns:
        page.column_dimensions[get_column_letter(min(column + right, LAST))].hidden = True
    if notes:
        book.active = page
        page.sheet_view.tabSelected = True
        page.column_dimensions["A"].width = WIDTH
        keep_in_sight(page, notes.header_row)


def _lines(
    rows: Iterator[Row], sheet: Sheet, notes: Notes | None, page: Worksheet
) -> Iterator[list[SheetCell]]:
    """The rows at their old numbers; blank ones between them are kept."""
    written = 0
    for row in rows:
        yield from ([] for _ in range(written + 1, row.number))
        written = row.number
        if _is_hidden(row.number, sheet, notes):
            page.row_dimensions[row.number].hidden = True
        cells = [_cell(page, cell, row.number, i, notes) for i, cell in enumerate(row.cells)]
        yield _note(page, row.number, notes) + cells[1 if notes and notes.again else 0 :]


def _is_hidden(number: int, sheet: Sheet, notes: Notes | None) -> bool:
    """Rows that were read are hidden by our filter alone, the others as the office left them."""
    if notes and number in notes.rows:
        return number in notes.done
    return number in sheet.hidden_rows


def _cell(page: Worksheet, value: Cell, row: int, column: int, notes: Notes | None) -> SheetCell:
    plain = value.text if isinstance(value, BadCell) else value
    cell = WriteOnlyCell(page, value=plain if isinstance(plain, (int, float)) else None)
    if isinstance(plain, (date, time)):
        cell.value = plain
    elif isinstance(plain, str):
        cell.value = plain
        cell.data_type = "s"
    address = f"{get_column_letter(column + 1)}{row}"
    if notes and address in notes.values:
        _overwrite(cell, notes.values[address])
    if notes and address in notes.cells:
        cell.fill = FILLS[notes.cells[address]]
    return cell


def _note(page: Worksheet, row: int, notes: Notes | None) -> list[SheetCell]:
    if notes is None:
        return []
    text = notes.title if row == notes.header_row else notes.rows.get(row)
    cell = WriteOnlyCell(page)
    if text is not None:
        _write(cell, text)
    return [cell]


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line."""
    source, notes, target, suffix, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds))
    os.umask(0o077)
    annotate(Path(source), Notes.load(Path(notes)), Path(target), suffix)


if __name__ == "__main__":
    main(sys.argv[1:])
