"""Leases: a row says who works at something and until when, and a thread puts it off meanwhile.

Who dies stops renewing, and others take over when the time has passed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from sqlalchemy import Engine, Executable
from sqlalchemy.exc import OperationalError

from registry.db import WRITE, db

log = structlog.get_logger()


@contextmanager
def renewed(renewal: Callable[[], Executable], lease: timedelta) -> Iterator[None]:
    """Renew a lease for as long as the block lasts, in transactions of their own.

    Args:
        renewal: makes the statement that renews it.
        lease: how long it holds; it is renewed three times as often.
    """
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(db.engine, renewal, lease / 3, stop))
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep(
    engine: Engine, renewal: Callable[[], Executable], every: timedelta, stop: threading.Event
) -> None:
    writer = engine.execution_options(**{WRITE: True})
    while not stop.wait(every.total_seconds()):
        try:
            with writer.begin() as connection:
                connection.execute(renewal())
        except OperationalError as error:  # the database is away or busy: try again in a while
            log.error("lease_not_renewed", exc_info=error)
