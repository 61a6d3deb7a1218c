"""Reports that members began to tell the bot and left: recorded as far as they were told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from registry.db import db, unit_of_work
from registry.documents.pictures import Picture
from registry.errors import Refused
from registry.logs import where
from registry.messages import files
from registry.outbox import line_replies
from registry.outbox.line_models import LineTalk
from registry.outbox.line_report import BEGUN
from registry.outbox.line_turns import opened, pending_picture
from registry.pulse import briefly

log = structlog.get_logger()
AT_ONCE = 10
IDLE = timedelta(minutes=30)


def finish_idle() -> bool:
    """Reports that were begun and left are recorded as far as they were told."""
    query = select(LineTalk.user_hash).where(
        LineTalk.step.in_(BEGUN), LineTalk.since < datetime.now(UTC) - IDLE
    )
    sources = list(db.session.scalars(query.limit(AT_ONCE)))
    db.session.rollback()
    for source in briefly(sources):
        if not _finish(source, _picture_of):
            _finish(source, _no_picture)
        with unit_of_work():
            line_replies.forget(source)
    return bool(sources)


def _finish(source: str, picture_of: Callable[[str], Picture | None]) -> bool:
    """Whether a report is over; one that does not hold is, one that something broke is not."""
    try:
        picture = picture_of(source)
        with unit_of_work():
            line_replies.finish_idle(source, picture)
    except Refused:
        return True
    except Exception as error:  # one report must not stop those of others
        db.session.rollback()
        log.error("line_report_failed", kind=type(error).__name__, where=where(error))
        return False
    return True


def _picture_of(source: str) -> Picture | None:
    kept = pending_picture(db.session.get(LineTalk, source))
    stored = kept.picture if kept is not None else None
    db.session.rollback()
    return opened(files.read_secret(stored)) if stored else None


def _no_picture(_source: str) -> None:
    return None
