"""Reading xlsx, xlsm, xlsb, xls and ods with calamine: values only, no macros, no links."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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
    with _open(path) as book, ThreadPoolExecutor(1) as beside:
        # calamine lets other threads run while it parses, so the second look costs no time
        facts = beside.submit(_facts, path, flavour)
        described = opendocument.facts_of(path) if flavour == "ods" else {}
        for meta in book.sheets_metadata:
            if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            data = book.get_sheet_by_name(meta.name)
            sheet = described.get(meta.name) or _describe(data)
            sheet.hidden = sheet.hidden or meta.visible is not calamine.SheetVisibleEnum.Visible
            extra = facts.result().get(meta.name, ooxml.SheetFacts())
            sheet.hidden_rows |= extra.hidden_rows
            sheet.hidden_columns |= extra.hidden_columns
            yield sheet, _rows(data, extra)


def _facts(path: Path, flavour: str) -> dict[str, ooxml.SheetFacts]:
    return ooxml.facts_of(path) if flavour == "xlsx" else {}


def _open(path: Path) -> calamine.CalamineWorkbook:
    """The workbook by its content: given a path, calamine would believe the name."""
    try:
        return calamine.load_workbook(io.BytesIO(path.read_bytes()))
    except calamine.PasswordError as error:
        raise Refusal(Reason.PASSWORD) from error


def _describe(data: calamine.CalamineSheet) -> Sheet:
    merges = [
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in data.merged_cell_ranges or []
    ]
    return Sheet(data.name, merges=merges)


def _rows(data: calamine.CalamineSheet, facts: ooxml.SheetFacts) -> Iterator[Row]:
    """Its rows from row 1 on: calamine leaves out blank columns at the left, but not blank rows.

    Raises:
        Refusal: the file holds far more cells than were read.
    """
    filled = 0
    left = data.start[1] if data.start else 0
    for row in cells.rows(data.name, _cells_of(data), first_column=left, bad=facts.bad):
        filled += len(row.cells) - row.cells.count(None)
        yield row
    if filled * 2 < facts.filled:
        raise Refusal(Reason.INCOMPLETE, sheet=data.name)


def _cells_of(data: calamine.CalamineSheet) -> Iterator[list[Any]]:
    return iter(data.iter_rows()) if data.start else iter(())
