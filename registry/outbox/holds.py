"""Which ways are open: set up on this server, and not held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from registry.db import db
from registry.i18n import moment
from registry.messages import quiet
from registry.outbox.backoff import TROUBLE_NAMES, Trouble
from registry.outbox.models import WAY_NAMES, OutboxHold, Way

MACHINES = (Way.LINE, Way.EMAIL, Way.WEBHOOK)
SETTINGS = {
    Way.LINE: ("SANG_LINE_CHANNEL_TOKEN", "SANG_LINE_CHANNEL_SECRET", "SANG_LINE_OFFICE"),
    Way.EMAIL: (
        "SANG_SMTP_HOST",
        "SANG_SMTP_PORT",
        "SANG_SMTP_USER",
        "SANG_SMTP_PASSWORD",
        "SANG_MAIL_FROM",
    ),
    Way.WEBHOOK: ("SANG_WEBHOOK_HOSTS", "SANG_WEBHOOK_SECRET_<OFFICE CODE>_…"),
}
"""The names of what is set on the server for each way, as docs/settings.md lists them."""


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


def reasons(ways: Collection[Way], *, urgent: bool = True) -> list[str]:
    """Why nothing leaves by some ways now: a sentence for each by which nothing does.

    Args:
        urgent: whether the quiet hours do not matter.
    """
    ready, waits, now = set_up(), held(), datetime.now(UTC)
    morning = quiet.machines_from(now, urgent=urgent)
    found = []
    for way in (way for way in MACHINES if way in ways):
        if way not in ready:
            found.append(f"{WAY_NAMES[way]}: {TROUBLE_NAMES[Trouble.NOT_SET_UP]}")
        elif way in waits:
            found.append(_held_since(way, waits[way]))
        elif morning > now and way is not Way.WEBHOOK:
            found.append(_until(way, morning))
    return found


def _held_since(way: Way, row: OutboxHold) -> str:
    since = _(
        "Sending by %(way)s waits since %(moment)s.", way=WAY_NAMES[way], moment=moment(row.since)
    )
    return f"{since} {TROUBLE_NAMES[Trouble(row.reason)]}"


def _until(way: Way, morning: datetime) -> str:
    return str(
        _(
            "%(way)s waits for the end of the quiet hours: %(moment)s.",
            way=WAY_NAMES[way],
            moment=moment(morning),
        )
    )


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
