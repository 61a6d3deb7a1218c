"""Taking in what LINE's webhook brings: checked, written down once, answered at once.

Nothing is worked on here: a pulse does that.  What people write in groups is not kept, but for a
text that may be a code: only what is said to the bot alone is meant for us.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import current_app

from registry.bulk import insert_once
from registry.db import begin_write, commit, db
from registry.errors import Refused
from registry.outbox.line_models import EventState, LineEvent
from registry.outbox.line_words import code_in
from registry.vault import keyed_hash

LIMIT = 1024 * 1024
MOST_EVENTS = 1_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_signed(body: bytes, signature: str) -> bool:
    """Whether LINE signed these very bytes; never, where no secret is set."""
    secret = current_app.extensions["sang_settings"].line_channel_secret.get_secret_value()
    if not secret or not signature:
        return False
    wanted = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))


def take_in(body: bytes) -> int:
    """Write down the events of a signed body in one insert, and commit; returns how many are new.

    Raises:
        Refused: it is signed, but no list of events.
    """
    rows = _rows(body)
    if not rows:
        return 0
    begin_write()
    statement = insert_once(LineEvent).values(rows)
    once = statement.on_conflict_do_nothing(index_elements=["bot", "webhook_event_id"])
    found: Any = db.session.execute(once)
    commit()
    return int(found.rowcount)


def chat_hash(source: Mapping[str, Any]) -> str:
    """The keyed hash of a chat: a group, a room, or a person alone."""
    for name in ("groupId", "roomId", "userId"):
        if source.get(name):
            return keyed_hash(f"line:{source[name]}")
    return keyed_hash("line:")


def _rows(body: bytes) -> list[dict[str, Any]]:
    """The events as rows; in an order of their own, so that no two inserts wait for each other."""
    try:
        told = orjson.loads(body)
        bot, events = str(told.get("destination", "")), list(told["events"])
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        raise Refused("no list of events") from None
    kept = [event for event in events[:MOST_EVENTS] if isinstance(event, dict) and _is_ours(event)]
    rows = [_row(bot, event) for event in kept]
    return sorted(rows, key=lambda row: (row["at"], row["webhook_event_id"]))


def _is_ours(event: Mapping[str, Any]) -> bool:
    source, message = _part(event, "source"), _part(event, "message")
    if event.get("type") != "message" or source.get("type") == "user":
        return True
    return message.get("type") == "text" and code_in(str(message.get("text", ""))) is not None


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _row(bot: str, event: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "bot": keyed_hash(f"line:{bot}"),
        "webhook_event_id": _number(event),
        "source_hash": chat_hash(_part(event, "source")),
        "kind": str(event.get("type", ""))[:40],
        "body": event,
        "at": _moment(event.get("timestamp"), now),
        "arrived_at": now,
        "due_at": now,
        "state": EventState.WAITING.value,
        "attempts": 0,
    }


def _number(event: dict[str, Any]) -> str:
    """The event's id; for one without, a hash of what it says."""
    told = str(event.get("webhookEventId", ""))
    if NAME.fullmatch(told):
        return told
    steady = {key: value for key, value in event.items() if key != "deliveryContext"}
    return hashlib.sha256(orjson.dumps(steady, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _moment(milliseconds: object, now: datetime) -> datetime:
    """When it happened by LINE's clock; never later than it came."""
    try:
        told = datetime.fromtimestamp(float(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return min(told, now)
