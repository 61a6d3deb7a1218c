"""Sheets for tests, made of plain lists."""

from __future__ import annotations

from datetime import date

from importers.analysis import Analysis, analyse
from importers.options import Options
from importers.reading.grid import Cell, Merge, Row, Sheet, Workbook
from tests.importers.golden.result import TYPES

TODAY = date(2026, 7, 31)


def sheet_of(
    rows: list[list[Cell]], name: str = "Sheet1", merges: list[Merge] | None = None
) -> Sheet:
    """A sheet whose first list is Excel's row 1; blank rows are left out, as a reader does."""
    filled = [Row(n, cells) for n, cells in enumerate(rows, 1) if any(c is not None for c in cells)]
    return Sheet(name, merges=merges or [], rows=filled)


def read(
    rows: list[list[Cell]],
    *,
    name: str = "Sheet1",
    merges: list[Merge] | None = None,
    options: Options | None = None,
) -> Analysis:
    """Analyse one sheet."""
    workbook = Workbook([sheet_of(rows, name, merges)])
    return analyse(workbook, options or Options(TODAY, types=TYPES))


def row_of(analysis: Analysis, number: int) -> dict[str, object]:
    """The values of the row with a number."""
    return next(row.values for row in analysis.rows if row.row == number)


def codes_of(analysis: Analysis, number: int) -> list[str]:
    """The codes of the problems of the row with a number."""
    found = next(row for row in analysis.rows if row.row == number)
    return [problem.code.value for problem in found.problems]
