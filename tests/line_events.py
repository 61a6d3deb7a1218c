"""Events as LINE sends them, after its published description of the webhook, and signed as it does.

``webhook.yml`` of github.com/line/line-openapi and developers.line.biz/en/reference/messaging-api:
the body holds ``destination`` and ``events``; each event has a type, a mode, a timestamp in
milliseconds, a source, ``webhookEventId`` and ``deliveryContext``; the header ``x-line-signature``
is the base64 of the HMAC-SHA256 of the raw body under the channel's secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select
from werkzeug.test import TestResponse

from registry.db import db, unit_of_work
from registry.outbox import line_events, line_links
from registry.outbox.line_models import LineEvent
from tests import cast
from tests.line_server import Line, group_id, user_id
from tests.outbox_world import outbox_to

SECRET = "line-test-channel-secret"
BOT = f"U{'b' * 32}"
PATH = "/line/webhook"
Event = dict[str, Any]
_numbers = count(1)


@contextmanager
def listening(app: Flask, line: Line | None = None) -> Iterator[FlaskClient]:
    """The application knows the channel's secret, and perhaps a server to answer to."""
    with outbox_to(app, line=line, line_channel_secret=SecretStr(SECRET)):
        yield app.test_client()


def signature(body: bytes, secret: str = SECRET) -> str:
    """What LINE puts in the header."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def event(
    kind: str, *, user: int = 1, group: int | None = None, at: datetime | None = None, **more: Any
) -> Event:
    """An event from a person alone, or from one in a group."""
    number, moment = next(_numbers), at or datetime.now(UTC)
    source = {"type": "user", "userId": user_id(user)}
    if group is not None:
        source = {"type": "group", "groupId": group_id(group), "userId": user_id(user)}
    return {
        "type": kind,
        "mode": "active",
        "timestamp": int(moment.timestamp() * 1000),
        "source": source,
        "webhookEventId": f"01H{number:023d}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{number:032x}",
        **more,
    }


def typed(text: str, **source: Any) -> Event:
    """Somebody typed a text."""
    message = {"id": f"{next(_numbers):018d}", "type": "text", "text": text}
    return event("message", message=message, **source)


def pressed(data: str, **source: Any) -> Event:
    """Somebody pressed a button."""
    return event("postback", postback={"data": data}, **source)


def pictured(told_id: str, **source: Any) -> Event:
    """Somebody sent a picture."""
    message = {"id": told_id, "type": "image", "contentProvider": {"type": "line"}}
    return event("message", message=message, **source)


def body_of(*events: Event) -> bytes:
    """The body as LINE writes it."""
    return orjson.dumps({"destination": BOT, "events": list(events)})


def send(client: FlaskClient, *events: Event, secret: str = SECRET) -> TestResponse:
    """Send events as LINE does."""
    body = body_of(*events)
    headers = {"x-line-signature": signature(body, secret)}
    return client.post(PATH, data=body, content_type="application/json", headers=headers)


def work(app: Flask) -> None:
    """Handle all that waits."""
    with app.app_context():
        while line_events.handle_due():
            pass
        db.session.remove()


def told(app: Flask, client: FlaskClient, *events: Event) -> None:
    """Send events and handle them."""
    assert send(client, *events).status_code == 200
    work(app)


def linked(app: Flask, name: str = "malee50", user: int = 1) -> None:
    """Link one of the cast's members with a LINE account."""
    with app.app_context(), unit_of_work():
        line_links.link(line_links.Actor(None, "line"), cast.member(name), user_id(user))


def events_in(app: Flask) -> list[tuple[str, str]]:
    """Kind and state of every event that was written down, in order."""
    with app.app_context():
        rows = db.session.scalars(select(LineEvent).order_by(LineEvent.id))
        return [(row.kind, row.state) for row in rows]
