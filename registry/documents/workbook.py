"""Workbooks with native charts.

Describe sheets (:class:`Sheet`, :class:`Column`, :class:`Chart`) and write them; a sheet that
needs a free layout draws on its :class:`~registry.documents.page.Page`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from registry.documents.cells import Cell, clean_text
from registry.documents.page import Chart, Page, Style, sheet_name

__all__ = ["MOST_ROWS", "XLSX", "Chart", "Column", "Page", "Sheet", "Style", "write_workbook"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 100_000
"""Rows of one workbook, which is made in memory; a narrower filter gives the rest."""

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
WIDEST = 60
"""Characters of a column that was given no width."""
_EPOCH = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column: its title, how its values look, and its width in characters (``None``: by content).

    Without a style, values look as their kind demands: whole numbers with separators, days in B.E.
    """

    title: str
    style: Style | None = None
    width: float | None = None


@dataclass
class Sheet:
    """A sheet with one table; title lines above, notes below, charts beside or under it.

    Args:
        name: any text; what Excel refuses in a name is taken out.
        columns: titles, or :class:`Column`.
        rows: values, see :data:`~registry.documents.cells.Cell`; an absent one is ``None``.
        title: a heading above the table; ``subtitle`` lines under it.
        totals: a last row, set off from the others and outside the filter.
        charts: native charts of the table's columns.
        draw: called last with the page and the number of the next free row.
    """

    name: str
    columns: Sequence[Column | str]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    subtitle: Sequence[str] = ()
    notes: Sequence[str] = ()
    totals: Sequence[Cell] | None = None
    charts: Sequence[Chart] = ()
    draw: Callable[[Page, int], None] | None = None


def write_workbook(
    target: Path | str | BinaryIO,
    sheets: Sequence[Sheet],
    *,
    title: str = "",
    author: str = "",
    created: datetime | None = None,
) -> None:
    """Write an .xlsx file; the same sheets and ``created`` make the same bytes.

    Args:
        target: a path, or a buffer opened for bytes.
        created: the moment in the file's properties, aware.
    """
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, OPTIONS) as book:
        moment = created.astimezone(UTC).replace(tzinfo=None) if created else _EPOCH
        book.set_properties(
            {"title": clean_text(title), "author": clean_text(author), "created": moment}
        )
        taken: set[str] = set()
        for sheet in sheets:
            _write_sheet(Page(book, sheet_name(sheet.name, taken)), sheet)


def _write_sheet(page: Page, sheet: Sheet) -> None:
    columns = [Column(column) if isinstance(column, str) else column for column in sheet.columns]
    top = _write_heading(page, sheet)
    titles = [column.title for column in columns]
    page.put_row(top, titles, [Style.HEADER] * len(columns))
    page.height(top, _lines(titles, columns))
    end = _write_rows(page, sheet.rows, columns, top + 1)
    page.table(top, end - 1, len(columns))
    row = _write_foot(page, sheet, [column.style for column in columns], end)
    for chart in sheet.charts:
        row = page.chart(chart, row, top, (top + 1, end - 1))
    if sheet.draw:
        sheet.draw(page, row)


def _write_heading(page: Page, sheet: Sheet) -> int:
    """Title and subtitles; returns the row of the table's header."""
    lines = [(sheet.title, Style.TITLE)] if sheet.title else []
    lines += [(line, Style.SUBTITLE) for line in sheet.subtitle]
    for number, (text, style) in enumerate(lines):
        page.put(number, 0, text, style)
        page.height(number, 1.4 if style is Style.TITLE else 1)
    return len(lines) + 1 if lines else 0


def _write_rows(page: Page, rows: Iterable[Sequence[Cell]], columns: list[Column], row: int) -> int:
    """Write the rows and set the widths by what they hold; returns the next free row."""
    styles = [column.style for column in columns]
    widths = [_text_width(column.title) for column in columns]
    for values in rows:
        page.put_row(row, values, styles)
        page.height(row, _lines(values, columns))
        widths = [max(pair) for pair in zip(widths, map(width_of, values), strict=True)]
        row += 1
    for number, column in enumerate(columns):
        page.width(number, column.width or widths[number])
    return row


def _write_foot(page: Page, sheet: Sheet, styles: list[Style | None], row: int) -> int:
    """Totals and notes; returns the next free row, one line apart."""
    if sheet.totals is not None:
        page.put_row(row, sheet.totals, styles, total=True)
        page.height(row, 1)
        row += 1
    for note in sheet.notes:
        row += 1
        page.put(row, 0, note, Style.NOTE)
        page.height(row, 1)
    return row + 2


def width_of(value: Cell) -> float:
    """Characters that a value takes in its column."""
    return _text_width(value) if isinstance(value, str) else 14


def _text_width(text: str) -> float:
    line = max(text[:400].split("\n"), key=len)
    return min(max(_room(line) * 1.15 + 2, 8), WIDEST)


def _room(line: str) -> int:
    """Characters that take room: Thai vowels and tone marks above and below take none."""
    return sum(not ("\u0e34" <= c <= "\u0e3a" or "\u0e47" <= c <= "\u0e4e") for c in line)


def _lines(values: Sequence[Cell], columns: Sequence[Column]) -> int:
    """Lines that the longest of some texts takes in its column; not every program counts them."""
    return max(
        (
            sum(
                1 + int(_room(line) * 1.15 / (column.width or WIDEST)) for line in value.split("\n")
            )
            for value, column in zip(values, columns, strict=False)
            if isinstance(value, str)
        ),
        default=1,
    )
