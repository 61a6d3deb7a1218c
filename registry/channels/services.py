"""Channels of members and offices, how many people each reaches, and who is on the roster."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, insert, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels import custodians
from registry.channels.identities import refuse_mixed
from registry.channels.models import ESTIMATED, AudienceCount, Channel, ChannelKind, ChannelMember
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, Member
from registry.members.queries import STANDS
from registry.members.standing import need_standing
from registry.networks.models import Network, NetworkMember


@dataclass(frozen=True)
class ChannelValues:
    """A channel's fields, named as on the model; network and custodian are an office's only."""

    kind: ChannelKind
    name: str
    opened_on: date
    url: str | None = None
    network_id: int | None = None
    custodian_id: int | None = None


@dataclass(frozen=True)
class Count:
    """How many people a channel reached on a day; estimates say on what they rest."""

    on: date
    audience: int
    basis: str | None = None


def open_channel(
    actor: Actor,
    owner: Office | Member,
    values: ChannelValues,
    *,
    count: Count | None = None,
    form_token: str | None = None,
    scope: Scope | None = None,
) -> Channel:
    """Open a channel of an office or of a member, perhaps with its first count.

    Args:
        scope: who asks; a refusal names nothing outside it.

    Raises:
        Refused: an estimated audience comes without its basis, the address is an account of the
            other side (official, personal), or the member's record was just merged into another.
    """
    if isinstance(owner, Member):
        need_standing(owner)
    refuse_mixed(scope, values.url, official=isinstance(owner, Office))
    channel = Channel(
        kind=values.kind.value,
        created_at=datetime.now(UTC),
        form_token=form_token,
        **_fields(values),
    )
    if isinstance(owner, Office):
        channel.office = owner
    else:
        channel.member = owner
    db.session.add(channel)
    _record(actor, Action.CHANNEL_CREATE, channel, kind=values.kind.value)
    if values.custodian_id is not None:
        custodians.name(actor, channel, values.custodian_id)
    if count is not None:
        count_audience(actor, channel, count)
    return channel


def _fields(values: ChannelValues) -> dict[str, Any]:
    names = ("name", "opened_on", "url", "network_id")
    return {name: getattr(values, name) for name in names}


def update_channel(
    actor: Actor,
    channel: Channel,
    values: ChannelValues,
    *,
    version: int | None = None,
    scope: Scope | None = None,
) -> None:
    """Change what is known about a channel; its kind stays, for past figures rest on it.

    Another custodian than the present one is asked first: see :mod:`registry.channels.custodians`.

    Raises:
        ChangedMeanwhile: ``version`` is not the version at hand.
        Refused: the address is an account of the other side (official, personal).
    """
    need_version(channel, version)
    if values.url != channel.url:
        official = channel.office_id is not None
        refuse_mixed(scope, values.url, official=official, channel_id=channel.id)
    changed = [name for name, value in _fields(values).items() if getattr(channel, name) != value]
    for name in changed:
        setattr(channel, name, getattr(values, name))
    if changed:
        _record(actor, Action.CHANNEL_UPDATE, channel, fields=changed)
    if channel.office_id is not None:
        custodians.change(actor, channel, values.custodian_id)


def count_audience(actor: Actor, channel: Channel, count: Count) -> AudienceCount:
    """Write down how many people a channel reached on a day; a day has one count.

    Raises:
        Refused: the count is negative, or an estimate without its basis.
    """
    if count.audience < 0:
        raise Refused(_("The number of people cannot be below zero; type it again."))
    if channel.as_kind in ESTIMATED and not count.basis:
        raise Refused(
            _(
                "The audience of “%(name)s” is an estimate; write on what it rests, such as "
                "“120 households × 3 people”.",
                name=channel.name,
            )
        )
    row = next((row for row in channel.counts if row.on == count.on), None)
    if row is None:
        row = AudienceCount(on=count.on)
        channel.counts.append(row)
    row.audience, row.basis, row.recorded_at = count.audience, count.basis, datetime.now(UTC)
    _record(actor, Action.CHANNEL_AUDIENCE, channel, count=count.audience)
    return row


def retire(actor: Actor, channel: Channel, *, on: date) -> None:
    """Use a channel no longer, from a day on; its past figures stay.

    Raises:
        Refused: it is retired already, or was opened later.
    """
    if channel.retired_on is not None:
        raise Refused(_("The channel “%(name)s” is retired already.", name=channel.name))
    if on < channel.opened_on:
        raise Refused(_("A channel cannot be retired before it was opened; choose a later day."))
    channel.retired_on = on
    _record(actor, Action.CHANNEL_RETIRE, channel)


def add_to_roster(actor: Actor, channel: Channel, members: Collection[Member], *, on: date) -> int:
    """Put members on a channel's roster from a day on; returns how many are new.

    Raises:
        Refused: the channel is retired or no office's, or a record was just merged into another.
    """
    _need_roster(channel)
    need_standing(*members)
    ids = [member.id for member in members]
    return _enter(actor, channel, on, Member.id.in_(ids))


def add_network_to_roster(actor: Actor, channel: Channel, network: Network, *, on: date) -> int:
    """Put all present members of a network on a channel's roster; returns how many are new.

    Raises:
        Refused: the channel is retired or no office's.
    """
    _need_roster(channel)
    inside = select(NetworkMember.member_id).where(
        NetworkMember.network_id == network.id, NetworkMember.to_on.is_(None)
    )
    return _enter(actor, channel, on, Member.id.in_(inside))


def _need_roster(channel: Channel) -> None:
    if channel.office_id is None or channel.retired_on is not None:
        raise Refused(_("Only an office's channel in use has a roster; choose another channel."))


def _enter(actor: Actor, channel: Channel, on: date, which: ColumnElement[bool]) -> int:
    row = ChannelMember
    here = exists().where(row.channel_id == channel.id, row.member_id == Member.id)
    new = select(Member.id).where(
        which,
        STANDS,
        Member.state.notin_([state.value for state in GONE]),
        ~here.where(row.to_on.is_(None)),
    )
    locked = new.order_by(Member.id).with_for_update(key_share=True, of=Member)
    ids = list(db.session.scalars(locked))
    again = _reopen(channel, ids, on)
    rows = [
        {"channel_id": channel.id, "member_id": id_, "from_on": on}
        for id_ in ids
        if id_ not in again
    ]
    if rows:
        db.session.execute(insert(ChannelMember), rows)
    if ids:
        _record(actor, Action.ROSTER_CHANGE, channel, count=len(ids), kind="add")
    return len(ids)


def _reopen(channel: Channel, ids: list[int], on: date) -> set[int]:
    """Who was taken off and comes back on the day of coming gets the old row again."""
    query = select(ChannelMember).where(
        ChannelMember.channel_id == channel.id,
        ChannelMember.member_id.in_(ids),
        ChannelMember.from_on == on,
    )
    rows = list(db.session.scalars(query))
    for row in rows:
        row.to_on = None
    return {row.member_id for row in rows}


def take_off_roster(actor: Actor, channel: Channel, row: ChannelMember, *, on: date) -> None:
    """End a member's place on a channel's roster.

    Raises:
        Refused: it ended already, or the day lies before it began.
    """
    if row.to_on is not None or on < row.from_on:
        raise Refused(_("This entry ended already or begins later; reload the page."))
    row.to_on = on
    _record(actor, Action.ROSTER_CHANGE, channel, count=1, kind="remove")


def _record(actor: Actor, action: Action, channel: Channel, **details: Any) -> None:
    db.session.flush()
    owner = channel.member or channel.office
    province = owner.province_code if owner else None
    record(actor, action, "channel", channel.id, province=province, **details)
