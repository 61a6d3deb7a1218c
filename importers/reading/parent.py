"""The parent's side: start the child, wait, read the grid, say in one sentence what went wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from importers.reading import wire
from importers.reading.errors import Unreadable
from importers.reading.grid import Workbook
from importers.reading.reasons import Reason, Refusal

ROOT = Path(__file__).resolve().parents[2]
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
        _check_size(path, limits)
        workbook = _in_child(path, Path(name).suffix.lower(), limits)
        _check_content(workbook)
    except Refusal as refusal:
        raise Unreadable(refusal.reason, **{"name": name, **refusal.params}) from None
    return workbook


def _check_size(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size > limits.file_mb * 1024 * 1024:
        raise Refusal(Reason.TOO_LARGE, size=-(-size // 1024**2), limit=limits.file_mb)


def _in_child(path: Path, suffix: str, limits: Limits) -> Workbook:
    with tempfile.TemporaryDirectory(prefix="sang-read-", dir=limits.folder) as folder:
        target = Path(folder) / "grid.jsonl"
        run_child("child", [str(path.resolve()), str(target), suffix], limits)
        with target.open(encoding="utf-8") as lines:
            return wire.read(lines)


def run_child(module: str, arguments: list[str], limits: Limits) -> None:
    """Run a module of this package in a process of its own, with limits and without secrets.

    Raises:
        Refusal: it took too long, or more than it may have.
    """
    command = [sys.executable, "-X", "utf8", "-m", f"importers.reading.{module}", *arguments]
    command += [str(limits.memory_mb), str(limits.seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            cwd=ROOT,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal(Reason.TIME) from None
    if done.returncode:
        raise Refusal(Reason.TIME if done.returncode in OUT_OF_TIME else Reason.MEMORY)


def _check_content(workbook: Workbook) -> None:
    if not any(sheet.rows for sheet in workbook.sheets):
        raise Refusal(Reason.NOTHING_READ)
    if all(sheet.hidden for sheet in workbook.sheets if sheet.rows):
        raise Refusal(Reason.ALL_HIDDEN)
