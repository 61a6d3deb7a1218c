"""Registering many members at once: one insert per table, whatever their number.

The same rows that :func:`registry.members.services.register` would make, without a round trip
each.  Values must be checked before; the database's own constraints still hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select

from registry.audit.services import Actor
from registry.channels.models import AudienceCount, Channel
from registry.db import db
from registry.members.consents import wording_on
from registry.members.models import (
    Consent,
    ConsentPurpose,
    Member,
    MemberSpan,
    MemberState,
    MemberStateChange,
)
from registry.members.values import MemberValues, is_minor
from registry.networks.models import NetworkMember
from registry.vault import keyed_hash

CHUNK = 5_000


@dataclass(frozen=True)
class NewChannel:
    """A channel of a new member; ``audience`` is absent where nobody said."""

    kind: str
    name: str
    url: str | None = None
    audience: int | None = None
    basis: str | None = None


@dataclass(frozen=True)
class NewMember:
    """A member to register: the values, the day of joining, and what comes with it.

    Attributes:
        office: id of the office that keeps the record.
        networks: ids of networks to join from that day on.
        row: the row's number in its file, kept as the source of the consent.
    """

    values: MemberValues
    on: date
    office: int
    row: int | None = None
    channels: Sequence[NewChannel] = ()
    networks: Sequence[int] = ()
    consents: Sequence[ConsentPurpose] = ()
    uid: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(frozen=True)
class Source:
    """Where the rows come from: a file of a batch."""

    batch_id: int
    file: str
    sha256: str


def register_many(actor: Actor, members: Sequence[NewMember], source: Source) -> dict[str, int]:
    """Register active members; the caller records one audit event for the whole batch.

    Returns:
        The id of each new member by its ``uid``.

    Raises:
        sqlalchemy.exc.IntegrityError: a national ID is registered already.
    """
    now = datetime.now(UTC)
    _insert(Member, (_member(member, source, now) for member in members))
    ids = _ids([member.uid for member in members])
    _insert(MemberStateChange, (_began(m, ids[m.uid], now, actor) for m in members))
    _insert(MemberSpan, (_span(m, ids[m.uid]) for m in members))
    _insert(Consent, _consents(members, ids, source))
    _insert(NetworkMember, (row for m in members for row in _joins(m, ids[m.uid])))
    add_channels({ids[m.uid]: (m.on, m.channels) for m in members}, source.batch_id, now)
    return ids


def _insert(model: type, rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == CHUNK:
            db.session.execute(insert(model), batch)
            batch = []
    if batch:
        db.session.execute(insert(model), batch)


def _ids(uids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(uids), 500):
        part = uids[start : start + 500]
        rows = db.session.execute(select(Member.uid, Member.id).where(Member.uid.in_(part)))
        found.update(dict(rows.all()))
    return found


def _member(member: NewMember, source: Source, now: datetime) -> dict[str, Any]:
    number = member.values.national_id
    return {
        **member.values.as_dict(),
        "uid": member.uid,
        "national_id_hash": keyed_hash(number) if number else None,
        "state": MemberState.ACTIVE.value,
        "joined_on": member.on,
        "confirmed_on": member.on,
        "office_id": member.office,
        "source": "import",
        "source_file": source.file[:200],
        "source_sha256": source.sha256,
        "source_row": member.row,
        "batch_id": source.batch_id,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def _began(member: NewMember, number: int, now: datetime, actor: Actor) -> dict[str, Any]:
    return {
        "member_id": number,
        "before": None,
        "after": MemberState.ACTIVE.value,
        "on": member.on,
        "at": now,
        "actor_id": actor.user_id,
    }


def _span(member: NewMember, number: int) -> dict[str, Any]:
    return {
        "member_id": number,
        "province_code": member.values.province_code,
        "network_type": member.values.network_type,
        "from_on": member.on,
        "starts": "join",
    }


def _consents(
    members: Sequence[NewMember], ids: dict[str, int], source: Source
) -> Iterable[dict[str, Any]]:
    wordings: dict[tuple[ConsentPurpose, date], int | None] = {}
    for member in members:
        for purpose in member.consents:
            key = (purpose, member.on)
            if key not in wordings:
                wording = wording_on(*key)
                wordings[key] = wording.id if wording else None
            yield {
                "member_id": ids[member.uid],
                "purpose": purpose.value,
                "basis": "consent",
                "wording_id": wordings[key],
                "given_on": member.on,
                "source": f"{source.file[:160]} #{member.row} ({source.sha256[:12]})",
                "by_guardian": is_minor(member.values.birth_year, member.on),
            }


def _joins(member: NewMember, number: int) -> Iterable[dict[str, Any]]:
    for network in member.networks:
        yield {
            "network_id": network,
            "member_id": number,
            "coordinator": False,
            "from_on": member.on,
        }


def add_channels(
    wanted: dict[int, tuple[date, Sequence[NewChannel]]], batch_id: int | None, now: datetime
) -> None:
    """Channels of members with their first audience counts.

    Args:
        wanted: by member id, the day and the channels to open on it.
    """
    rows = [(number, on, channel) for number, (on, some) in wanted.items() for channel in some]
    if not rows:
        return
    last = db.session.scalar(select(Channel.id).order_by(Channel.id.desc()).limit(1)) or 0
    _insert(Channel, (_channel(*row, batch_id, now) for row in rows))
    opened = db.session.scalars(
        select(Channel.id)
        .where(Channel.id > last, Channel.batch_id == batch_id)
        .order_by(Channel.id)
    )
    _insert(
        AudienceCount,
        (
            _count(channel_id, on, channel, now)
            for channel_id, (_, on, channel) in zip(opened, rows, strict=True)
            if channel.audience is not None
        ),
    )


def _channel(
    number: int, on: date, channel: NewChannel, batch_id: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "member_id": number,
        "kind": channel.kind,
        "name": channel.name[:200],
        "url": channel.url,
        "opened_on": on,
        "batch_id": batch_id,
        "created_at": now,
    }


def _count(channel_id: int, on: date, channel: NewChannel, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": channel_id,
        "on": on,
        "audience": channel.audience,
        "basis": channel.basis,
        "recorded_at": now,
    }
