"""Sang's safe reading of a sheet, its child process included: ``product_read.py SHEET``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.bench.meter import Meter
from importers.reading.parent import Limits, read_workbook


def main(sheet: Path) -> None:
    """Read the workbook as an import does."""
    with Meter() as meter:
        workbook = read_workbook(sheet, limits=Limits(seconds=600))
    meter.report(brought=len(workbook.sheets[0].rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
