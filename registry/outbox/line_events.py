"""The events that LINE sent, handled in order per chat, each exactly once.

What an event changes is committed together with its mark: a kill or a repeat changes nothing
twice.  The answers to people go out after a batch, side by side, each at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from registry.db import db, unit_of_work
from registry.documents.pictures import Picture
from registry.errors import NotFound, Refused
from registry.logs import where
from registry.messages import files
from registry.outbox import line_replies
from registry.outbox.line import client
from registry.outbox.line_came import Came, came
from registry.outbox.line_handlers import HANDLERS, Answer
from registry.outbox.line_idle import finish_idle
from registry.outbox.line_links import linked
from registry.outbox.line_models import EventState, LineEvent
from registry.outbox.line_sweep import let_others_write
from registry.outbox.line_turns import opened, picture_at_hand
from registry.pulse import briefly, pulse

log = structlog.get_logger()
AT_ONCE, MOST_TRIES = 10, 3
REPLY_TIMEOUT = (3, 5)
"""Seconds to connect, and to wait for LINE: a whole beat waits, and a reply token ages soon."""
WAITS = (timedelta(seconds=10), timedelta(minutes=1))
W = EventState.WAITING.value
Reply = tuple[Came, Answer]


@pulse("line_events")
def handle_due() -> bool:
    """Handle the events that wait, and what conversations left unfinished; whether any did."""
    ids, replies = _due(AT_ONCE), []
    for event_id in briefly(ids):
        replies += handle(event_id)
        let_others_write()
    _send(replies)
    return finish_idle() or bool(ids)


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
        return opened(client.fetch_content(event.told_id))
    return opened(files.read_secret(stored)) if stored else None


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
