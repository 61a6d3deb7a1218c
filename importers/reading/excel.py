"""Reading xlsx, xlsm, xlsb, xls and ods with calamine: values only, no macros, no links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import python_calamine as calamine

from importers.reading import cells, ooxml, opendocument
from importers.reading.grid import Merge, Row, Sheet
from importers.reading.reasons import Reason, Refusal


def sheets(path: Path, flavour: str) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """Each worksheet with its rows, which are read as they are asked for.

    Args:
        flavour: ``xlsx``, ``xlsb``, ``xls`` or ``ods``.

    Raises:
        Refusal: the workbook is locked, damaged or too large.
    """
    with _open(path) as book:
        facts = ooxml.facts_of(path) if flavour == "xlsx" else {}
        described = opendocument.facts_of(path) if flavour == "ods" else {}
        for meta in book.sheets_metadata:
            if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            data = book.get_sheet_by_name(meta.name)
            sheet = described.get(meta.name) or _describe(data)
            sheet.hidden = sheet.hidden or meta.visible is not calamine.SheetVisibleEnum.Visible
            extra = facts.get(meta.name, ooxml.SheetFacts())
            sheet.hidden_rows |= extra.hidden_rows
            sheet.hidden_columns |= extra.hidden_columns
            yield sheet, _rows(data, extra)


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError as error:
        raise Refusal(Reason.PASSWORD) from error


def _describe(data: calamine.CalamineSheet) -> Sheet:
    merges = [
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in data.merged_cell_ranges or []
    ]
    return Sheet(data.name, merges=merges)


def _rows(data: calamine.CalamineSheet, facts: ooxml.SheetFacts) -> Iterator[Row]:
    if data.start is None:
        return iter(())
    top, left = data.start
    return cells.rows(
        data.name, data.iter_rows(), first_row=top + 1, first_column=left, bad=facts.bad
    )
