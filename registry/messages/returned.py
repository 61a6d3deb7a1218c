"""Those who are active again while the places they had in networks and channels stay ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelMember
from registry.channels.queries import of_offices_in
from registry.db import db
from registry.members.models import GONE, Member, MemberState, MemberStateChange
from registry.members.queries import of_offices
from registry.messages.ways import open_on
from registry.networks.models import Network, NetworkMember


def lost_places(scope: Scope, member_ids: Collection[int], on: date) -> dict[int, list[str]]:
    """Networks and channels, by name, that a returned member lost by leaving and is still not in.

    Closed networks and retired channels are left out: nobody can come back to those.
    """
    released = _released(member_ids)
    owned, open_ = of_offices(scope, Network.office_id), Network.closed_on.is_(None)
    networks = _ended(NetworkMember, NetworkMember.network_id, _ids(released, "networks"), on)
    networks = networks.join(Network, Network.id == NetworkMember.network_id)
    networks = networks.add_columns(Network.name).where(owned, open_)
    channels = _ended(ChannelMember, ChannelMember.channel_id, _ids(released, "rosters"), on)
    channels = channels.join(Channel, Channel.id == ChannelMember.channel_id)
    channels = channels.add_columns(Channel.name)
    channels = channels.where(of_offices_in(scope), Channel.retired_on.is_(None))
    found = defaultdict[int, list[str]](list)
    for query in (networks, channels):
        for member_id, name in db.session.execute(query.order_by(None).distinct()):
            found[member_id].append(name)
    return {member_id: sorted(names) for member_id, names in found.items()}


def _released(member_ids: Collection[int]) -> list[dict[str, list[int]]]:
    """What the last leaving of each ended, of those who are active again."""
    step = MemberStateChange
    query = (
        select(step.member_id, step.released)
        .join(Member, Member.id == step.member_id)
        .where(
            step.member_id.in_(member_ids),
            step.after.in_(sorted(state.value for state in GONE)),
            step.undone_at.is_(None),
            Member.state == MemberState.ACTIVE.value,
        )
        .order_by(step.id)
    )
    last = {member_id: released or {} for member_id, released in db.session.execute(query)}
    return list(last.values())


def _ids(released: Iterable[dict[str, list[int]]], name: str) -> Iterator[int]:
    for ended in released:
        yield from ended.get(name, [])


def _ended(row: Any, place: Any, ids: Iterable[int], on: date) -> Select[Any]:
    again = aliased(row)
    same = getattr(again, place.key) == place
    still = exists().where(again.member_id == row.member_id, same, open_on(again, on))
    return select(row.member_id).where(row.id.in_(list(ids)), row.to_on <= on, ~still)
