"""The importer's children begin at once, but where the child itself is what is tested."""

from __future__ import annotations

import importlib
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from importers.reading import parent
from tests.nursery import context

REAL = ("test_reading", "test_hostile", "test_understood", "test_annotated")


@pytest.fixture(autouse=True)
def quick_children(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """To start Python and import is most of what a small sheet takes."""
    if request.module.__name__.rpartition(".")[2] not in REAL:
        names = {"DEVNULL": subprocess.DEVNULL, "TimeoutExpired": subprocess.TimeoutExpired}
        monkeypatch.setattr(parent, "subprocess", SimpleNamespace(Popen=Hatched, **names))


class Hatched:
    """A child as ``subprocess.Popen`` starts it, but forked from one that is ready."""

    def __init__(
        self, command: list[str], *, cwd: Path, env: dict[str, str], **_streams: Any
    ) -> None:
        module, *arguments = command[command.index("-m") + 1 :]
        self._process = context.Process(target=_be, args=(module, arguments, str(cwd), env))
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """As of ``Popen``: negative where a signal ended it."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            TimeoutExpired: it is still at work.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("child", timeout or 0)
        return self._process.exitcode


def _be(module: str, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    importlib.import_module(module).main(arguments)
