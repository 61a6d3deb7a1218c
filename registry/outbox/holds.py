"""Which ways are open: set up on this server, and not held."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from sqlalchemy import select

from registry.db import db
from registry.outbox.backoff import Trouble
from registry.outbox.models import OutboxHold, Way


def set_up() -> frozenset[Way]:
    """The ways by which this server can send; webhooks need a list of hosts, e-mail a server."""
    conf = current_app.extensions["sang_settings"]
    wanted = {
        Way.LINE: bool(conf.line_channel_token.get_secret_value()),
        Way.EMAIL: bool(conf.smtp_host and conf.mail_from),
        Way.WEBHOOK: bool(conf.webhook_hosts.strip()),
    }
    return frozenset(way for way, ready in wanted.items() if ready)


def held() -> dict[Way, OutboxHold]:
    """The ways that wait until something is repaired."""
    return {Way(row.way): row for row in db.session.scalars(select(OutboxHold))}


def open_ways() -> frozenset[Way]:
    """The ways by which something may leave now."""
    return set_up() - set(held())


def hold(way: Way, trouble: Trouble, at: datetime) -> None:
    """Let nothing leave by a way until a person, or the new month, says so."""
    if db.session.get(OutboxHold, way.value) is None:
        db.session.add(OutboxHold(way=way.value, reason=trouble.value, since=at))
        db.session.flush()


def release(way: Way) -> bool:
    """Let a way go on; whether it was held."""
    row = db.session.get(OutboxHold, way.value)
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    return row is not None
