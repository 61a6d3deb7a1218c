"""Founding networks, and who is in them from which day to which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from registry.access.models import Office
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.members.models import GONE, Member
from registry.members.standing import need_standing
from registry.networks.models import Network, NetworkMember, NetworkState


@dataclass(frozen=True)
class NetworkValues:
    """A network's fields, named as on the model."""

    name: str
    type_code: str
    founded_on: date
    province_code: str | None = None
    founding_activity: str | None = None
    description: str | None = None


def create(
    actor: Actor, office: Office, values: NetworkValues, *, form_token: str | None = None
) -> Network:
    """Found a network that an office owns."""
    network = Network(
        **asdict(values),
        office_id=office.id,
        created_at=datetime.now(UTC),
        form_token=form_token,
    )
    db.session.add(network)
    _record(actor, Action.NETWORK_CREATE, network, office=office.code)
    return network


def update_network(
    actor: Actor, network: Network, values: NetworkValues, *, version: int | None = None
) -> None:
    """Change what is known about a network.

    Raises:
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    need_version(network, version)
    changed = [name for name, value in asdict(values).items() if getattr(network, name) != value]
    for name in changed:
        setattr(network, name, getattr(values, name))
    if changed:
        _record(actor, Action.NETWORK_UPDATE, network, fields=changed)


def close(actor: Actor, network: Network, *, on: date) -> None:
    """Close a network for good; everybody's membership ends that day.

    Raises:
        Refused: it is closed, or was founded later.
    """
    if network.state == NetworkState.CLOSED:
        raise Refused(_("The network “%(name)s” is closed already.", name=network.name))
    if on < network.founded_on:
        raise Refused(_("A network cannot be closed before it was founded; choose a later day."))
    network.state, network.closed_on = NetworkState.CLOSED.value, on
    rows = update(NetworkMember).where(
        NetworkMember.network_id == network.id, NetworkMember.to_on.is_(None)
    )
    db.session.execute(rows.values(to_on=on))
    _record(actor, Action.NETWORK_STATE, network, to=NetworkState.CLOSED.value)


def join(actor: Actor, network: Network, members: Collection[Member], *, on: date) -> int:
    """Take members in from a day on; who is in already stays. Returns how many are new.

    Raises:
        Refused: the network is closed or was founded later; somebody has left or died, or the
            record was just merged into another one.
    """
    need_standing(*members)
    if network.state == NetworkState.CLOSED or on < network.founded_on:
        raise Refused(
            _(
                "Nobody can join “%(name)s” on that day: it was not yet founded or is closed.",
                name=network.name,
            )
        )
    gone = [member for member in members if member.as_state in GONE]
    if gone:
        raise Refused(
            _(
                "%(name)s has left or died and cannot join; take the person back first.",
                name=gone[0].display_name,
            )
        )
    new = {member.id for member in members} - _inside(network, members)
    for member_id in sorted(new):
        _enter(network, member_id, on)
    if new:
        _record(actor, Action.NETWORK_JOIN, network, count=len(new))
    return len(new)


def _inside(network: Network, members: Collection[Member]) -> set[int]:
    query = select(NetworkMember.member_id).where(
        NetworkMember.network_id == network.id,
        NetworkMember.to_on.is_(None),
        NetworkMember.member_id.in_([member.id for member in members]),
    )
    return set(db.session.scalars(query))


def _enter(network: Network, member_id: int, on: date) -> None:
    """A new row; who left and comes back on the day of joining gets the old one again."""
    query = select(NetworkMember).where(
        NetworkMember.network_id == network.id,
        NetworkMember.member_id == member_id,
        NetworkMember.from_on == on,
    )
    row = db.session.scalar(query)
    if row is None:
        db.session.add(NetworkMember(network_id=network.id, member_id=member_id, from_on=on))
    else:
        row.to_on = None


def leave(actor: Actor, row: NetworkMember, *, on: date) -> None:
    """End a membership on a day.

    Raises:
        Refused: it ended already, or the day lies before it began.
    """
    if row.to_on is not None:
        raise Refused(_("This membership ended already; reload the page."))
    if on < row.from_on:
        raise Refused(_("Nobody can leave before joining; choose a later day."))
    row.to_on, row.coordinator = on, False
    _record(actor, Action.NETWORK_LEAVE, row.network, count=1)


def set_coordinator(actor: Actor, row: NetworkMember, *, coordinator: bool) -> None:
    """Make a member of the network its coordinator, or no longer."""
    row.coordinator = coordinator
    kind = "coordinator" if coordinator else "member"
    _record(actor, Action.NETWORK_UPDATE, row.network, kind=kind, count=1)


def _record(actor: Actor, action: Action, network: Network, **details: Any) -> None:
    db.session.flush()
    record(actor, action, "network", network.id, province=network.province_code, **details)
