"""For whom a message is meant: filters over the members, none of which means everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, true

from registry.channels.models import Channel
from registry.errors import Refused
from registry.geography.queries import province_zones
from registry.members.models import Member
from registry.messages.ways import open_on
from registry.networks.models import Network, NetworkMember

NUMBERS = frozenset({"zones", "networks"})
LONGEST = 200
"""Letters of one choice: more than any name in the registry has."""
MOST = 500
"""Choices of one filter."""


@dataclass(frozen=True)
class Audience:
    """Filters that all must hold; within one filter any choice will do.

    Attributes:
        zones: by today's mapping; together with ``provinces`` one filter.
        channel_kinds: members who look after a channel of one of these kinds.
        skills: words, each of which may stand anywhere in the member's skills.
        activities: at which the member joined, or by which a network of theirs was founded.
        networks: in which the member is.
    """

    zones: tuple[int, ...] = ()
    provinces: tuple[str, ...] = ()
    network_types: tuple[str, ...] = ()
    channel_kinds: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    networks: tuple[int, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Audience:
        """Read what :meth:`stored` wrote, or what a form carries.

        Raises:
            Refused: a filter or a choice that cannot be.
        """
        known = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping) or not set(values) <= known:
            raise Refused(_("This audience has a filter that is not known; choose it again."))
        return cls(**{name: _choices(name, given) for name, given in values.items()})

    def stored(self) -> dict[str, list[Any]]:
        """As JSON: filters without a choice are left out."""
        return {name: list(chosen) for name, chosen in asdict(self).items() if chosen}

    @property
    def everybody(self) -> bool:
        """Whether nobody is filtered out."""
        return not self.stored()

    @property
    def of_places(self) -> bool:
        """Whether it asks for places, be they in one's own area or not."""
        return bool(self.zones or self.provinces)

    def pairs(self) -> list[tuple[str, str]]:
        """As the words of an address."""
        return [(name, str(one)) for name, chosen in self.stored().items() for one in chosen]

    def condition(self, day: date) -> ColumnElement[bool]:
        """Members who are meant, by the zones of a day and the networks they are in then."""
        return and_(true(), *self._conditions(day))

    def _conditions(self, day: date) -> Iterator[ColumnElement[bool]]:
        if self.of_places:
            yield Member.province_code.in_(self._provinces(day))
        if self.network_types:
            yield Member.network_type.in_(self.network_types)
        if self.channel_kinds:
            yield Member.id.in_(_with_channels(self.channel_kinds))
        if self.skills:
            yield or_(*(Member.skills.icontains(word, autoescape=True) for word in self.skills))
        if self.activities:
            founded = Network.founding_activity.in_(self.activities)
            yield or_(Member.joined_activity.in_(self.activities), Member.id.in_(_in(founded, day)))
        if self.networks:
            yield Member.id.in_(_in(Network.id.in_(self.networks), day))

    def _provinces(self, day: date) -> list[str]:
        of_zones = {code for code, zone in province_zones(day).items() if zone in self.zones}
        return sorted(of_zones | set(self.provinces))


def _choices(name: str, given: Any) -> tuple[Any, ...]:
    wrong = Refused(_("A choice of this audience is not known; choose it again."))
    if not isinstance(given, (list, tuple)) or len(given) > MOST:
        raise wrong
    if name in NUMBERS:
        if not all(isinstance(one, int) and abs(one) < 2**31 for one in given):
            raise wrong
    elif not all(isinstance(one, str) and 0 < len(one) <= LONGEST for one in given):
        raise wrong
    return tuple(sorted(set(given)))


def _with_channels(kinds: tuple[str, ...]) -> Any:
    return select(Channel.member_id).where(
        Channel.member_id.is_not(None), Channel.kind.in_(kinds), Channel.retired_on.is_(None)
    )


def _in(which: ColumnElement[bool], day: date) -> Any:
    """Members of some networks on a day."""
    row = NetworkMember
    return (
        select(row.member_id)
        .join(Network, Network.id == row.network_id)
        .where(which, open_on(row, day))
    )
