"""Work that must not wait behind a long job: what leaves the system, and what comes in.

A pulse is a function that does what is due and says whether there was anything.  What it works
on are rows with a lease of their own, so pulses may run in several processes and be killed at
any moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import structlog
from flask import Flask

from registry.db import db
from registry.jobs import until_told
from registry.logs import where

log = structlog.get_logger()
Pulse = Callable[[], bool]
Work = TypeVar("Work")
SHARE = 5.0
"""Seconds after which a pulse begins nothing more in one beat, for others wait behind it."""
OUTBOX = "outbox"
"""The process of pulses that serve people who wait."""
_pulses: dict[str, dict[str, Pulse]] = {}


def pulse(name: str, process: str = OUTBOX) -> Callable[[Pulse], Pulse]:
    """Mark a function as a pulse, to be run by one of the processes."""

    def mark(function: Pulse) -> Pulse:
        _pulses.setdefault(process, {})[name] = function
        return function

    return mark


def briefly(work: Iterable[Work], seconds: float = SHARE) -> Iterator[Work]:
    """As much of some work as may begin within a pulse's share of a beat; the first always may."""
    until = time.monotonic() + seconds
    for one in work:
        yield one
        if time.monotonic() >= until:
            return


def beat(process: str = OUTBOX) -> bool:
    """Let every pulse of a process do what is due now; whether there was anything.

    Raises:
        KeyError: no pulse runs in a process of that name.
    """
    busy = False
    for name, function in _pulses[process].items():
        try:
            busy = function() or busy
        except Exception as error:
            log.error("pulse_failed", pulse=name, kind=type(error).__name__, where=where(error))
        finally:
            db.session.rollback()
    return busy


def keep_beating(app: Flask, process: str = OUTBOX, *, poll: float = 0.5) -> None:
    """The loop of the process that runs the pulses; ends when told to (SIGTERM, SIGINT)."""
    for stop in until_told():
        with app.app_context():
            busy = beat(process)
        if not busy:
            stop.wait(poll)
