"""An empty first column in a sheet: openpyxl moves the cells, everything else is moved here.

What speaks of cells in formulas (conditional formats, lists taken from cells, charts, pivot
tables) would point one column too far to the left, so it is left out of the copy.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.filters import AutoFilter, CustomFilter, CustomFilters, FilterColumn
from openpyxl.worksheet.worksheet import Worksheet

from importers.reading.grid import DONE

LAST = 16_384
"""The last column that a sheet can have."""


def add_first_column(sheet: Worksheet, width: int) -> None:
    """Move everything one column to the right."""
    sheet.insert_cols(1)
    sheet.merged_cells = MultiCellRange([moved(one.coord) for one in sheet.merged_cells.ranges])
    _move_widths(sheet, width)
    _move_views(sheet)
    for row in sheet.iter_rows():
        for cell in row:
            if (link := cell.hyperlink) is not None:
                link.ref = cell.coordinate
    _leave_out_formulas(sheet)


def clear_first_column(sheet: Worksheet, fills: Collection[str]) -> None:
    """Take out what an earlier check wrote: its texts, and the colours it marked cells with.

    Args:
        fills: the colours, as in ``PatternFill.fgColor.rgb``.
    """
    for row in sheet.iter_rows():
        if row and not isinstance(row[0], MergedCell):
            row[0].value = None
        for cell in row:
            if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in fills:
                cell.fill = PatternFill()


def keep_in_sight(sheet: Worksheet, header_row: int) -> None:
    """Header and first column stay where they are while the rest is scrolled."""
    sheet.sheet_view.topLeftCell = None
    sheet.freeze_panes = f"B{header_row + 1}"


def show_undone(sheet: Worksheet, header_row: int, last: str, done: Collection[int]) -> None:
    """A filter that hides the rows with which nothing is left to do.

    Args:
        last: the last cell of the table, such as ``Z300``.
        done: rows with a text that begins with :data:`DONE`; where no row has anything else,
            the filter shows all.
    """
    sheet.auto_filter = AutoFilter(ref=f"A{header_row}:{last}")
    if not done:
        return
    other = CustomFilter(operator="notEqual", val=f"{DONE}*")
    column = FilterColumn(colId=0, customFilters=CustomFilters(customFilter=[other]))
    sheet.auto_filter.filterColumn.append(column)
    for number in done:
        sheet.row_dimensions[number].hidden = True


def moved(reference: str) -> str:
    """A cell or range, one column further to the right."""
    found = CellRange(reference)
    found.shift(col_shift=1)
    return str(found.coord)


def moved_cell(address: str) -> str:
    """The address of a cell, one column further to the right."""
    letters, row = coordinate_from_string(address)
    return f"{get_column_letter(column_index_from_string(letters) + 1)}{row}"


def _move_widths(sheet: Worksheet, width: int) -> None:
    """Each description may hold for a run of columns."""
    described = [copy(one) for one in sheet.column_dimensions.values()]
    sheet.column_dimensions.clear()
    for one in described:
        one.reindex()
        one.min, one.max = (one.min or 1) + 1, min((one.max or 1) + 1, LAST)
        one.index = get_column_letter(one.min)
        sheet.column_dimensions[one.index] = one
    sheet.column_dimensions["A"].width = width


def _move_views(sheet: Worksheet) -> None:
    if sheet.freeze_panes:
        sheet.freeze_panes = moved_cell(sheet.freeze_panes)
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = moved(sheet.auto_filter.ref)
    for table in sheet.tables.values():
        table.ref = moved(table.ref)
        if table.autoFilter:
            table.autoFilter.ref = table.ref
        for column in table.tableColumns:
            column.calculatedColumnFormula = column.totalsRowFormula = None


def _leave_out_formulas(sheet: Worksheet) -> None:
    inside: Any = sheet
    inside._charts, inside._pivots = [], []
    sheet.conditional_formatting = ConditionalFormattingList()
    rules = sheet.data_validations.dataValidation
    kept = [one for one in rules if (one.formula1 or "").startswith('"')]
    for rule in kept:
        rule.sqref = MultiCellRange([moved(one.coord) for one in rule.sqref.ranges])
    sheet.data_validations.dataValidation = kept
    sheet.print_title_cols = None
    sheet.print_area = None
