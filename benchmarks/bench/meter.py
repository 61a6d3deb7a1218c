"""The stopwatch of a timed process; the standard library alone, since peers use it too."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Meter:
    """Measures what happens inside ``with``: seconds of the clock and of the processors.

    Attributes:
        seconds: of the clock.
        cpu: of the processors, those of children that were waited for included.
    """

    seconds = cpu = 0.0

    def __enter__(self) -> Self:
        self._cpu, self._clock = _cpu(), time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds, self.cpu = time.perf_counter() - self._clock, _cpu() - self._cpu

    def report(self, **facts: Any) -> None:
        """Say on standard output, as JSON, what was measured and what else is known."""
        measured = {"seconds": self.seconds, "cpu": self.cpu, "rss_mb": peak_mb()}
        sys.stdout.write(json.dumps(measured | facts) + "\n")


def _cpu() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_mb() -> float:
    """The most memory that this process ever held, in MB.

    Not ``getrusage``: what that tells includes the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
