"""The events that LINE sent, handled in order per chat, each exactly once.

What an event changes is committed together with its mark: a kill or a repeat changes nothing
twice.  The answers to people go out after a batch, side by side, each at most once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from registry.db import db, unit_of_work
from registry.documents.pictures import Picture, clean_picture
from registry.errors import NotFound, Refused
from registry.jobs import Progress, handles
from registry.logs import where
from registry.messages import files
from registry.outbox import line_replies
from registry.outbox.line import client
from registry.outbox.line_came import Came, came
from registry.outbox.line_handlers import HANDLERS, Answer
from registry.outbox.line_links import linked
from registry.outbox.line_models import EventState, Inbound, LineEvent, LineTalk
from registry.outbox.line_report import BEGUN
from registry.outbox.line_turns import pending_picture, picture_at_hand
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on
from registry.pulse import briefly, pulse

log = structlog.get_logger()
AT_ONCE, MOST_TRIES, PAUSE = 10, 3, 0.01
REPLY_TIMEOUT = (3, 5)
"""Seconds to connect, and to wait for LINE: a whole beat waits, and a reply token ages soon."""
SWEPT_AT_ONCE = 500
WAITS = (timedelta(seconds=10), timedelta(minutes=1))
LONGEST_SIDE = 1920
IDLE = timedelta(minutes=30)
W = EventState.WAITING.value
Reply = tuple[Came, Answer]


@pulse("line_events")
def handle_due() -> bool:
    """Handle the events that wait, and what conversations left unfinished; whether any did."""
    ids, replies = _due(AT_ONCE), []
    for event_id in briefly(ids):
        replies += handle(event_id)
        _let_others_write()
    _send(replies)
    return _finish_idle() or bool(ids)


def _let_others_write() -> None:
    """LINE waits for an answer while its next events wait for SQLite's one lock."""
    if db.engine.dialect.name == "sqlite":
        time.sleep(PAUSE)


def _due(limit: int) -> list[int]:
    """Events that wait; of each chat the first only, for its later ones must not overtake it."""
    earlier = aliased(LineEvent)
    before = exists().where(
        earlier.state == W,
        earlier.source_hash == LineEvent.source_hash,
        earlier.id < LineEvent.id,
    )
    query = select(LineEvent.id).where(
        LineEvent.state == W, LineEvent.due_at <= datetime.now(UTC), ~before
    )
    ids = list(db.session.scalars(query.order_by(LineEvent.id).limit(limit)))
    db.session.rollback()
    return ids


def handle(event_id: int) -> list[Reply]:
    """Handle one event, wholly or not at all; after three failures it is put aside.

    Returns:
        what is to be answered, if anything.
    """
    answer: Answer = []
    event: Came | None = None
    try:
        picture = _picture(event_id)
        try:
            event, answer = _once(event_id, lambda one: _act(one, picture))
        except Refused as refusal:
            sentence = _not_known() if isinstance(refusal, NotFound) else str(refusal)
            event, answer = _once(
                event_id, lambda one: line_replies.refused(one, sentence, picture)
            )
    except Exception as error:  # whatever it is, it is kept with the event, which is not lost
        _failed(event_id, error)
        return []
    return [(event, answer)] if event is not None and answer else []


def _not_known() -> str:
    return str(
        _(
            "This message or button is not known here (any more); please say it in words, or ask "
            "your office."
        )
    )


def _act(event: Came, picture: Picture | None) -> Answer | None:
    handler = HANDLERS.get(event.kind)
    return handler(event, picture) if handler else None


def _once(event_id: int, act: Callable[[Came], Answer | None]) -> tuple[Came | None, Answer]:
    """Act on an event and mark it in one transaction; nothing where another process did."""
    with unit_of_work():
        query = select(LineEvent).where(LineEvent.id == event_id, LineEvent.state == W)
        row = db.session.scalar(query.with_for_update(skip_locked=True))
        if row is None:
            return None, []
        event = came(row)
        answer = act(event)
        row.state = EventState.KEPT.value if answer is None else EventState.DONE.value
        row.handled_at = datetime.now(UTC)
        if answer is not None:
            row.body = None
    return event, answer or []


