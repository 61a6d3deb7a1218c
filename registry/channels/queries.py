"""Reading channels within a scope: those of members seen, those of offices in the scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from registry.access.models import User
from registry.access.scope import Scope
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import changeable, of_offices, visible
from registry.networks.models import NetworkMember
from registry.periods.calendar import to_bangkok_date

PAGE = 50


@dataclass(frozen=True)
class ChannelFilters:
    """What the list of office channels is narrowed to; an empty value does not narrow."""

    q: str = ""
    kind: str = ""
    state: str = "open"
    page: int = 1


def of_offices_in(scope: Scope) -> ColumnElement[bool]:
    """Condition on office channels in the scope."""
    return and_(Channel.office_id.isnot(None), of_offices(scope, Channel.office_id))


def _of_members(scope: Scope, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Channel.member_id.in_(select(Member.id).where(condition, visible(scope)))


def channel_to_change(scope: Scope, channel_id: int) -> Channel:
    """A channel that may be changed.

    Raises:
        NotFound: there is none, or another office looks after its owner.
    """
    return _one(or_(of_offices_in(scope), _of_members(scope, changeable(scope))), channel_id)


def office_channel_for(scope: Scope, channel_id: int) -> Channel:
    """A channel of an office.

    Raises:
        NotFound: there is none, it is a member's, or it lies outside the scope.
    """
    return _one(of_offices_in(scope), channel_id)


def _one(condition: ColumnElement[bool], channel_id: int) -> Channel:
    query = (
        select(Channel)
        .where(Channel.id == channel_id, condition)
        .options(
            joinedload(Channel.office),
            joinedload(Channel.member),
            joinedload(Channel.network),
            joinedload(Channel.custodian),
            selectinload(Channel.counts),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"channel {channel_id}")
    return found


def channel_by_token(scope: Scope, token: str) -> Channel | None:
    """The channel that a form already made when it was sent the first time."""
    if not token:
        return None
    inside = or_(of_offices_in(scope), _of_members(scope, visible(scope)))
    return db.session.scalar(select(Channel).where(Channel.form_token == token, inside))


def channels_of_member(scope: Scope, member_id: int) -> list[Channel]:
    """The channels that a member looks after, those in use first."""
    query = (
        select(Channel)
        .join(Member, Member.id == Channel.member_id)
        .where(Member.id == member_id, visible(scope))
        .options(selectinload(Channel.counts))
        .order_by(Channel.retired_on.isnot(None), Channel.opened_on, Channel.id)
    )
    return list(db.session.scalars(query))


def channels_of_network(scope: Scope, network_id: int) -> list[Channel]:
    """The central channels of a network, those in use first."""
    query = (
        select(Channel)
        .where(Channel.network_id == network_id, of_offices_in(scope))
        .options(selectinload(Channel.counts))
        .order_by(Channel.retired_on.isnot(None), Channel.name)
    )
    return list(db.session.scalars(query))


def _filtered(scope: Scope, filters: ChannelFilters) -> Select[Any]:
    query = select(Channel).where(of_offices_in(scope))
    if filters.q:
        query = query.where(Channel.name.contains(filters.q, autoescape=True))
    if filters.kind:
        query = query.where(Channel.kind == filters.kind)
    if filters.state:
        in_use = Channel.retired_on.is_(None)
        query = query.where(in_use if filters.state == "open" else ~in_use)
    return query


def count_channels(scope: Scope, filters: ChannelFilters) -> int:
    """How many office channels the filters leave."""
    query = _filtered(scope, filters).with_only_columns(func.count())
    return int(db.session.scalar(query) or 0)


def _latest_audience(day: date) -> Any:
    """The latest count on or before a day; absent is absent."""
    later = aliased(AudienceCount)
    newest = (
        select(func.max(later.on))
        .where(later.channel_id == Channel.id, later.on <= day)
        .correlate(Channel)
        .scalar_subquery()
    )
    return (
        select(AudienceCount.audience)
        .where(AudienceCount.channel_id == Channel.id, AudienceCount.on == newest)
        .correlate(Channel)
        .scalar_subquery()
    )


def _listed() -> Any:
    """How many members a publication would count now: the roster and the channel's network."""
    on_roster = ChannelMember.to_on.is_(None) & (ChannelMember.channel_id == Channel.id)
    direct = select(func.count()).select_from(ChannelMember).where(on_roster)
    too = select(ChannelMember.id).where(
        on_roster, ChannelMember.member_id == NetworkMember.member_id
    )
    through = (
        select(func.count())
        .select_from(NetworkMember)
        .where(NetworkMember.network_id == Channel.network_id, NetworkMember.to_on.is_(None))
        .where(~too.correlate(Channel, NetworkMember).exists())
    )
    return (
        direct.correlate(Channel).scalar_subquery() + through.correlate(Channel).scalar_subquery()
    )


def list_channels(scope: Scope, filters: ChannelFilters) -> list[Row[Any]]:
    """A page of office channels by name: the channel, its latest audience, its members listed."""
    day = to_bangkok_date(datetime.now(UTC))
    query = (
        _filtered(scope, filters)
        .add_columns(_latest_audience(day).label("audience"), _listed().label("roster"))
        .options(
            joinedload(Channel.office), joinedload(Channel.network), joinedload(Channel.custodian)
        )
        .order_by(Channel.name, Channel.id)
        .limit(PAGE)
        .offset((filters.page - 1) * PAGE)
    )
    return list(db.session.execute(query))


def roster_size(scope: Scope, channel_id: int) -> int:
    """How many members are on a channel now, as the list of channels says it."""
    query = select(_listed()).where(Channel.id == channel_id, of_offices_in(scope))
    return int(db.session.scalar(query) or 0)


def custodians(scope: Scope, office_id: int) -> list[User]:
    """Those who may look after a channel of an office: its active users."""
    query = select(User).where(
        User.office_id == office_id, User.active.is_(True), of_offices(scope, User.office_id)
    )
    return list(db.session.scalars(query.order_by(User.name)).unique())


def open_channels(scope: Scope, office_id: int) -> list[Channel]:
    """An office's open channels by name."""
    query = (
        select(Channel)
        .where(
            Channel.office_id == office_id,
            of_offices(scope, Channel.office_id),
            Channel.retired_on.is_(None),
        )
        .options(joinedload(Channel.network), selectinload(Channel.counts))
        .order_by(Channel.name, Channel.id)
    )
    return list(db.session.scalars(query))
