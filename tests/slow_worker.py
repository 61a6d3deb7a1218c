"""A worker of its own process whose job never ends: ``python -m tests.slow_worker URL``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from registry import create_app, jobs
from registry.jobs import Progress, handles, work
from tests.stage import settings_for


@handles("test-slow")
def _slow(args: dict[str, Any], progress: Progress) -> None:
    progress("under way", 1, 2)
    time.sleep(600)


@handles("test-quick")
def _quick(args: dict[str, Any], progress: Progress) -> None:
    progress("nearly", 1, 1)


if __name__ == "__main__":
    app = create_app(settings_for(Path("/nonexistent"), sys.argv[1]))
    jobs._daily.clear()  # the day's own jobs are not what is being watched
    work(app, poll=0.1)
