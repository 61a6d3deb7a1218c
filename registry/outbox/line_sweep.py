"""Forgetting what members wrote by LINE, and LINE's events, when their days are over."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from registry.db import db, unit_of_work
from registry.jobs import Progress, handles
from registry.messages import files
from registry.outbox.line_models import EventState, Inbound, LineEvent
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on

AT_ONCE, PAUSE = 500, 0.01


def let_others_write() -> None:
    """LINE waits for an answer while its next events wait for SQLite's one lock."""
    if db.engine.dialect.name == "sqlite":
        time.sleep(PAUSE)


@handles("line:sweep", daily_at=3)
def sweep(_args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Remove what members wrote, and events, when the days for which they are kept are over."""
    progress("line")
    now = datetime.now(UTC)
    limit = now - timedelta(days=setting_on(Dated.INBOUND_DAYS_KEPT, to_bangkok_date(now)))
    db.session.rollback()
    swept = {}
    for name, some in (("inbound", _sweep_inbound), ("events", _sweep_events)):
        swept[name] = 0
        while found := some(limit):
            swept[name] += found
            progress(name, swept[name])
            let_others_write()
    return swept


def _sweep_inbound(limit: datetime) -> int:
    """How many of the oldest went; a few at a time, for others write meanwhile."""
    row = Inbound
    with unit_of_work():
        query = select(row.id, row.picture, row.picture_small).where(row.at < limit)
        found = db.session.execute(query.order_by(row.at, row.id).limit(AT_ONCE)).all()
        for _number, *pictures in found:
            for picture in filter(None, pictures):
                files.discard(picture)
        db.session.execute(delete(row).where(row.id.in_([number for number, *_names in found])))
    return len(found)


def _sweep_events(limit: datetime) -> int:
    row = LineEvent
    with unit_of_work():
        over = (row.arrived_at < limit, row.state != EventState.WAITING.value)
        query = select(row.id).where(*over).order_by(row.id).limit(AT_ONCE)
        found = list(db.session.scalars(query))
        db.session.execute(delete(row).where(row.id.in_(found)))
    return len(found)
