"""Workbooks of plain rows: one sheet with a header and a filter, however many rows there are.

They are written row by row by a compiled library, in a sixth of the time that
:func:`~registry.documents.workbook.write_workbook` needs, which is for reports with headings,
notes, charts and a look of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain, count, islice
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

from registry.documents.cells import EXACT, EXCEL_LIMIT, Cell, clean_text, workbook_cell
from registry.documents.page import FILL, FONT, Style, number_format, sheet_name, style_of
from registry.documents.workbook import Sheet, width_of, write_workbook

LOOKED_AT = 200
"""Rows by which the widths of the columns and the look of their values are chosen."""
_SHORT = EXCEL_LIMIT // 2
_NUMBERS = {Style.INTEGER, Style.NUMBER}


def write_rows(
    target: Path | BinaryIO, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write an .xlsx file with one table.

    Args:
        target: a path, or a buffer opened for bytes.
        name: of the sheet; any text.
        columns: their titles.
        rows: values, see :data:`~registry.documents.cells.Cell`; they are taken one by one.
    """
    rest = iter(rows)
    first = list(islice(rest, LOOKED_AT))
    if not first:  # the library takes the header from the first row
        write_workbook(target, [Sheet(name, list(columns), [])])
        return
    from rustpy_xlsxwriter import Format, write_worksheet

    def plain() -> Format:
        return Format().set_font_name(FONT).set_font_size(14)

    titles = _apart([clean_text(column) for column in columns])
    cells = list(zip(*first, strict=True))
    looks = {
        title: plain().set_num_format(_look(known[0]))
        for title, column in zip(titles, cells, strict=True)
        if (known := [one for one in column if one is not None])
    }
    write_worksheet(
        (dict(zip(titles, _cells(row), strict=True)) for row in chain(first, rest)),
        str(target) if isinstance(target, Path) else target,
        sheet_name=sheet_name(name, set()),
        freeze_row=1,
        autofilter=True,
        header_format=plain().set_bold().set_background_color(FILL).set_border("thin"),
        column_formats=looks,
        datetime_format=number_format(Style.DATE),  # of a column whose first rows are empty
        column_widths=[
            max(map(width_of, (title, *column)))
            for title, column in zip(titles, cells, strict=True)
        ],
        page_setup={
            "landscape": True,
            "paper_size": 9,
            "fit_to_pages": (1, 0),
            "repeat_rows": 0,
            "footer": "&R&P / &N",
        },
    )


def _look(value: Cell) -> str:
    """How the values of a column look; of numbers each as it is, whole or not."""
    style = style_of(workbook_cell(value))
    return "General" if style in _NUMBERS else number_format(style)


def _cells(row: Sequence[Cell]) -> list[Any]:
    """What :func:`workbook_cell` makes of values; it leaves most of them as they are."""
    return [value if _plain(value) else workbook_cell(value) for value in row]


def _plain(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return len(value) < _SHORT and bool(value.isprintable())
    if kind is int:
        return bool(-EXACT < value < EXACT)
    if kind is float:
        return bool(isfinite(value))
    if kind is date:
        return bool(value.year >= 1900)
    return value is None


def _apart(titles: Iterable[str]) -> list[str]:
    """Titles of which none is another one's: the library keeps values by them."""
    found: list[str] = []
    for title in titles:
        numbered = (f"{title} ({number})" for number in count(2))
        found.append(next(one for one in chain([title], numbered) if one not in found))
    return found
