"""Rows written to a workbook, as Sang's exports are, or by xlsxwriter in its constant memory.

``export.py product|peer ROWS FILE``: the rows have 20 values, as the list of members has them, and
are made beforehand.  Both write the same texts, numbers, days and moments, with a header, a
filter and the look of days; Sang looks at each text for what may not stand in a cell.
Afterwards the file is read, and its cells are counted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

from benchmarks.bench.meter import Meter, peak_mb
from registry.documents.cells import Cell
from registry.documents.rows import write_rows

COLUMNS = [f"คอลัมน์ที่ {number}" for number in range(1, 21)]
FORMULA = "=1+1"
"""A text that must come back as one."""
TEXTS = (
    *("นางสาว", "กัลยาณี", "ศรีสุวรรณพงษ์", "บุคคล", "อาสาสมัครประชาสัมพันธ์ประจำหมู่บ้าน"),
    *("081-234-5678", FORMULA, "kanlayanee@example.org", "99/12 หมู่ 4", "บ้านดอนแก้ว"),
    *("แม่ริม", "เชียงใหม่", "50180", "เกษตรกร", "ปัจจุบัน"),
)


def main(who: str, count: int, file: Path) -> None:
    """Report the time, and the memory beyond that of the rows."""
    rows = [_row(number) for number in range(count)]
    before = peak_mb()
    with Meter() as meter:
        (_product if who == "product" else _peer)(file, rows)
    grown = peak_mb() - before
    read = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    formulas = sum(FORMULA not in row for row in read[1:])
    meter.report(
        brought=len(read) - 1,
        cells=sum(len(row) for row in read[1:]),
        formulas=formulas,
        grown_mb=grown,
        file_mb=file.stat().st_size / 1024**2,
    )


def _row(number: int) -> list[Cell]:
    day = date(2020, 1, 1) + timedelta(days=number % 2000)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    values: list[Cell] = [*TEXTS[1:], number, number / 7, day, moment, None]
    return [f"{TEXTS[0]} {number}", *values][:20]


def _product(file: Path, rows: Sequence[Sequence[Cell]]) -> None:
    write_rows(file, "สมาชิก", COLUMNS, rows)


def _peer(file: Path, rows: Sequence[Sequence[Cell]]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(file), options) as book:
        sheet = book.add_worksheet("สมาชิก")
        days = book.add_format({"num_format": "d mmm yyyy"})
        head = book.add_format({"bold": True, "border": 1})
        for column, title in enumerate(COLUMNS):
            sheet.write_string(0, column, title, head)
        for number, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                match value:
                    case str():
                        sheet.write_string(number, column, value)
                    case datetime():
                        sheet.write_datetime(number, column, value.replace(tzinfo=None), days)
                    case date():
                        sheet.write_datetime(number, column, value, days)
                    case int() | float():
                        sheet.write_number(number, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
