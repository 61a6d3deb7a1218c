"""Reading who looks after channels, within a scope."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from registry.access.models import User
from registry.access.scope import Scope
from registry.channels.custodian_models import ChannelCustodian
from registry.channels.models import Channel
from registry.channels.queries import of_offices_in
from registry.db import db

SHOWN = 100
IN_USE = Channel.retired_on.is_(None)


def custodians_of(scope: Scope, channel_id: int) -> list[ChannelCustodian]:
    """All who looked after a channel or were asked to, the latest first."""
    query = (
        select(ChannelCustodian)
        .join(Channel, Channel.id == ChannelCustodian.channel_id)
        .where(Channel.id == channel_id, of_offices_in(scope))
        .options(joinedload(ChannelCustodian.user), joinedload(ChannelCustodian.offerer))
        .order_by(ChannelCustodian.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(query).unique())


def _offers(scope: Scope, user_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(ChannelCustodian)
        .join(Channel, Channel.id == ChannelCustodian.channel_id)
        .where(
            ChannelCustodian.user_id == user_id,
            ChannelCustodian.accepted_at.is_(None),
            ChannelCustodian.ended_at.is_(None),
            IN_USE,
            of_offices_in(scope),
        )
    )


def offered_to(scope: Scope, user_id: int) -> list[ChannelCustodian]:
    """Channels that somebody is asked to take over."""
    query = _offers(scope, user_id).options(contains_eager(ChannelCustodian.channel))
    return list(db.session.scalars(query.order_by(ChannelCustodian.id)))


def _orphaned(scope: Scope, office: int | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(Channel)
        .join(User, User.id == Channel.custodian_id)
        .where(User.active.is_(False), IN_USE, of_offices_in(scope))
    )
    return query.where(Channel.office_id == office) if office else query


def orphaned(scope: Scope, office: int | None = None) -> list[Channel]:
    """Channels in use whose custodian's account is closed."""
    query = _orphaned(scope, office).options(
        contains_eager(Channel.custodian), joinedload(Channel.office)
    )
    return list(db.session.scalars(query.order_by(Channel.name).limit(SHOWN)).unique())


def count_waiting(scope: Scope, user_id: int, office: int) -> int:
    """Channels offered to somebody, and those of the office whose custodian is gone."""
    parts = (_offers(scope, user_id), _orphaned(scope, office))
    counts = (db.session.scalar(part.with_only_columns(func.count())) for part in parts)
    return sum(int(count or 0) for count in counts)
