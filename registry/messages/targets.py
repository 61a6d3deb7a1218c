"""To whom a release goes: its channels as a whole, and members who have an address of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select
from sqlalchemy.orm import joinedload, selectinload

from registry.channels.models import Channel
from registry.db import db
from registry.members.models import Member
from registry.members.queries import STANDS
from registry.messages.audience import Audience
from registry.messages.models import Publication
from registry.messages.recipients import NOTICES, in_flight_by, recipients_by
from registry.messages.release_models import OUTWARD, Release
from registry.messages.unreached import active, having, willing
from registry.messages.ways import Outlet, outlets_of, reached_by, rosters, sends_mail
from registry.outbox.deliveries import Target
from registry.outbox.models import Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date


def outlets_for(release: Release) -> list[Outlet]:
    """The ways into the release's channels that are open and, where it comes first, unserved.

    What comes first goes to channels of its own office only: one may be another's by now.
    """
    query = select(Channel).where(Channel.id.in_(release.channels), Channel.retired_on.is_(None))
    if release.as_purpose in OUTWARD:
        query = query.where(Channel.office_id == release.office_id)
        done = select(Publication.channel_id).where(Publication.message_id == release.message_id)
        query = query.where(Channel.id.not_in(done))
    loaded = (joinedload(Channel.network), selectinload(Channel.counts))
    return outlets_of(list(db.session.scalars(query.options(*loaded).order_by(Channel.id))))


def hand_targets(outlets: Sequence[Outlet]) -> list[Target]:
    """What people do."""
    return [row for outlet in outlets for row in outlet.whole() if row.way is Way.HAND]


def machine_targets(outlets: Sequence[Outlet]) -> list[Target]:
    """What machines send to channels as a whole."""
    return [row for outlet in outlets for row in outlet.whole() if row.way is not Way.HAND]


def personal_targets(
    release: Release, outlets: Sequence[Outlet], at: datetime, most: int
) -> Iterator[list[Target]]:
    """What machines send to people who have no delivery of the release yet; by LINE at first.

    The caller makes the deliveries of a list before it takes the next one: so nobody is in two.

    Args:
        most: in a list; one that is full may not be all.
    """
    for way, query in _personal(release, outlets, at):
        left = query.where(~_made(release)).limit(most)
        yield [
            Target(way, f"m:{member_id}", channel_id, member_id)
            for member_id, channel_id in db.session.execute(left)
        ]


def _made(release: Release) -> ColumnElement[bool]:
    row = Delivery
    return exists().where(
        row.member_id == Member.id,
        row.message_id == release.message_id,
        row.release_id == release.id,
    )


def _personal(
    release: Release, outlets: Sequence[Outlet], at: datetime
) -> Iterator[tuple[Way, Select[*tuple[Any, ...]]]]:
    if release.as_purpose in OUTWARD:
        for outlet in sorted(outlets, key=lambda row: row.way is not Way.LINE):
            if outlet.personal:
                yield outlet.way, _on_roster(release, outlet, to_bangkok_date(at))
        return
    for way in (Way.LINE, Way.EMAIL):
        if way is Way.LINE or sends_mail():
            yield way, recipients_by(release, way, at)
            if release.as_purpose in NOTICES:
                yield way, in_flight_by(release.message_id, way, at)


def _on_roster(release: Release, outlet: Outlet, on: date) -> Select[*tuple[Any, ...]]:
    wanted = (
        _meant(release, on),
        Member.id.in_(reached_by(outlet, on)),
        Member.id.not_in(having(release.message_id, besides=release.id)),
    )
    return select(Member.id, literal(outlet.channel.id)).where(*wanted).order_by(Member.id)


def _meant(release: Release, on: date) -> ColumnElement[bool]:
    """Members who may be written to and for whom the message is meant."""
    return and_(
        STANDS,
        Member.id.in_(active(on)),
        Member.id.in_(willing(on)),
        Audience.of(release.audience).condition(on),
    )


def reached_through(release: Release, channel: Channel, on: date) -> Select[int]:
    """Whom a release reached through a channel as a whole.

    They are its roster for whom the release is meant; where members are written to one by one,
    those to whom it was sent.
    """
    row = Delivery
    written = select(row.member_id).where(
        row.release_id == release.id,
        row.channel_id == channel.id,
        row.member_id.is_not(None),
    )
    if db.session.scalar(written.limit(1)) is not None:
        return written.where(row.state == DeliveryState.SENT.value)  # type: ignore[return-value]
    listed = rosters([channel], on)
    return select(Member.id).where(_meant(release, on), Member.id.in_(listed))
