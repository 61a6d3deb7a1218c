"""The limited child process that reads and understands a sign-up sheet.

``python -m importers.child IN OPTIONS OUT PROGRESS SUFFIX MEMORY_MB SECONDS``

It knows no secret and sees no database: whatever a file does to a parser or to a pattern, it
does here.  One line of JSON is written per row, and at last one about the whole sheet.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from importers.analysis import Analysis, begin
from importers.errors import Unusable
from importers.options import Options
from importers.reading.child import limit, sheets_of
from importers.reading.grid import Workbook
from importers.reading.parent import check_content
from importers.reading.reasons import Reason, Refusal
from importers.samples import Tally

MAX_OUTPUT = 512 * 1024 * 1024
OFTEN = 1_000
"""Rows after which the progress is told anew."""


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line."""
    source, options, target, progress, suffix, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds), MAX_OUTPUT)
    os.umask(0o077)
    gc.disable()  # nothing here is circular, and a short life has no use for it
    with open(target, "wb") as out:
        try:
            _understand(Path(source), suffix, Path(options), Path(progress), out)
        except Refusal as refusal:
            _write(out, {"refused": refusal.reason.value, "params": refusal.params})
        except Unusable as refusal:
            _write(out, {"unusable": refusal.code, "told": refusal.told})
        except MemoryError:
            _write(out, {"refused": Reason.MEMORY.value, "params": {}})
        except BaseException:  # noqa: BLE001 - calamine's panics are not Exceptions
            _write(out, {"refused": Reason.DAMAGED.value, "params": {}})


def _understand(source: Path, suffix: str, options: Path, progress: Path, out: BinaryIO) -> None:
    workbook = Workbook([])
    for sheet, rows in sheets_of(source, suffix):
        sheet.rows = list(rows)
        workbook.sheets.append(sheet)
    check_content(workbook)
    analysis, results = begin(workbook, Options.of(orjson.loads(options.read_bytes())))
    tally = Tally()
    for number, result in enumerate(results, 1):
        tally.add(result)
        _write(out, result.as_dict())
        if number % OFTEN == 1:
            progress.write_text(f"{number} {analysis.total}", encoding="ascii")
    _write(out, _end(analysis, tally))


def _end(analysis: Analysis, tally: Tally) -> dict[str, Any]:
    samples = {"columns": analysis.samples, **tally.as_dict()}
    return {"end": True, "summary": analysis.summary(), "samples": samples}


def _write(out: BinaryIO, item: dict[str, Any]) -> None:
    out.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main(sys.argv[1:])
