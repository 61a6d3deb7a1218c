"""Channels with ways into them, and a release taken as far as a test needs it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from flask import Flask
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.services import Actor
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db
from registry.messages import due, releases
from registry.messages.audience import Audience
from registry.messages.models import KeyMessage
from registry.messages.release_models import Purpose, Release
from registry.outbox.line_models import LineAccount, LineGroup
from registry.outbox.models import Delivery, DeliveryState
from registry.periods.calendar import BANGKOK, to_bangkok_date
from tests import cast, story

EVERYBODY = Audience()


def at(clock: str, *, days: int = 1) -> datetime:
    """An hour of Thailand on a coming day."""
    day = to_bangkok_date(datetime.now(UTC)) + timedelta(days=days)
    return datetime.combine(day, time.fromisoformat(clock), BANGKOK).astimezone(UTC)


def sends_mail(app: Flask, host: str = "mail.example.org") -> dict[str, object]:
    """The extensions of an application with a mail server, for ``monkeypatch``."""
    return {"sang_settings": app.extensions["sang_settings"].model_copy(update={"smtp_host": host})}


def channel(
    office: str, kind: ChannelKind, roster: Iterable[str] = (), *, name: str = "ช่องทางใหม่"
) -> Channel:
    """A new channel of an office with members on its roster."""
    row = Channel(
        kind=kind.value,
        name=name,
        office=db.session.scalars(select(Office).where(Office.code == office)).one(),
        opened_on=cast.SINCE,
        created_at=cast.NOON,
    )
    db.session.add(row)
    db.session.flush()
    for member in roster:
        enlist(row, member)
    return row


def enlist(row: Channel, member: str, since: date = cast.SINCE) -> None:
    """Put a member on a roster."""
    number = cast.member(member).id
    db.session.add(ChannelMember(channel_id=row.id, member_id=number, from_on=since))
    db.session.flush()


def link(*members: str) -> None:
    """Link a LINE account to each member."""
    for name in members:
        db.session.add(
            LineAccount(
                member_id=cast.member(name).id,
                user_id=f"U-{name}",
                user_hash=f"hash-{name}",
                linked_at=cast.NOON,
            )
        )
    db.session.flush()


def join(row: Channel) -> None:
    """The bot is in the group of a channel."""
    db.session.add(
        LineGroup(
            channel_id=row.id,
            group_id=f"C-{row.id}",
            group_hash=f"hash-{row.id}",
            joined_at=cast.NOON,
            count_due_at=cast.NOON,
        )
    )
    db.session.flush()


def planned(
    message: KeyMessage,
    channels: Iterable[Channel],
    *,
    user: str = "officer50",
    audience: Audience = EVERYBODY,
    clock: str = "10:00",
    purpose: Purpose = Purpose.FIRST,
    seen: int | None = None,
    token: str | None = None,
) -> Release:
    """Plan a release for an hour of tomorrow."""
    return releases.plan(
        story.acting(user),
        message,
        audience,
        [row.id for row in channels],
        purpose=purpose,
        planned_at=at(clock),
        seen_count=seen,
        form_token=token,
    )


def begun(release: Release, moment: datetime | None = None) -> list[Delivery]:
    """Let the pulse do what is due for a release; returns all its deliveries."""
    due.begin(release.id, moment or release.planned_at)
    return deliveries(release)


def deliveries(release: Release) -> list[Delivery]:
    """The deliveries of a release, the first one first."""
    query = select(Delivery).where(Delivery.release_id == release.id).order_by(Delivery.id)
    return list(db.session.scalars(query))


def sent(rows: Iterable[Delivery], moment: datetime, user: str | None = None) -> None:
    """What the outbox does with deliveries that were sent."""
    actor = story.acting(user) if user else Actor.system("outbox")
    for row in rows:
        row.state, row.settled_at = DeliveryState.SENT.value, moment
        db.session.flush()
        releases.settle(actor, row, moment)
