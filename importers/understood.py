"""What the child understood of a sheet: its rows, which may be gone through more than once."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from importers.analysis import BLOCK
from importers.child import part_of
from importers.errors import KINDS
from importers.lines import Line
from importers.options import Options
from importers.reading.errors import Unreadable
from importers.reading.parent import Limits, check_size, run_child
from importers.reading.reasons import Reason, Refusal
from importers.results import RowResult
from importers.samples import add_samples

Progress = Callable[[str, int, int], None]
END = b"{"
"""What the last line begins with, which is about the whole sheet; no row does."""
TAIL = 1024 * 1024
"""Bytes at the end of what the child wrote within which its last line begins."""


@dataclass(frozen=True)
class Understood:
    """A sheet that was read.

    Attributes:
        summary: what is said about the whole sheet (see ``Analysis.summary``).
        samples: a few values of its columns and of the kinds of repairs; personal data.
    """

    parts: Sequence[Path]
    summary: dict[str, Any]
    samples: dict[str, Any]

    def rows(self) -> Iterator[RowResult]:
        """The rows in the order of the sheet; read from the disk each time."""
        return (line.result() for line in self.lines())

    def lines(self) -> Iterator[Line]:
        """The same rows as the child wrote them."""
        with ExitStack() as stack:
            waiting = deque(stack.enter_context(part.open("rb")) for part in self.parts)
            while waiting:
                file = waiting.popleft()
                some = list(islice(file, BLOCK))
                yield from (Line.of(line) for line in some if not line.startswith(END))
                if len(some) == BLOCK:
                    waiting.append(file)


@contextmanager
def understand(
    path: Path, name: str, options: Options, limits: Limits, progress: Progress
) -> Iterator[Understood]:
    """Have a file read by the child; what it wrote is gone afterwards.

    Raises:
        Unreadable, Unusable: with one sentence.
    """
    with tempfile.TemporaryDirectory(prefix="sang-read-", dir=limits.folder) as folder:
        try:
            check_size(path, limits)
            yield _run(path, Path(name).suffix.lower(), options, limits, Path(folder), progress)
        except Refusal as refusal:
            raise Unreadable(refusal.reason, **{"name": name, **refusal.params}) from None


def _run(
    path: Path, suffix: str, options: Options, limits: Limits, folder: Path, progress: Progress
) -> Understood:
    progress("read", 0, 0)
    wanted = folder / "options.json"
    wanted.write_bytes(orjson.dumps(options.as_dict()))
    arguments = [str(path.resolve()), str(wanted), str(folder), suffix]
    told = folder / "progress"
    run_child("importers.child", arguments, limits, watch=lambda: _tell(told, progress))
    first = _end(part_of(folder, 0))
    parts = [part_of(folder, part) for part in range(first["parts"])]
    samples = first["samples"]
    for part in parts[1:]:
        add_samples(samples, _end(part)["samples"])
    return Understood(parts, first["summary"], samples)


def _end(part: Path) -> dict[str, Any]:
    """What a part says at its end; a refusal is raised, and so is that it has no end."""
    end: dict[str, Any] = orjson.loads(_last_line(part))
    if "refused" in end:
        raise Refusal(Reason(end["refused"]), **end["params"])
    if "unusable" in end:
        raise KINDS[end["unusable"]](*end["told"])
    if "end" not in end:
        raise Refusal(Reason.DAMAGED)
    return end


def _tell(told: Path, progress: Progress) -> None:
    parts = told.read_text(encoding="ascii").split() if told.exists() else []
    if len(parts) == 2:  # noqa: PLR2004 - else the child is writing at this very moment
        progress("checked", int(parts[0]), int(parts[1]))
    else:
        progress("read", 0, 0)


def _last_line(path: Path) -> bytes:
    """The last line of a file; a child that was stopped has not written it."""
    if not path.exists():
        raise Refusal(Reason.DAMAGED)
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL, 0))
        lines = file.read().splitlines()
    if not lines:
        raise Refusal(Reason.DAMAGED)
    return lines[-1]
