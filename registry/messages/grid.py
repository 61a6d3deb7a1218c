"""A month of a network as a grid: a row per member and channel, for each message.

The same rows make the page and the sheet; ``grid_entries`` reads what was typed into them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from registry.access.scope import Scope
from registry.bulk import among
from registry.channels.models import ESTIMATED, Channel
from registry.db import db
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import Dissemination, DisseminationState, Recipient
from registry.messages.models import KeyMessage
from registry.messages.typed import start_of
from registry.messages.visibility import message_within
from registry.networks.models import Network, NetworkMember
from registry.periods.calendar import Period

PAGE = 40
FIELDS = ("received", "passed", "audience", "link", "basis")


@dataclass
class GridRow:
    """A member's channel (or a member without one) for one message.

    Attributes:
        first: the member's first row for the message: it alone asks for the receipt.
        recipient: the ledger's row, if the message reached the member through a roster.
        known: disseminations in this channel that are recorded already.
        typed: what was typed, by field; ``errors`` likewise.
    """

    message: KeyMessage
    member: Member
    channel: Channel | None
    first: bool
    recipient: Recipient | None = None
    known: list[Dissemination] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names the row in forms and sheets."""
        return f"{self.message.id}-{self.member.id}-{self.channel.id if self.channel else 0}"

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.typed.get(name, "").strip() for name in FIELDS)

    @property
    def estimated(self) -> bool:
        """Whether the channel's audience is an estimate, which needs its basis."""
        return self.channel is not None and self.channel.as_kind in ESTIMATED

    @property
    def asks_receipt(self) -> bool:
        """Whether the receipt can be told here: not yet known, and the member is a recipient."""
        return self.first and self.recipient is not None and self.recipient.received_at is None


@dataclass(frozen=True)
class Sheet:
    """What a grid is about."""

    network: Network
    month: Period
    messages: Sequence[KeyMessage]


def count_members(scope: Scope, sheet: Sheet) -> int:
    """How many members were in the network during the month."""
    query = _members(scope, sheet).with_only_columns(func.count()).order_by(None)
    return int(db.session.scalar(query) or 0)


def _members(scope: Scope, sheet: Sheet) -> Any:
    inside = select(NetworkMember.member_id).where(
        NetworkMember.network_id == sheet.network.id,
        NetworkMember.from_on <= sheet.month.end,
        or_(NetworkMember.to_on.is_(None), NetworkMember.to_on > sheet.month.start),
    )
    query = select(Member).where(Member.id.in_(inside), visible(scope))
    return query.order_by(Member.name_key, Member.id)


def rows_of(
    scope: Scope, sheet: Sheet, *, page: int | None = None, and_of: Collection[int] = ()
) -> list[GridRow]:
    """The rows of a page of members, or of all of them, message by message.

    Args:
        and_of: ids of members whose rows are wanted too, on whatever page they stand by now.
    """
    query = _members(scope, sheet)
    found = query if page is None else query.limit(PAGE).offset((page - 1) * PAGE)
    members = list(db.session.scalars(found))
    here = {member.id for member in members}
    members += db.session.scalars(query.where(among(Member.id, set(and_of) - here)))
    channels = _channels(members, sheet.month)
    wanted = [row.id for row in sheet.messages]
    recipients, known = _recipients(wanted, members), _known(wanted, members)
    rows = []
    for message in sheet.messages:
        for member in members:
            for number, channel in enumerate(channels.get(member.id) or [None]):
                row = GridRow(message, member, channel, first=number == 0)
                row.recipient = recipients.get((message.id, member.id))
                row.known = known.get((message.id, channel.id), []) if channel else []
                rows.append(row)
    return rows


def _channels(members: Sequence[Member], month: Period) -> dict[int, list[Channel | None]]:
    found: dict[int, list[Channel | None]] = defaultdict(list)
    query = select(Channel).where(
        among(Channel.member_id, _ids(members)),
        or_(Channel.retired_on.is_(None), Channel.retired_on > month.start),
    )
    query = query.options(selectinload(Channel.counts)).order_by(Channel.opened_on, Channel.id)
    for channel in db.session.scalars(query):
        found[channel.member_id or 0].append(channel)
    return found


def _ids(members: Sequence[Member]) -> set[int]:
    return {member.id for member in members}


def _recipients(
    messages: Sequence[int], members: Sequence[Member]
) -> dict[tuple[int, int], Recipient]:
    query = select(Recipient).where(
        Recipient.message_id.in_(messages), among(Recipient.member_id, _ids(members))
    )
    return {(row.message_id, row.member_id): row for row in db.session.scalars(query)}


def _known(
    messages: Sequence[int], members: Sequence[Member]
) -> dict[tuple[int, int], list[Dissemination]]:
    found: dict[tuple[int, int], list[Dissemination]] = defaultdict(list)
    d = Dissemination
    query = select(d).where(
        d.message_id.in_(messages),
        among(d.member_id, _ids(members)),
        d.state != DisseminationState.WITHDRAWN.value,
    )
    for row in db.session.scalars(query.order_by(d.at)):
        found[row.message_id, row.channel_id].append(row)
    return found


def messages_of(scope: Scope, month: Period, *, network_id: int | None = None) -> list[KeyMessage]:
    """Messages that may be passed on in a month: published in it or in the month before.

    Those that reached the network's members come first.
    """
    start = month.previous().start
    query = select(KeyMessage).where(
        KeyMessage.published_at.is_not(None),
        KeyMessage.published_at >= start_of(start),
        KeyMessage.published_at < start_of(month.next().start),
        message_within(scope),
    )
    found = list(db.session.scalars(query.order_by(KeyMessage.published_at.desc()).limit(100)))
    reached = _reached([row.id for row in found], network_id)
    return sorted(found, key=lambda row: row.id not in reached)


def _reached(messages: Sequence[int], network_id: int | None) -> set[int]:
    if network_id is None:
        return set()
    someone = (
        select(NetworkMember.id)
        .where(
            NetworkMember.network_id == network_id,
            NetworkMember.member_id == Recipient.member_id,
        )
        .exists()
    )
    query = select(Recipient.message_id).where(Recipient.message_id.in_(messages), someone)
    return set(db.session.scalars(query.distinct()))
