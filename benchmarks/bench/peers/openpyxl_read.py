"""openpyxl's fastest reading of a sheet: ``openpyxl_read.py SHEET``.

``read_only`` and ``values_only``; the dimensions that the file claims are not believed.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

from openpyxl import load_workbook

from benchmarks.bench.meter import Meter


def main(path: str) -> None:
    """Read every value of the first sheet."""
    with Meter() as meter:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = list(sheet.iter_rows(values_only=True))
        book.close()
    meter.report(
        brought=sum(1 for row in rows if any(cell is not None for cell in row)),
        versions={"openpyxl": version("openpyxl")},
    )


if __name__ == "__main__":
    main(sys.argv[1])
