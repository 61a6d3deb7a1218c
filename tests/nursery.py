"""Processes that begin at once: what takes seconds to import is imported only once per worker."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

context = get_context("forkserver")
context.set_forkserver_preload(["tests.preload"])


class Child:
    """A process that calls a function of a module with plain arguments."""

    def __init__(self, function: Callable[..., None], *args: Any) -> None:
        number, name = tempfile.mkstemp(prefix="sang-child-")
        os.close(number)
        self._said = Path(name)
        self.process = context.Process(target=_live, args=(name, function, args))
        self.process.start()

    @property
    def pid(self) -> int:
        """For ``os.kill``."""
        return self.process.pid or 0

    def kill(self) -> None:
        """End it without any tidying, unless it has ended of itself."""
        self.process.kill()

    def wait(self, timeout: float = 120) -> tuple[int | None, str]:
        """How it ended, as ``subprocess`` tells it (None: not yet), and its standard error."""
        self.process.join(timeout)
        said = self._said.read_text()
        self._said.unlink()
        return self.process.exitcode, said


def _live(stderr: str, function: Callable[..., None], args: tuple[Any, ...]) -> None:
    with Path(stderr).open("w") as file:
        os.dup2(file.fileno(), 2)
    function(*args)
