"""Those who are active again while the places they had in networks and channels stay ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelMember
from registry.channels.queries import of_offices_in
from registry.db import db
from registry.members.models import GONE, MemberState, MemberStateChange
from registry.members.queries import of_offices
from registry.messages.ways import open_on
from registry.networks.models import Network, NetworkMember


def lost_places(scope: Scope, member_ids: Collection[int], on: date) -> dict[int, list[str]]:
    """Networks and channels, by name, in which a returned member was and no longer is.

    Closed networks and retired channels are left out: nobody can come back to those.
    """
    if not member_ids:
        return {}
    owned, open_ = of_offices(scope, Network.office_id), Network.closed_on.is_(None)
    networks = _ended(NetworkMember, NetworkMember.network_id, member_ids, on)
    networks = networks.join(Network, Network.id == NetworkMember.network_id)
    networks = networks.add_columns(Network.name).where(owned, open_)
    channels = _ended(ChannelMember, ChannelMember.channel_id, member_ids, on)
    channels = channels.join(Channel, Channel.id == ChannelMember.channel_id)
    channels = channels.add_columns(Channel.name)
    channels = channels.where(of_offices_in(scope), Channel.retired_on.is_(None))
    found = defaultdict[int, list[str]](list)
    for query in (networks, channels):
        for member_id, name in db.session.execute(query.order_by(None).distinct()):
            found[member_id].append(name)
    return {member_id: sorted(names) for member_id, names in found.items()}


def _ended(row: Any, place: Any, member_ids: Collection[int], on: date) -> Select[Any]:
    step, again = MemberStateChange, aliased(row)
    returned = exists().where(
        step.member_id == row.member_id,
        step.before.in_(sorted(state.value for state in GONE)),
        step.after == MemberState.ACTIVE.value,
        step.undone_at.is_(None),
    )
    same = getattr(again, place.key) == place
    still = exists().where(again.member_id == row.member_id, same, open_on(again, on))
    return select(row.member_id).where(
        row.member_id.in_(member_ids), row.to_on <= on, returned, ~still
    )
