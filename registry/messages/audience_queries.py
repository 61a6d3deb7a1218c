"""Counting an audience: who is reached, by which way, and who is not and why; set by set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.channels.queries import open_channels
from registry.db import db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import of_offices, visible
from registry.messages.audience import Audience
from registry.messages.audience_models import SavedAudience
from registry.messages.unreached import Reason, classified
from registry.messages.ways import Outlet, outlets_of, served
from registry.networks.models import Network, NetworkState
from registry.outbox.models import Way

PAGE = 50


@dataclass(frozen=True)
class Counted:
    """How many people an audience is, through some channels.

    Attributes:
        people: reached, each once, by however many ways.
        ways: people whom each way reaches; one may be reached by several.
        unreached: people by the reason why they are not reached; never ``reached``.
        deliveries: by way, how many will be made.
        whole: channels that get it as a whole, whatever the filters.
        quota: LINE messages of the month's quota that it takes; LINE counts people in groups.
    """

    people: int = 0
    channels: int = 0
    ways: Mapping[Way, int] = field(default_factory=dict)
    unreached: Mapping[Reason, int] = field(default_factory=dict)
    deliveries: Mapping[Way, int] = field(default_factory=dict)
    quota: int = 0
    whole: Sequence[Channel] = ()

    @property
    def asked(self) -> int:
        """Everybody whom the filters ask for."""
        return self.people + sum(self.unreached.values())

    def stored(self) -> dict[str, Any]:
        """As JSON, kept with the release: what the button said."""
        named: dict[str, Mapping[Any, int]] = {
            "ways": self.ways,
            "unreached": self.unreached,
            "deliveries": self.deliveries,
        }
        counts = {
            name: {one.value: count for one, count in found.items()}
            for name, found in named.items()
        }
        return {"people": self.people, "channels": self.channels, "quota": self.quota, **counts}


def count_audience(
    scope: Scope,
    audience: Audience,
    channels: Sequence[Channel],
    on: date,
    *,
    message_id: int | None = None,
) -> Counted:
    """Count in one statement, whatever the number of members.

    Args:
        message_id: whoever has this message already is not reached again.
    """
    outlets = outlets_of(channels)
    rows = classified(scope, audience, outlets, on, message_id).subquery()
    personal = {"bot": rows.c.bot, "mail": and_(rows.c.mail, ~rows.c.bot)}
    sums = {"line": rows.c.groups | rows.c.bot, "hand": rows.c.hand, **personal}
    query = select(
        rows.c.reason, func.count().label("people"), *(_sum(sums[name], name) for name in sums)
    ).group_by(rows.c.reason)
    found = {Reason(row.reason): row for row in db.session.execute(query)}
    reached = found.pop(Reason.REACHED, None)
    unreached = {reason: found[reason].people for reason in Reason if reason in found}
    counts = {name: int(getattr(reached, name)) if reached else 0 for name in sums}
    ways = {Way.LINE: counts["line"], Way.EMAIL: counts["mail"], Way.HAND: counts["hand"]}
    return Counted(
        people=reached.people if reached else 0,
        channels=len(outlets),
        ways={way: count for way, count in ways.items() if count},
        unreached=unreached,
        deliveries=_deliveries(outlets, counts),
        whole=[row.channel for row in outlets if not row.personal],
        quota=counts["bot"] + sum(_size(row.channel, on) for row in outlets if _is_group(row)),
    )


def _sum(flag: ColumnElement[bool], name: str) -> Any:
    return sql_cast(func.sum(case((flag, 1), else_=0)), Integer).label(name)


def _deliveries(outlets: Sequence[Outlet], counts: Mapping[str, int]) -> dict[Way, int]:
    made = {Way.LINE: counts["bot"], Way.EMAIL: counts["mail"]}
    for outlet in outlets:
        for target in outlet.whole():
            made[target.way] = made.get(target.way, 0) + 1
    return {way: count for way, count in made.items() if count}


def _is_group(outlet: Outlet) -> bool:
    return outlet.way is Way.LINE and not outlet.personal


def _size(channel: Channel, on: date) -> int:
    """People in a group by its latest count; 0 where nobody ever counted."""
    count = channel.audience_on(on)
    return count.audience if count else 0


def unreached_members(
    scope: Scope,
    audience: Audience,
    channels: Sequence[Channel],
    reason: Reason,
    on: date,
    *,
    page: int = 1,
    message_id: int | None = None,
) -> list[Member]:
    """A page of those not reached for one reason whose records one may see, by name."""
    rows = classified(scope, audience, outlets_of(channels), on, message_id).subquery()
    query = (
        select(Member)
        .join(rows, rows.c.member_id == Member.id)
        .where(rows.c.reason == reason.value, visible(scope))
        .options(joinedload(Member.district), joinedload(Member.province))
        .order_by(Member.name_key, Member.id)
    )
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def networks_to_choose(scope: Scope) -> list[Network]:
    """Active networks of offices in the scope, by name."""
    query = select(Network).where(
        Network.state == NetworkState.ACTIVE.value, of_offices(scope, Network.office_id)
    )
    return list(db.session.scalars(query.order_by(Network.name, Network.id)))


def activities_to_choose(scope: Scope, *, limit: int = 100) -> list[str]:
    """The activities that founded networks in the scope, by name."""
    query = select(Network.founding_activity).where(
        Network.founding_activity.is_not(None), of_offices(scope, Network.office_id)
    )
    return sorted(name for name in db.session.scalars(query.distinct().limit(limit)) if name)


def saved_audiences(scope: Scope, office_id: int) -> list[SavedAudience]:
    """The audiences that an office saved, by name."""
    row = SavedAudience
    query = select(row).where(row.office_id == office_id, of_offices(scope, row.office_id))
    return list(db.session.scalars(query.order_by(row.name)))


def saved_audience_for(scope: Scope, office_id: int, saved_id: int) -> SavedAudience:
    """One of the audiences that an office saved.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    row = SavedAudience
    query = select(row).where(
        row.id == saved_id, row.office_id == office_id, of_offices(scope, row.office_id)
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"audience {saved_id}")
    return found


def channels_to_serve(scope: Scope, office_id: int, message_id: int) -> list[tuple[Channel, str]]:
    """An office's open channels, each with how it is served already; empty where it is not."""
    done = served(message_id)
    return [(row, done.get(row.id, "")) for row in open_channels(scope, office_id)]
