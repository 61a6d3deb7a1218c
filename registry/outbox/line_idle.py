"""Reports that members began to tell the bot and left: recorded as far as they were told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, select

from registry.db import db, unit_of_work
from registry.documents.pictures import Picture
from registry.errors import NotFound, Refused
from registry.logs import where
from registry.messages import files
from registry.outbox import line_report
from registry.outbox.line_links import linked
from registry.outbox.line_models import LineTalk
from registry.outbox.line_report import BEGUN
from registry.outbox.line_turns import opened, pending_picture, wait_for
from registry.pulse import briefly

log = structlog.get_logger()
AT_ONCE = 10
IDLE = timedelta(minutes=30)


def finish_idle() -> bool:
    """Reports that were begun and left are recorded as far as they were told."""
    query = select(LineTalk.user_hash).where(_is_idle()).order_by(LineTalk.since)
    sources = list(db.session.scalars(query.limit(AT_ONCE)))
    db.session.rollback()
    for source in briefly(sources):
        _finish(source)
    return bool(sources)


def _is_idle() -> ColumnElement[bool]:
    return and_(LineTalk.step.in_(BEGUN), LineTalk.since < datetime.now(UTC) - IDLE)


def _finish(source: str) -> None:
    """Record a report; one that something broke is kept, and waits, for it stops no other."""
    picture = _picture_of(source)
    try:
        with unit_of_work():
            _record(source, picture)
    except Refused:  # it does not hold; every word stands in the log
        with unit_of_work():
            if (talk := _held(source)) is not None:
                wait_for(talk, "")
    except Exception as error:
        _log(error)
        with unit_of_work():
            if (talk := _held(source)) is not None:
                talk.since = datetime.now(UTC)


def _record(source: str, picture: Picture | None) -> None:
    talk, account = _held(source), linked(source, lock=False)
    if talk is None:
        return
    if account is None:
        raise NotFound("the member of a conversation")
    line_report.finish(talk, account.member, picture)


def _held(source: str) -> LineTalk | None:
    """A conversation, held; None where its member, or another worker, went on with it since."""
    query = select(LineTalk).where(LineTalk.user_hash == source, _is_idle())
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(held)


def _picture_of(source: str) -> Picture | None:
    """The picture that a report came with; one that cannot be read any more costs no report."""
    try:
        kept = pending_picture(db.session.get(LineTalk, source))
        return opened(files.read_secret(kept.picture)) if kept and kept.picture else None
    except Exception as error:
        _log(error)
        return None
    finally:
        db.session.rollback()


def _log(error: Exception) -> None:
    log.error("line_report_failed", kind=type(error).__name__, where=where(error))
