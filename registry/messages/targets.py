"""To whom a release goes: its channels as a whole, and members who have an address of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, select
from sqlalchemy.orm import joinedload, selectinload

from registry.channels.models import Channel
from registry.db import db
from registry.members.models import Member
from registry.members.queries import STANDS
from registry.messages.audience import Audience
from registry.messages.models import Publication
from registry.messages.recipients import OUTWARD, recipients_by
from registry.messages.release_models import Release
from registry.messages.unreached import active, willing
from registry.messages.ways import Outlet, outlets_of, reached_by, rosters, sends_mail
from registry.outbox.deliveries import Target
from registry.outbox.models import Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date

BATCH = 5_000
NOT_SENT = (DeliveryState.FAILED.value, DeliveryState.CANCELLED.value)


def outlets_for(release: Release) -> list[Outlet]:
    """The ways into the release's channels that are open and, where it comes first, unserved."""
    query = select(Channel).where(Channel.id.in_(release.channels), Channel.retired_on.is_(None))
    if release.as_purpose in OUTWARD:
        done = select(Publication.channel_id).where(Publication.message_id == release.message_id)
        query = query.where(Channel.id.not_in(done))
    loaded = (joinedload(Channel.network), selectinload(Channel.counts))
    return outlets_of(list(db.session.scalars(query.options(*loaded).order_by(Channel.id))))


def hand_targets(outlets: Sequence[Outlet]) -> list[Target]:
    """What people do."""
    return [row for outlet in outlets for row in outlet.whole() if row.way is Way.HAND]


def machine_targets(release: Release, outlets: Sequence[Outlet], at: datetime) -> Iterator[Target]:
    """What machines send; nobody twice, and by LINE rather than by e-mail."""
    for outlet in outlets:
        yield from (row for row in outlet.whole() if row.way is not Way.HAND)
    seen: set[int] = set()
    for way, query in _personal(release, outlets, at):
        for member_id, channel_id in db.session.execute(query).yield_per(BATCH):
            if member_id not in seen:
                seen.add(member_id)
                yield Target(way, f"m:{member_id}", channel_id, member_id)


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


def _on_roster(release: Release, outlet: Outlet, on: date) -> Select[*tuple[Any, ...]]:
    wanted = (_meant(release, on), Member.id.in_(reached_by(outlet, on)))
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
    """Whom a release reaches through a channel: those written to, or its roster for whom it is."""
    row = Delivery
    written = select(row.member_id).where(
        row.release_id == release.id,
        row.channel_id == channel.id,
        row.member_id.is_not(None),
        row.state.not_in(NOT_SENT),
    )
    if db.session.scalar(written.limit(1)) is not None:
        return written  # type: ignore[return-value]
    listed = rosters([channel], on)
    return select(Member.id).where(_meant(release, on), Member.id.in_(listed))
