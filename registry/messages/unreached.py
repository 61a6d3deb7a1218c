"""Everybody whom an audience asks for, each with the one reason why they are not reached, or none.

The reasons are told in this order: what hinders first is said first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelMember
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.models import Member, MemberSpan
from registry.members.queries import STANDS, visible
from registry.messages.audience import Audience
from registry.messages.ledger_models import Recipient
from registry.messages.models import Publication
from registry.messages.release_models import OUTWARD, Release
from registry.messages.ways import Outlet, ids_of, open_on, rosters
from registry.networks.models import NetworkMember
from registry.outbox.line_models import LineAccount
from registry.outbox.models import BEING_DROPPED, Delivery, DeliveryState, Way

NOT_SENT = (DeliveryState.FAILED.value, DeliveryState.CANCELLED.value)
WAYS = ("groups", "bot", "mail", "hand")
"""By LINE to a group, by LINE to one's own account, by e-mail, by people and webhooks."""


class Reason(StrEnum):
    """Why somebody who is asked for is not reached; ``reached`` where they are."""

    REACHED = "reached"
    OUTSIDE = "outside"
    LEFT = "left"
    OBJECTION = "objection"
    NO_BASIS = "no_basis"
    HAS_IT = "has_it"
    NO_CHANNEL = "no_channel"


REASON_NAMES = {
    Reason.REACHED: _l("Reached"),
    Reason.OUTSIDE: _l("Outside your area"),
    Reason.LEFT: _l("Not active: left, resting or only applied"),
    Reason.OBJECTION: _l("Withdrew the consent to messages"),
    Reason.NO_BASIS: _l("Never consented to messages"),
    Reason.HAS_IT: _l("Has the message already, or it is on its way"),
    Reason.NO_CHANNEL: _l("In none of the chosen channels, or without an address there"),
}


def willing(on: date) -> Select[int]:
    """Members whose consent to messages stands on a day."""
    row = Consent
    stands = or_(row.withdrawn_on.is_(None), row.withdrawn_on > on)
    return select(row.member_id).where(_messages(on), stands)


def having(message_id: int, *, besides: int | None = None) -> Select[int]:
    """Members who have a message, or to whom it is on its way.

    Args:
        besides: a release that does not count.
    """
    row, going = Recipient, Delivery
    has = select(row.member_id).where(row.message_id == message_id)
    sent = (
        select(going.member_id)
        .join(Release, Release.id == going.release_id)
        .where(
            going.message_id == message_id,
            going.member_id.is_not(None),
            going.state.not_in(NOT_SENT),
            ~BEING_DROPPED,
            Release.purpose.in_(sorted(OUTWARD)),
        )
    )
    if besides is not None:
        has = has.join(Publication, Publication.id == row.publication_id)
        has = has.where(Publication.release_id.is_distinct_from(besides))
        sent = sent.where(going.release_id != besides)
    both = union(has, sent).subquery()
    return select(both.c.member_id)


def active(on: date) -> Select[int]:
    """Members who are active on a day."""
    return select(MemberSpan.member_id).where(open_on(MemberSpan, on))


def _messages(on: date, row: Any = Consent) -> ColumnElement[bool]:
    return and_(row.purpose == ConsentPurpose.MESSAGES.value, row.given_on <= on)


def classified(
    scope: Scope,
    audience: Audience,
    outlets: Sequence[Outlet],
    on: date,
    message_id: int | None = None,
) -> Select[*tuple[Any, ...]]:
    """One row for each member who is asked for.

    Args:
        message_id: whoever has this message already is not reached again.

    Returns:
        a select of ``member_id``, ``reason`` and, true or false, ``groups``, ``bot``, ``mail``
        and ``hand``: the ways that lead to the member through the chosen channels.
    """
    known = _known(scope, audience, outlets, on, message_id).subquery()
    ways = [known.c[name] == 1 for name in WAYS]
    hindrances = (
        (known.c.inside == 0, Reason.OUTSIDE),
        (known.c.active == 0, Reason.LEFT),
        (known.c.asked_once == 0, Reason.NO_BASIS),
        (known.c.willing == 0, Reason.OBJECTION),
        (known.c.has_it == 1, Reason.HAS_IT),
    )
    able = and_(known.c.active == 1, known.c.willing == 1, known.c.has_it == 0)
    reason = case(
        (and_(or_(*ways), able), literal("reached")),
        *((condition, literal(why.value)) for condition, why in hindrances),
        else_=literal(Reason.NO_CHANNEL.value),
    )
    flags = [flag.label(name) for flag, name in zip(ways, WAYS, strict=True)]
    return select(known.c.member_id, reason.label("reason"), *flags)


