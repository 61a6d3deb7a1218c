"""A worker of its own process whose job never ends."""

from __future__ import annotations

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


def main(url: str) -> None:
    """Work until told to stop."""
    app = create_app(settings_for(Path("/nonexistent"), url))
    jobs._daily.clear()  # the day's own jobs are not what is being watched
    work(app, poll=0.1)
