"""Made sheets saved as files of every kind, and read as the importer reads them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from importers.reading import wire
from importers.reading.child import sheets_of
from importers.reading.grid import Workbook
from tests.importers.fuzz.binary import save_binary
from tests.importers.fuzz.made import Made


def save(made: Made, path: Path, encoding: str = "utf-8") -> Path:
    """As the path's ending says; texts, ``.xls`` and ``.xlsb`` hold the plain cells only."""
    match path.suffix:
        case ".csv" | ".tsv":
            _text(made, path, encoding)
        case ".xls":
            _old(made, path)
        case ".xlsb":
            save_binary(
                made.name, [[_shown(cell) for cell in cells] or [None] for cells in made.grid], path
            )
        case _:
            _workbook(made, path)
    if path.suffix == ".xlsm":
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    return path


def _workbook(made: Made, path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = made.name
    _fill(page, made)
    for other in made.others:
        _other(book, other)
    book.save(path)


def _fill(page: Worksheet, made: Made) -> None:
    for number, cells in enumerate(made.grid, 1):
        for column, value in enumerate(cells, 1):
            if value is not None:
                page.cell(number, column, value)
    for top, left, bottom, right in made.merges:
        page.merge_cells(None, top, left + 1, bottom, right + 1)
    for number in made.hidden_rows:
        page.row_dimensions[number].hidden = True
    for column in made.hidden_columns:
        page.column_dimensions[get_column_letter(column + 1)].hidden = True


def _other(book: openpyxl.Workbook, name: str) -> None:
    """A sheet beside the list: a summary, or an old list that is hidden."""
    if name == "เดิม":
        page = book.create_sheet(name)
        page.append(["ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"])
        for number in range(30):
            page.append([f"นายเก่า เก็บ{number}", "0819999999", "น่าน"])
        page.sheet_state = "hidden"
        return
    page = book.create_sheet(name, index=0)
    for row in (["สรุปจำนวนสมาชิก"], ["อำเภอ", "จำนวน"], ["แม่ริม", 10], ["เมือง", 20], ["รวม", 30]):
        page.append(row)


def _text(made: Made, path: Path, encoding: str) -> None:
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open("w", encoding=encoding, errors="ignore", newline="") as file:
        lines = ([_typed(_shown(cell)) for cell in cells] for cells in made.grid)
        csv.writer(file, delimiter=delimiter).writerows(lines)


def _typed(value: Any) -> Any:
    """Marks of keyboards: the Thai code page has no others."""
    return {"✓": "/", "〃": '"'}.get(value, value) if isinstance(value, str) else value


def _old(made: Made, path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(made.name)
    for number, cells in enumerate(made.grid):
        for column, value in enumerate(cells):
            if value is not None:
                page.write(number, column, _shown(value))
    book.save(str(path))


def _shown(value: Any) -> Any:
    return f"{value.day}/{value.month}/{value.year}" if isinstance(value, date) else value


def read_here(path: Path) -> Workbook:
    """What the child would answer, without a process for each file."""
    out = io.BytesIO()
    for sheet, rows in sheets_of(path, path.suffix):
        wire.write_sheet(out, sheet, rows)
    wire.write_end(out)
    out.seek(0)
    return wire.read(iter(out))
