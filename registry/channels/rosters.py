"""Who is on a channel: everybody of its network, and those added by hand; one list, one count."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, union

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelMember
from registry.channels.queries import PAGE, of_offices_in
from registry.db import db
from registry.errors import NotFound
from registry.geography.models import District, Province
from registry.members.models import Member
from registry.members.queries import visible
from registry.networks.models import NetworkMember


def roster_ids(scope: Scope, channel_id: int) -> Select[Any]:
    """A select of the ids of those on a channel now, by hand or through its network."""
    by_hand, through = ChannelMember, NetworkMember
    inside = (Channel.id == channel_id, of_offices_in(scope))
    direct = select(by_hand.member_id).join(Channel, Channel.id == by_hand.channel_id)
    joined = select(through.member_id).join(Channel, Channel.network_id == through.network_id)
    both = union(
        direct.where(*inside, by_hand.to_on.is_(None)),
        joined.where(*inside, through.to_on.is_(None)),
    ).subquery()
    return select(both.c.member_id)


def among(roster: Select[Any], ids: Collection[int]) -> set[int]:
    """Which of some members a roster holds."""
    query = select(Member.id).where(Member.id.in_(ids), Member.id.in_(roster))
    return set(db.session.scalars(query)) if ids else set()


def seen_size(scope: Scope, channel_id: int) -> int:
    """How many of them one may see by name."""
    return int(db.session.scalar(_seen(scope, channel_id).with_only_columns(func.count())) or 0)


def roster(scope: Scope, channel_id: int, *, page: int = 1) -> list[Row[Any]]:
    """A page of those on a channel by name.

    Returns:
        the entry made by hand or nothing, the place in the network or nothing, the member, the
        district and the province.
    """
    order, seen = (Member.name_key, Member.id), _seen(scope, channel_id)
    shown = seen.order_by(*order).limit(PAGE).offset((page - 1) * PAGE)
    ids = list(db.session.scalars(shown.with_only_columns(Member.id)))
    by_hand, through = ChannelMember, NetworkMember
    query = (
        select(by_hand, through, Member, District, Province)
        .select_from(Member)
        .join(Channel, Channel.id == channel_id)
        .join(Province, Province.code == Member.province_code)
        .outerjoin(District, District.code == Member.district_code)
        .outerjoin(by_hand, _open(by_hand) & (by_hand.channel_id == Channel.id))
        .outerjoin(through, _open(through) & (through.network_id == Channel.network_id))
        .where(Member.id.in_(ids), of_offices_in(scope), visible(scope))
    )
    return list(db.session.execute(query.order_by(*order)))


def _seen(scope: Scope, channel_id: int) -> Select[Any]:
    """A select of the members whom one may see, found from the roster: it is the smaller side."""
    here = roster_ids(scope, channel_id).subquery()
    query = select(Member).select_from(Member).join(here, here.c.member_id == Member.id)
    return query.where(visible(scope))


def _open(row: Any) -> ColumnElement[bool]:
    return and_(row.member_id == Member.id, row.to_on.is_(None))


def roster_entry_for(scope: Scope, channel_id: int, row_id: int) -> ChannelMember:
    """One entry that was made by hand.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    row = ChannelMember
    found: ChannelMember | None = db.session.scalar(
        select(row)
        .join(Channel, Channel.id == row.channel_id)
        .where(Channel.id == channel_id, of_offices_in(scope), row.id == row_id)
    )
    if found is None:
        raise NotFound(f"roster entry {row_id}")
    return found
