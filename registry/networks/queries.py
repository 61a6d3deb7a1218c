"""Reading networks and their rosters within a scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.models import Office
from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.errors import NotFound
from registry.geography.models import District, Province
from registry.members.models import Member, NetworkType
from registry.members.queries import of_offices, visible
from registry.networks.models import Network, NetworkMember, NetworkState

PAGE = 50


@dataclass(frozen=True)
class NetworkFilters:
    """What the list of networks is narrowed to; an empty value does not narrow."""

    q: str = ""
    type: str = ""
    state: str = NetworkState.ACTIVE.value
    page: int = 1


def within(scope: Scope) -> ColumnElement[bool]:
    """Condition on networks whose owning office lies in the scope."""
    return of_offices(scope, Network.office_id)


def network_for(scope: Scope, network_id: int) -> Network:
    """A network.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(Network).where(Network.id == network_id, within(scope))
    found = db.session.scalar(query.options(joinedload(Network.office), joinedload(Network.type)))
    if found is None:
        raise NotFound(f"network {network_id}")
    return found


def network_by_token(scope: Scope, token: str) -> Network | None:
    """The network that a form already made when it was sent the first time."""
    if not token:
        return None
    return db.session.scalar(select(Network).where(Network.form_token == token, within(scope)))


def networks_in(scope: Scope, *, office_id: int | None = None) -> list[Network]:
    """The active networks by name, perhaps of one office only."""
    query = select(Network).where(within(scope), Network.state == NetworkState.ACTIVE.value)
    if office_id is not None:
        query = query.where(Network.office_id == office_id)
    return list(db.session.scalars(query.order_by(Network.name)))


def networks_at(scope: Scope, province: str, chosen: int | None) -> Sequence[Row[*tuple[int, str]]]:
    """Numbers and names of the active networks of a province, and of those of none, by name.

    The whole country has thousands, too many to choose from and to send with each page.

    Args:
        chosen: a network that is among them wherever it is.
    """
    place = func.coalesce(Network.province_code, Office.province_code)
    here = or_(place == province, place.is_(None), Network.id == chosen)
    query = select(Network.id, Network.name).join(Office, Office.id == Network.office_id)
    query = query.where(within(scope), Network.state == NetworkState.ACTIVE.value, here)
    return db.session.execute(query.order_by(Network.name)).all()


def networks_by_id(scope: Scope, ids: Collection[int]) -> list[Network]:
    """Networks by ids that figures count within the scope: by their own place, or their office's.

    Their offices come with them; what lies outside the scope is left out.
    """
    place = func.coalesce(Network.province_code, Office.province_code)
    inside = or_(within(scope), place.in_(sorted(scope.provinces)))
    query = select(Network).join(Network.office).where(inside, among(Network.id, ids))
    return list(db.session.scalars(query.options(contains_eager(Network.office))))


def _filtered(scope: Scope, filters: NetworkFilters) -> Select[Any]:
    query = select(Network).where(within(scope))
    if filters.q:
        query = query.where(Network.name.contains(filters.q, autoescape=True))
    if filters.type:
        query = query.where(Network.type_code == filters.type)
    if filters.state:
        query = query.where(Network.state == filters.state)
    return query


def count_networks(scope: Scope, filters: NetworkFilters) -> int:
    """How many networks the filters leave."""
    query = _filtered(scope, filters).with_only_columns(func.count())
    return int(db.session.scalar(query) or 0)


def list_networks(scope: Scope, filters: NetworkFilters) -> list[tuple[Network, int]]:
    """A page of networks by name, each with its number of members."""
    members = (
        select(func.count())
        .where(NetworkMember.network_id == Network.id, NetworkMember.to_on.is_(None))
        .scalar_subquery()
    )
    query = (
        _filtered(scope, filters)
        .add_columns(members)
        .options(joinedload(Network.office), joinedload(Network.type))
        .order_by(Network.name, Network.id)
        .limit(PAGE)
        .offset((filters.page - 1) * PAGE)
    )
    return [(network, count) for network, count in db.session.execute(query)]


def _roster(scope: Scope, network_id: int) -> Select[Any]:
    return (
        select(NetworkMember)
        .join(Network, Network.id == NetworkMember.network_id)
        .where(Network.id == network_id, within(scope))
    )


def roster_ids(scope: Scope, network_id: int) -> Select[Any]:
    """A select of the ids of those who are in a network now."""
    query = _roster(scope, network_id).where(NetworkMember.to_on.is_(None))
    return query.with_only_columns(NetworkMember.member_id)


def roster_size(scope: Scope, network_id: int, *, former: bool = False) -> int:
    """How many members are in a network now; ``former``: how many of those who left are seen."""
    query = _roster(scope, network_id).where(NetworkMember.to_on.is_(None))
    if former:
        left = _roster(scope, network_id).join(Member, Member.id == NetworkMember.member_id)
        query = left.where(NetworkMember.to_on.isnot(None), visible(scope))
    return int(db.session.scalar(query.with_only_columns(func.count())) or 0)


def roster(scope: Scope, network_id: int, *, former: bool = False, page: int = 1) -> list[Row[Any]]:
    """A page of a network's members: the membership, the member, district, province, type.

    Coordinators come first; ``former`` gives those who left instead, the latest first.
    """
    ended = NetworkMember.to_on.isnot(None) if former else NetworkMember.to_on.is_(None)
    order = (
        [NetworkMember.to_on.desc()]
        if former
        else [NetworkMember.coordinator.desc(), Member.name_key]
    )
    query = (
        _roster(scope, network_id)
        .join(Member, Member.id == NetworkMember.member_id)
        .join(Province, Province.code == Member.province_code)
        .outerjoin(District, District.code == Member.district_code)
        .join(NetworkType, NetworkType.code == Member.network_type)
        .where(ended, visible(scope))
        .with_only_columns(NetworkMember, Member, District, Province, NetworkType)
        .order_by(*order, NetworkMember.id)
    )
    return list(db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE)))


def membership_for(scope: Scope, network_id: int, row_id: int) -> NetworkMember:
    """One membership in a network.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    found: NetworkMember | None = db.session.scalar(
        _roster(scope, network_id).where(NetworkMember.id == row_id)
    )
    if found is None:
        raise NotFound(f"membership {row_id}")
    return found


def networks_of_member(scope: Scope, member_id: int) -> list[tuple[NetworkMember, Network, bool]]:
    """The memberships of a member, open ones first; True where the network may be opened."""
    query = (
        select(NetworkMember, Network, within(scope).label("inside"))
        .join(Network, Network.id == NetworkMember.network_id)
        .join(Member, Member.id == NetworkMember.member_id)
        .where(Member.id == member_id, visible(scope))
        .options(joinedload(Network.office))
        .order_by(NetworkMember.to_on.isnot(None), NetworkMember.from_on.desc())
    )
    return [(row, network, bool(inside)) for row, network, inside in db.session.execute(query)]
