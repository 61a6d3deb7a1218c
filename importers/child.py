"""The limited child process that reads and understands a sign-up sheet.

``python -m importers.child IN OPTIONS FOLDER SUFFIX MEMORY_MB SECONDS``

It knows no secret and sees no database: whatever a file does to a parser or to a pattern, it
does here.  One line is written per row (``importers.lines``), and at last one of JSON about the
whole sheet.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from importers.analysis import Analysis, Read, Share, begin
from importers.errors import Unusable
from importers.lines import written
from importers.options import Options
from importers.reading.child import limit, sheets_of
from importers.reading.grid import Workbook
from importers.reading.parent import check_content
from importers.reading.reasons import Reason, Refusal
from importers.samples import Tally

MAX_OUTPUT = 512 * 1024 * 1024
LARGE = 10_000
"""Rows from which two processes share the work of understanding."""
OFTEN = 1_000
"""Rows after which the progress is told anew."""


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line."""
    source, options, folder, suffix, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds), MAX_OUTPUT)
    os.umask(0o077)
    gc.disable()  # nothing here is circular, and a short life has no use for it
    _share(Path(source), suffix, Path(options), Path(folder))


def _share(source: Path, suffix: str, options: Path, folder: Path) -> None:
    """Read the file once, then understand its rows, a large sheet's in two processes."""
    workbook, out = Workbook([]), part_of(folder, 0).open("wb")
    with out, refusals_to(out):
        for sheet, rows in sheets_of(source, suffix):
            sheet.rows = list(rows)
            workbook.sheets.append(sheet)
        check_content(workbook)
        wanted = Options.of(orjson.loads(options.read_bytes()))
        analysis, read = begin(workbook, wanted)
        parts = 1 if analysis.total < LARGE else 2
        for part in range(1, parts):
            if not os.fork():
                _other(analysis, read, (part, parts), folder)
        _understand(analysis, read, (0, parts), out, folder / "progress")
        for _ in range(1, parts):
            os.wait()


def _other(analysis: Analysis, read: Read, share: Share, folder: Path) -> None:
    """The work of the second process, from its birth to its end."""
    with part_of(folder, share[0]).open("wb") as out, refusals_to(out):
        _understand(analysis, read, share, out)
    os._exit(0)


def part_of(folder: Path, part: int) -> Path:
    """The file of one process's rows."""
    return folder / f"rows.{part}"


@contextmanager
def refusals_to(out: BinaryIO) -> Iterator[None]:
    """Write why a file is refused, whatever happens."""
    try:
        yield
    except Refusal as refusal:
        _write(out, {"refused": refusal.reason.value, "params": refusal.params})
    except Unusable as refusal:
        _write(out, {"unusable": refusal.code, "told": refusal.told})
    except MemoryError:
        _write(out, {"refused": Reason.MEMORY.value, "params": {}})
    except BaseException:  # noqa: BLE001 - calamine's panics are not Exceptions
        _write(out, {"refused": Reason.DAMAGED.value, "params": {}})


def _understand(
    analysis: Analysis, read: Read, share: Share, out: BinaryIO, progress: Path | None = None
) -> None:
    tally = Tally()
    for number, result in enumerate(read(share), 1):
        tally.add(result)
        out.write(written(result))
        if progress and number % OFTEN == 1:
            told = min(number * share[1], analysis.total)
            progress.write_text(f"{told} {analysis.total}", encoding="ascii")
    samples = {"columns": analysis.samples, **tally.as_dict()}
    end = {"end": True, "parts": share[1], "summary": analysis.summary(), "samples": samples}
    _write(out, end)


def _write(out: BinaryIO, item: dict[str, Any]) -> None:
    out.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main(sys.argv[1:])
