"""Channels whose audience nobody has counted yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from registry.access.models import Office
from registry.access.scope import Scope
from registry.bulk import among
from registry.channels.models import AudienceCount, Channel
from registry.channels.queries import of_offices_in
from registry.db import db
from registry.members.models import Member, MemberState
from registry.members.queries import changeable


@dataclass(frozen=True)
class Uncounted:
    """How many open channels have no audience count: those of offices, and of active members."""

    of_offices: int
    of_members: int


def count_uncounted(scope: Scope, provinces: Collection[str] | None = None) -> Uncounted:
    """Open channels in the scope without any audience count.

    Args:
        provinces: only those of offices and members there; None for all in the scope.
    """
    active = Member.state == MemberState.ACTIVE.value
    members = select(Member.id).where(active, changeable(scope))
    offices = select(Office.id)
    if provinces is not None:
        members = members.where(among(Member.province_code, provinces))
        offices = offices.where(among(Office.province_code, provinces))
    return Uncounted(
        _count(of_offices_in(scope), Channel.office_id.in_(offices)),
        _count(Channel.member_id.in_(members)),
    )


def _count(*conditions: ColumnElement[bool]) -> int:
    counted = select(AudienceCount.id).where(AudienceCount.channel_id == Channel.id).exists()
    query = select(func.count()).select_from(Channel)
    return db.session.scalar(query.where(Channel.retired_on.is_(None), ~counted, *conditions)) or 0
