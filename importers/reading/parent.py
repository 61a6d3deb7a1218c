"""The parent's side: start the child, wait, read the grid, say in one sentence what went wrong."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from importers.reading import wire
from importers.reading.errors import Unreadable
from importers.reading.grid import Workbook
from importers.reading.reasons import Reason, Refusal

ROOT = Path(__file__).resolve().parents[2]
WATCHED = 0.3
"""Seconds between two looks at a child that tells how far it is."""
OUT_OF_TIME = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(frozen=True)
class Limits:
    """What the child may use: file size and memory in MB, CPU and waiting time in seconds.

    Attributes:
        folder: where its files lie while it works; the machine's own place without.
    """

    file_mb: int = 25
    memory_mb: int = 1024
    seconds: int = 60
    folder: Path | None = None


def read_workbook(path: Path, name: str = "", limits: Limits | None = None) -> Workbook:
    """Read a file of any kind that offices send.

    Args:
        path: the file; its name may be one that the server made.
        name: the name that the person gave it; decides about plain text only.

    Raises:
        Unreadable: with a code and one sentence; a file with nothing in it is a failure.
    """
    name = name or path.name
    limits = limits or Limits()
    try:
        check_size(path, limits)
        workbook = _in_child(path, Path(name).suffix.lower(), limits)
        check_content(workbook)
    except Refusal as refusal:
        raise Unreadable(refusal.reason, **{"name": name, **refusal.params}) from None
    return workbook


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a file that is too large to be read.

    Raises:
        Refusal: with both sizes.
    """
    size = path.stat().st_size
    if size > limits.file_mb * 1024 * 1024:
        raise Refusal(Reason.TOO_LARGE, size=-(-size // 1024**2), limit=limits.file_mb)


def _in_child(path: Path, suffix: str, limits: Limits) -> Workbook:
    with tempfile.TemporaryDirectory(prefix="sang-read-", dir=limits.folder) as folder:
        target = Path(folder) / "grid.jsonl"
        run_child("importers.reading.child", [str(path.resolve()), str(target), suffix], limits)
        with target.open("rb") as lines:
            return wire.read(lines)


def run_child(
    module: str, arguments: list[str], limits: Limits, *, watch: Callable[[], None] | None = None
) -> None:
    """Run a module in a process of its own, with limits and without secrets.

    Args:
        watch: called now and then while it works; what it raises ends the child.

    Raises:
        Refusal: it took too long, or more than it may have.
    """
    command = [sys.executable, "-X", "utf8", "-m", module, *arguments]
    command += [str(limits.memory_mb), str(limits.seconds)]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(child, time.monotonic() + limits.seconds + 5, watch)
    finally:
        _end(child)
    if child.returncode:
        raise Refusal(Reason.TIME if child.returncode in OUT_OF_TIME else Reason.MEMORY)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Nobody is left of the child and of those that it may have started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _wait(child: subprocess.Popen[bytes], until: float, watch: Callable[[], None] | None) -> None:
    while time.monotonic() < until:
        try:
            child.wait(WATCHED if watch else max(until - time.monotonic(), 0))
            return
        except subprocess.TimeoutExpired:
            if watch:
                watch()
    raise Refusal(Reason.TIME)


def check_content(workbook: Workbook) -> None:
    """Refuse a workbook of which nothing was read: a failure, never a success without rows.

    Raises:
        Refusal: it is empty, or all that it holds is hidden.
    """
    if not any(sheet.rows for sheet in workbook.sheets):
        raise Refusal(Reason.NOTHING_READ)
    if all(sheet.hidden for sheet in workbook.sheets if sheet.rows):
        raise Refusal(Reason.ALL_HIDDEN)