def _known(
    scope: Scope,
    audience: Audience,
    outlets: Sequence[Outlet],
    on: date,
    message_id: int | None,
) -> Select[*tuple[Any, ...]]:
    """What is known of each member asked for, as ones and zeros.

    Every table is joined by its own index, so that neither database has to guess how many rows
    a subquery has.
    """
    asked = _asked(scope, audience, [outlet.channel for outlet in outlets], on)
    span, consent, inside = aliased(MemberSpan), aliased(Consent), aliased(Member)
    stands = or_(consent.withdrawn_on.is_(None), consent.withdrawn_on > on)
    facts: dict[str, Any] = {
        "inside": true() if scope.everything else inside.id.is_not(None),
        "active": span.id.is_not(None),
        "asked_once": consent.id.is_not(None),
        "willing": and_(consent.id.is_not(None), stands),
        "has_it": false(),
    }
    joined = asked.outerjoin(span, _whose(asked, span) & open_on(span, on))
    joined = joined.outerjoin(consent, _whose(asked, consent) & _messages(on, consent))
    if not scope.everything:
        seen = select(Member.id).where(visible(scope))
        joined = joined.outerjoin(inside, and_(inside.id == asked.c.member_id, inside.id.in_(seen)))
    if message_id is not None:
        had = having(message_id).subquery()
        joined = joined.outerjoin(had, had.c.member_id == asked.c.member_id)
        facts["has_it"] = had.c.member_id.is_not(None)
    for name in WAYS:
        some = [outlet.channel for outlet in outlets if _kind(outlet) == name]
        joined, facts[name] = (
            _join_way(name, joined, asked, some, on) if some else (joined, false())
        )
    ones = [func.max(case((fact, 1), else_=0)).label(name) for name, fact in facts.items()]
    return select(asked.c.member_id, *ones).select_from(joined).group_by(asked.c.member_id)


def _join_way(
    name: str, joined: Any, asked: Any, channels: Sequence[Channel], on: date
) -> tuple[Any, ColumnElement[bool]]:
    """Join the rosters of some channels, and what is needed to have an address there.

    Adding nothing to a column keeps its index out: a member has few rows, and channels may be many.
    """
    direct, through, account = aliased(ChannelMember), aliased(NetworkMember), aliased(LineAccount)
    ids, networks = ids_of(channels)
    listed = (direct.channel_id + 0).in_(ids) & open_on(direct, on)
    joined = joined.outerjoin(direct, _whose(asked, direct) & listed)
    found: ColumnElement[bool] = direct.id.is_not(None)
    if networks:
        inside = (through.network_id + 0).in_(networks) & open_on(through, on)
        joined = joined.outerjoin(through, _whose(asked, through) & inside)
        found = or_(found, through.id.is_not(None))
    if name == "bot":
        linked = _whose(asked, account) & account.unlinked_at.is_(None)
        joined = joined.outerjoin(account, linked)
        found = and_(found, account.id.is_not(None))
    return joined, and_(found, asked.c.address) if name == "mail" else found


def _whose(asked: Any, row: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = row.member_id == asked.c.member_id
    return condition


def _asked(scope: Scope, audience: Audience, channels: Sequence[Channel], on: date) -> Any:
    """Whom the filters ask for: of the places named; else of one's own area and the rosters."""
    wanted = and_(STANDS, audience.condition(on))
    address = func.coalesce(Member.email, "") != ""
    query = select(Member.id.label("member_id"), address.label("address")).where(wanted)
    if not audience.of_places and not scope.everything:
        own = query.where(visible(scope))
        query = union(own, query.where(Member.id.in_(rosters(channels, on))))  # type: ignore[assignment]
    return query.cte("asked")


def _kind(outlet: Outlet) -> str:
    if outlet.way is Way.LINE:
        return "bot" if outlet.personal else "groups"
    return "mail" if outlet.way is Way.EMAIL else "hand"
