"""The limited child process: ``python -m importers.reading.child IN OUT SUFFIX MEMORY_MB SECONDS``.

A file made to harm can ask the parser for hundreds of gigabytes and abort the whole process;
here that ends this process alone.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from importers.reading import delimited, wire
from importers.reading.grid import Row, Sheet
from importers.reading.kinds import kind_of
from importers.reading.reasons import Reason, Refusal
from importers.reading.screen import screen

MAX_OUTPUT = 128 * 1024 * 1024


def limit(memory_mb: int, seconds: int, output: int = MAX_OUTPUT) -> None:
    """Bind this process to its memory, time and output; no dump is left of personal data."""
    size = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def sheets_of(path: Path, suffix: str) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """All sheets of a file of any kind that is read.

    Raises:
        Refusal: the file is of another kind, locked, damaged or too large.
    """
    kind = kind_of(path, suffix)
    if kind == "text":
        return delimited.sheets(path, "CSV")
    from importers.reading import excel

    return excel.sheets(path, screen(path) if kind == "zip" else "xls")


def convert(source: Path, target: Path, suffix: str) -> None:
    """Read one file and write its grid, or why it is refused."""
    with target.open("wb") as out:
        try:
            for sheet, rows in sheets_of(source, suffix):
                wire.write_sheet(out, sheet, rows)
            wire.write_end(out)
        except Refusal as refusal:
            wire.write_refusal(out, refusal)
        except MemoryError:
            wire.write_refusal(out, Refusal(Reason.MEMORY))
        except BaseException:  # noqa: BLE001 - calamine's panics are not Exceptions
            wire.write_refusal(out, Refusal(Reason.DAMAGED))


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line."""
    source, target, suffix, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds))
    os.umask(0o077)
    gc.disable()  # nothing here is circular, and a short life has no use for it
    convert(Path(source), Path(target), suffix)


if __name__ == "__main__":
    main(sys.argv[1:])
