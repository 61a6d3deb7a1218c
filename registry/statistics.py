"""What the database knows of the sizes of its tables, by which it chooses how to read them.

PostgreSQL looks by itself; SQLite only when told, and guesses until then: it may read all of an
index in place of the one month that it was asked about.  A connection reads what was found when it
begins, so none is kept longer than some hours (:mod:`registry.db`).
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import text

from registry.db import db, unit_of_work
from registry.jobs import Progress, handles

ROWS = 1_000
"""Rows of each index that are looked at: enough for sizes, and done within a second."""


@handles("database:statistics", daily_at=4)
def look(args: dict[str, Any], progress: Progress) -> None:
    """Have SQLite look at its tables."""
    if db.engine.dialect.name != "sqlite":
        return
    with unit_of_work() as session:
        session.execute(text(f"PRAGMA analysis_limit = {ROWS}"))
        session.execute(text("ANALYZE"))


def init_app(_app: Flask) -> None:
    """Nothing more: the job is known once this module is."""
