"""Writes the golden workbooks: ``python -m tests.importers.golden.make``."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl.utils import get_column_letter

from tests.importers.golden import cases

FOLDER = Path(__file__).parent
TOP = cases.FIRST_ROW
WHOLE = [*range(1, len(cases.TITLES) + 1)]
GROUPS = {cases.GROUP_MAERIM, cases.GROUP_CITY}


def merges() -> list[tuple[int, int, int, int]]:
    """Merged ranges: first row, first column, last row, last column, all from 1."""
    found = [(row, 1, row, cases.WIDTH) for row in WHOLE]
    found += [(TOP, column + 1, TOP + 1, column + 1) for column in cases.SINGLE]
    found.append((TOP, 9, TOP, 14))
    for number, row in enumerate(cases.grid(), 1):
        if row[0] in GROUPS:
            found.append((number, 1, number, cases.WIDTH))
    return found


def xlsx(path: Path) -> None:
    """As Excel would write it, with a hidden column and two sheets more."""
    book = openpyxl.Workbook()
    summary = book.active
    assert summary is not None
    summary.title = "สรุป"
    for row in (["สรุปจำนวนสมาชิก"], ["อำเภอ", "จำนวน"], ["แม่ริม", 10], ["เมือง", 20]):
        summary.append(row)
    sheet = book.create_sheet(cases.SHEET)
    for number, cells in enumerate(cases.grid(), 1):
        for column, value in enumerate(cells, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, datetime):
                cell.number_format = "d/m/yyyy"
    for first_row, first, last_row, last in merges():
        sheet.merge_cells(None, first_row, first, last_row, last)
    sheet.column_dimensions[get_column_letter(cases.HIDDEN_COLUMN + 1)].hidden = True
    old = book.create_sheet("เดิม")
    old.append(["ชื่อ-สกุล", "โทรศัพท์"])
    old.append(["นายเก่า เก็บ", "0819999999"])
    old.sheet_state = "hidden"
    book.save(path)


def xls(path: Path) -> None:
    """The same sheet in the old format."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(cases.SHEET)
    style = xlwt.easyxf(num_format_str="D/M/YYYY")
    covered = {}
    for first_row, first, last_row, last in merges():
        covered[first_row, first] = (last_row, last)
    for number, cells in enumerate(cases.grid(), 1):
        for column, value in enumerate(cells, 1):
            if (number, column) in covered:
                last_row, last = covered[number, column]
                sheet.write_merge(number - 1, last_row - 1, column - 1, last - 1, value)
            elif isinstance(value, datetime):
                sheet.write(number - 1, column - 1, value, style)
            elif value is not None:
                sheet.write(number - 1, column - 1, value)
    book.save(str(path))


def ods(path: Path) -> None:
    """The same sheet as LibreOffice would write it."""
    document = OpenDocumentSpreadsheet()
    table = Table(name=cases.SHEET)
    spans = {(top, left): (bottom, right) for top, left, bottom, right in merges()}
    hidden = {
        (row, column)
        for (top, left), (bottom, right) in spans.items()
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    for number, cells in enumerate(cases.grid(), 1):
        line = TableRow()
        for column, value in enumerate(cells, 1):
            if (number, column) in hidden:
                line.addElement(CoveredTableCell())
                continue
            line.addElement(_ods_cell(value, number, column, spans.get((number, column))))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))


def _ods_cell(value: object, row: int, column: int, end: tuple[int, int] | None) -> TableCell:
    kind: dict[str, object] = {}
    if end:
        kind = {"numberrowsspanned": end[0] - row + 1, "numbercolumnsspanned": end[1] - column + 1}
    if value is None:
        return TableCell(**kind)
    if isinstance(value, datetime):
        kind |= {"valuetype": "date", "datevalue": value.date().isoformat()}
    elif isinstance(value, int):
        kind |= {"valuetype": "float", "value": value}
    else:
        kind |= {"valuetype": "string"}
    cell = TableCell(**kind)
    for line in str(value).split("\n"):
        cell.addElement(P(text=line))
    return cell


def text(path: Path, encoding: str, delimiter: str = ",") -> None:
    """The same sheet as text; date cells as Excel shows them, foreign letters left out."""
    with path.open("w", encoding=encoding, errors="ignore", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for cells in cases.grid():
            writer.writerow([_shown(value) for value in cells])


def _shown(value: object) -> object:
    return f"{value.day}/{value.month}/{value.year}" if isinstance(value, datetime) else value


def main() -> None:
    """Write all of them."""
    xlsx(FOLDER / "thirty.xlsx")
    xls(FOLDER / "thirty.xls")
    ods(FOLDER / "thirty.ods")
    text(FOLDER / "thirty.utf8.csv", "utf-8-sig")
    text(FOLDER / "thirty.cp874.csv", "cp874", ";")


if __name__ == "__main__":
    main()
