"""How a message leaves through a channel: to the channel as a whole, or to each of its members."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, or_, select, union

from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db
from registry.members.models import Member
from registry.messages.models import Publication
from registry.messages.release_models import UNDER_WAY, Release
from registry.networks.models import NetworkMember
from registry.outbox.accounts import bot_channel, linked_members
from registry.outbox.deliveries import Target, webhooks_of
from registry.outbox.line_models import LineAccount, LineGroup
from registry.outbox.models import Way


@dataclass(frozen=True)
class Outlet:
    """A channel with the way that leads into it.

    Attributes:
        personal: each member of the roster who has an address gets a delivery of their own;
            otherwise there is one for the channel as a whole.
        webhooks: systems of others that are told beside it.
    """

    channel: Channel
    way: Way
    personal: bool
    webhooks: tuple[int, ...] = ()

    def whole(self) -> Iterator[Target]:
        """The targets that are no members."""
        for webhook in self.webhooks:
            yield Target(Way.WEBHOOK, f"w:{webhook}", self.channel.id)
        if not self.personal and self.way is not Way.WEBHOOK:
            yield Target(self.way, f"c:{self.channel.id}", self.channel.id)


def outlets_of(channels: Sequence[Channel]) -> list[Outlet]:
    """The ways into some channels, as they are now."""
    ids = [channel.id for channel in channels]
    joined, hooks, bot = _joined(ids), webhooks_of(ids), _bot()
    return [_outlet(row, joined, bot, tuple(hooks.get(row.id, ()))) for row in channels]


def _joined(ids: Collection[int]) -> frozenset[int]:
    """Channels that are LINE groups in which the bot is."""
    row = LineGroup
    query = select(row.channel_id).where(row.channel_id.in_(ids), row.left_at.is_(None))
    return frozenset(db.session.scalars(query))


def _bot() -> int | None:
    """The bot's own channel, once anybody linked an account to it."""
    linked = select(LineAccount.id).where(LineAccount.unlinked_at.is_(None)).limit(1)
    channel = bot_channel() if db.session.scalar(linked) is not None else None
    return channel.id if channel else None


def _outlet(
    channel: Channel, joined: Collection[int], bot: int | None, webhooks: tuple[int, ...]
) -> Outlet:
    if channel.id in joined:
        return Outlet(channel, Way.LINE, False, webhooks)
    if channel.id == bot:
        return Outlet(channel, Way.LINE, True, webhooks)
    if channel.as_kind is ChannelKind.EMAIL and sends_mail():
        return Outlet(channel, Way.EMAIL, True, webhooks)
    return Outlet(channel, Way.WEBHOOK if webhooks else Way.HAND, False, webhooks)


def sends_mail() -> bool:
    """Whether a mail server is set up; without one a mailing list is served by hand."""
    return bool(current_app.extensions["sang_settings"].smtp_host)


def served(message_id: int) -> dict[int, str]:
    """Channels that need no sending: ``has`` the message, or it is ``going`` to them."""
    found: dict[int, str] = {}
    going = select(Release.channels).where(
        Release.message_id == message_id, Release.state.in_(UNDER_WAY)
    )
    for ids in db.session.scalars(going):
        found |= dict.fromkeys(ids, "going")
    has = select(Publication.channel_id).where(Publication.message_id == message_id)
    return found | dict.fromkeys(db.session.scalars(has), "has")


def rosters(channels: Collection[Channel], on: date) -> Select[int]:
    """Members on the rosters of channels, or in the networks whose channels they are, on a day."""
    ids, networks = ids_of(channels)
    direct = select(ChannelMember.member_id).where(
        ChannelMember.channel_id.in_(ids), open_on(ChannelMember, on)
    )
    through = select(NetworkMember.member_id).where(
        NetworkMember.network_id.in_(networks), open_on(NetworkMember, on)
    )
    both = union(direct, through).subquery()
    return select(both.c.member_id)


def ids_of(channels: Collection[Channel]) -> tuple[list[int], list[int]]:
    """The ids of channels, and of the networks whose central channels they are."""
    networks = {row.network_id for row in channels if row.network_id is not None}
    return sorted(channel.id for channel in channels), sorted(networks)


def reached_by(outlet: Outlet, on: date) -> Select[int]:
    """Those of a channel's roster whom its way can reach."""
    roster = rosters([outlet.channel], on)
    return addressed(roster, outlet.way) if outlet.personal else roster


def addressed(members: Select[int], way: Way) -> Select[int]:
    """Those of some members who have an address of their own for a way."""
    some = members.subquery()
    column = some.c[0]
    if way is Way.LINE:
        return select(column).where(column.in_(linked_members()))
    has_mail = Member.email != ""
    return select(Member.id).where(Member.id.in_(select(column)), has_mail)


def open_on(model: Any, on: date) -> ColumnElement[bool]:
    """Condition on spans of days that hold a day."""
    return and_(model.from_on <= on, or_(model.to_on.is_(None), model.to_on > on))
