"""Outbox processes of a run under faults: leases and pauses are short, all else is as always.

``python -m benchmarks.faults.worker URL INSTANCE LINE TOKEN`` forks one for each line that it
reads, and tells its number: what takes seconds to import is imported once.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import linebot.v3.messaging  # noqa: F401 - imported before the first process is made
from flask import Flask
from pydantic import SecretStr

from registry import create_app
from registry.db import db
from registry.outbox import backoff, claiming
from registry.pulse import keep_beating
from tests.stage import settings_for

LEASE = timedelta(seconds=2)


def main(url: str, instance: str, line: str, token: str) -> None:
    """Make processes until nothing more is read."""
    claiming.LEASE = LEASE
    backoff.FIRST = timedelta(milliseconds=200)
    settings = settings_for(
        Path(instance), url, line_host=line, line_channel_token=SecretStr(token), line_office="P50"
    )
    app = create_app(settings)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever was killed needs no burial
    for _ in sys.stdin:
        number = os.fork()
        if not number:
            _beat(app)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def _beat(app: Flask) -> None:
    """Be an outbox process until told to stop, or killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with app.app_context():
        db.engine.dispose(close=False)
    keep_beating(app, poll=0.05)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:5])
