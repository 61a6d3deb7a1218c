"""Dropping, every night, what the index of names still holds of names that are gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from registry.db import db, unit_of_work
from registry.jobs import Progress, handles
from registry.members.search_index import MERGE

PAGES = 500
"""Pages of the index that are merged at once: others write in between."""


@handles("members:names", daily_at=3)
def merge_index(args: dict[str, Any], progress: Progress) -> None:
    """Merge the segments of SQLite's index: only then a deleted name's trigrams are gone."""
    if db.engine.dialect.name != "sqlite":
        return
    pages = -PAGES  # the first step marks all segments for merging
    while _changed_by_merging(pages) > 1:  # FTS5 counts at least one change, also for nothing
        pages = PAGES


def _changed_by_merging(pages: int) -> int:
    with unit_of_work() as session:
        connection: Any = session.connection().connection.dbapi_connection
        before = int(connection.total_changes)
        session.execute(text(MERGE), {"pages": pages})
        return int(connection.total_changes) - before
