"""Official and personal accounts are kept apart: one address is an office's or a member's."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.channels.addresses import identity_of as identity_of
from registry.channels.models import Channel
from registry.db import db
from registry.errors import Refused
from registry.members.models import Member
from registry.members.queries import of_offices, visible


def refuse_mixed(
    scope: Scope | None, url: str | None, *, official: bool, channel_id: int | None = None
) -> None:
    """Refuse an office's account as a member's channel, and the other way round.

    Args:
        scope: who asks; what lies outside it is not named.
        official: whether the channel is an office's.

    Raises:
        Refused: the address is in use on the other side; the sentence says where.
    """
    identity = identity_of(url)
    if not identity:
        return
    for other in _alike(identity, of_members=official):
        if other.id != channel_id and identity_of(other.url) == identity:
            raise Refused(_of_a_member(scope, other) if official else _of_an_office(scope, other))


def official_identities() -> frozenset[str]:
    """The accounts of all offices in use, for those who compare many addresses at once."""
    query = select(Channel.url).where(
        Channel.office_id.is_not(None), Channel.retired_on.is_(None), Channel.url.is_not(None)
    )
    return frozenset(filter(None, map(identity_of, db.session.scalars(query))))


def _alike(identity: str, *, of_members: bool) -> list[Channel]:
    """Channels in use whose address contains the last part of the identity."""
    owner = Channel.member_id if of_members else Channel.office_id
    last = re.split("[/=]", identity)[-1]
    query = select(Channel).where(
        owner.is_not(None),
        Channel.retired_on.is_(None),
        Channel.url.is_not(None),
        or_(
            Channel.url.icontains(last, autoescape=True),
            Channel.url.icontains(quote(last), autoescape=True),
        ),
    )
    return list(db.session.scalars(query.options(joinedload(Channel.office)).limit(500)))


def _of_an_office(scope: Scope | None, other: Channel) -> str:
    seen = select(Channel.id).where(
        Channel.id == other.id, of_offices(scope or Scope(), Channel.office_id)
    )
    if scope is None or db.session.scalar(seen) is None:
        return str(
            _(
                "This address is an office's official account, which is no channel of a member; "
                "give the member's own address."
            )
        )
    return str(
        _(
            "This address is the official channel “%(name)s” of %(office)s, which is no channel "
            "of a member; give the member's own address.",
            name=other.name,
            office=other.office.name_th if other.office else "",
        )
    )


def _of_a_member(scope: Scope | None, other: Channel) -> str:
    seen = select(Member).where(Member.id == other.member_id, visible(scope or Scope()))
    member = db.session.scalar(seen) if scope is not None else None
    if member is None:
        return str(
            _(
                "This address is on record as a member's personal channel in another area; an "
                "official account must be the office's own."
            )
        )
    return str(
        _(
            "This address is on record as the personal channel “%(name)s” of %(member)s; an "
            "official account must be the office's own: retire that channel first, or give "
            "another address.",
            name=other.name,
            member=member.display_name,
        )
    )