def _picture(event_id: int) -> Picture | None:
    """The picture that is sent, or was sent before and is still spoken of.

    It is fetched, and opened in a child, while no transaction is open.

    Raises:
        LineError: LINE did not give it.
    """
    row = db.session.get(LineEvent, event_id)
    event = came(row) if row is not None and row.state == W else None
    if event is None or not event.alone:
        db.session.rollback()
        return None
    sent = event.is_picture and linked(event.user_hash, lock=False) is not None
    kept = None if event.is_picture else picture_at_hand(event)
    stored = kept.picture if kept is not None else None
    db.session.rollback()
    if sent:
        return _opened(client.fetch_content(event.told_id))
    return _opened(files.read_secret(stored)) if stored else None


def _opened(data: bytes) -> Picture | None:
    try:
        return clean_picture(data, _("picture"), side=LONGEST_SIDE)
    except Refused:
        return None  # it is logged as a picture that could not be opened


def _failed(event_id: int, error: Exception) -> None:
    """Count a failure; its words may hold personal data, so the kind of error must do."""
    db.session.rollback()
    kind = type(error).__name__
    log.error("line_event_failed", line_event=event_id, kind=kind, where=where(error))
    reason = str(error)[:300] if isinstance(error, Refused) else kind
    with unit_of_work():
        last = _count_failure(event_id, reason)
    if last:
        _log_unheard(event_id)


def _count_failure(event_id: int, reason: str) -> bool:
    """Whether it was the last try."""
    now = datetime.now(UTC)
    row = db.session.get_one(LineEvent, event_id, with_for_update=True)
    if row.state != W:
        return False
    row.attempts += 1
    row.reason = reason
    if row.attempts < MOST_TRIES:
        row.due_at = now + WAITS[row.attempts - 1]
        return False
    row.state, row.handled_at = EventState.FAILED.value, now
    return True


def _log_unheard(event_id: int) -> None:
    """What a member said stands in the log even where nothing could be done with it."""
    try:
        with unit_of_work():
            row = db.session.get_one(LineEvent, event_id, with_for_update=True)
            line_replies.log_unheard(came(row))
    except Exception as error:  # an event that cannot even be read stays as it came
        log.error("line_not_logged", line_event=event_id, kind=type(error).__name__)


def _send(replies: Sequence[Reply]) -> None:
    """Answer side by side; a reply that fails is not repeated, for its token is good once."""
    given = [reply for reply in replies if reply[0].reply_token]
    if not given or not client.line().is_set_up:
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(len(given)) as pool:
        list(pool.map(lambda reply: _reply(app, *reply), given))


def _reply(app: Flask, event: Came, answer: Answer) -> None:
    """Answer from a thread that touches no database."""
    try:
        with app.app_context():
            client.reply(event.reply_token, answer, timeout=REPLY_TIMEOUT)
    except Exception as error:  # an answer that did not get out holds up nobody else's
        log.warning("line_reply_failed", line_event=event.id, kind=type(error).__name__)


def _finish_idle() -> bool:
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
    return _opened(files.read_secret(stored)) if stored else None


def _no_picture(_source: str) -> None:
    return None


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
            _let_others_write()
    return swept


def _sweep_inbound(limit: datetime) -> int:
    """How many of the oldest went; a few at a time, for others write meanwhile."""
    row = Inbound
    with unit_of_work():
        query = select(row.id, row.picture, row.picture_small).where(row.at < limit)
        found = db.session.execute(query.order_by(row.at, row.id).limit(SWEPT_AT_ONCE)).all()
        for _number, *pictures in found:
            for picture in filter(None, pictures):
                files.discard(picture)
        db.session.execute(delete(row).where(row.id.in_([number for number, *_names in found])))
    return len(found)


def _sweep_events(limit: datetime) -> int:
    row = LineEvent
    with unit_of_work():
        query = select(row.id).where(row.arrived_at < limit, row.state != W).order_by(row.id)
        found = list(db.session.scalars(query.limit(SWEPT_AT_ONCE)))
        db.session.execute(delete(row).where(row.id.in_(found)))
    return len(found)
