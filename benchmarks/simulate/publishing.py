"""Publications: message × office channel, chosen so that their rosters hold enough recipients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.groups import KINDS as CHANNEL_KINDS
from benchmarks.simulate.groups import PAGES, Channels, Networks
from benchmarks.simulate.lives import TYPES
from benchmarks.simulate.messages import KINDS, Messages
from benchmarks.simulate.places import Places
from benchmarks.simulate.plan import FAR, Plan, days_of, months_of
from registry.errors import Refused
from registry.messages.models import Publication

LEVELS = np.array([0.85, 0.12, 0.03])
"""Shares of messages for the networks of one office, of a zone, and of the whole country."""
CHOSEN = 0.75
"""Share of a roster to which a message goes, taken over all publications."""
FULL = 0.9
"""How much of all that rosters can hold may be asked for."""
PART = 500


@dataclass(frozen=True)
class Publications:
    """Publications by id less one, the first one first.

    Attributes:
        message: place of the message.
        channel, network: places of the channel and its network; a page has no network (-1).
        own: whether it is of the author's own office.
        roster: how many members were on the roster that day.
    """

    message: Array
    channel: Array
    network: Array
    at: Array
    own: Array
    roster: Array

    def __len__(self) -> int:
        return len(self.message)

    @property
    def on(self) -> Array:
        """The day in Bangkok."""
        return days_of(self.at)


def publish(
    plan: Plan, places: Places, messages: Messages, networks: Networks, channels: Channels
) -> Publications:
    """Publish the messages.

    Raises:
        Refused: the rosters of so few members and messages cannot hold the recipients.
    """
    random = plan.random("publications")
    level = random.choice(len(LEVELS), len(messages), p=LEVELS)
    level = np.where(messages.home == NONE, np.maximum(level, 1), level)
    level = np.where(messages.zone == NONE, 2, level)
    rosters = _Rosters(networks)
    choose = _Reach(places, messages, networks, rosters)
    room = choose.room(level)
    if room * CHOSEN < plan.recipients:
        level = np.full(len(messages), 2)
        room = choose.room(level)
    _require_room(plan, room)
    share = min(1.0, plan.recipients / max(1, room * CHOSEN))
    message, network = choose.pairs(random, level, share)
    return _told(plan, random, messages, networks, channels, rosters, (message, network))


def _require_room(plan: Plan, room: int) -> None:
    if plan.recipients > room * FULL:
        most = int(room * FULL / plan.recipients * plan.facts)
        raise Refused(
            f"{plan.members:,} members and {plan.messages:,} messages hold at most about "
            f"{most:,} facts: ask for fewer of these, or for more members or messages"
        )


class _Rosters:
    """How many members each network had on any day."""

    def __init__(self, networks: Networks) -> None:
        where = np.repeat(np.arange(len(networks)), np.diff(networks.begin))
        stands = networks.since < networks.until
        self._came = np.sort((where * FAR + networks.since)[stands])
        ended = stands & (networks.until < FAR)
        self._went = np.sort((where * FAR + networks.until)[ended])

    def on(self, network: Array, day: Array) -> Array:
        """How many there were in each network on a day."""
        then, start = network * FAR + day, network * FAR
        came = np.searchsorted(self._came, then, "right") - np.searchsorted(self._came, start)
        went = np.searchsorted(self._went, then, "right") - np.searchsorted(self._went, start)
        found: Array = came - went
        return found


class _Reach:
    """To which networks a message may go, some hundreds of messages at a time."""

    def __init__(
        self, places: Places, messages: Messages, networks: Networks, rosters: _Rosters
    ) -> None:
        self._messages, self._networks = messages, networks
        self._zone = places.zone[networks.province]
        written = days_of(messages.published)
        days = np.arange(written[0], written[-1] + 31, 30)
        number = np.arange(len(networks))
        self._sizes = np.stack([rosters.on(number, np.full(len(networks), day)) for day in days])
        self._size_at = (written - days[0]) // 30

    def _some(self, level: Array, start: int) -> Array:
        which = slice(start, start + PART)
        messages, networks = self._messages, self._networks
        day = days_of(messages.published[which])[:, None]
        there = (networks.founded <= day) & (day + 6 < networks.closed)
        own = messages.office[which][:, None] == networks.office
        zone = messages.zone[which][:, None] == self._zone
        wide = level[which][:, None]
        found: Array = there & (own | ((wide == 1) & zone) | (wide == 2))
        return found

    def room(self, level: Array) -> int:
        """How many recipients there can be."""
        return int(
            sum(
                (self._some(level, start) * self._sizes[self._size_at[start : start + PART]]).sum()
                for start in range(0, len(level), PART)
            )
        )

    def pairs(self, random: Generator, level: Array, share: float) -> tuple[Array, Array]:
        """Messages with the networks to which each one goes: a share of those possible."""
        found = []
        for start in range(0, len(level), PART):
            some = self._some(level, start)
            message, network = np.nonzero(some & (random.random(some.shape) < share))
            found.append((message + start, network))
        return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def _told(
    plan: Plan,
    random: Generator,
    messages: Messages,
    networks: Networks,
    channels: Channels,
    rosters: _Rosters,
    pairs: tuple[Array, Array],
) -> Publications:
    """The publications of pairs, and one or two on pages of the author's office."""
    page_message, page = _pages(random, messages, channels)
    first = int((channels.office != NONE).sum()) - len(networks)
    message = np.concatenate([page_message, pairs[0]])
    network = np.concatenate([np.full(len(page), NONE), pairs[1]])
    channel = np.concatenate([page, pairs[1] + first])
    own = channels.office[channel] == messages.office[message]
    soon = random.integers(0, 1_500, len(message))
    later = 1_800 + np.minimum(random.lognormal(9.6, 1.0, len(message)), 400_000).astype(int)
    at = messages.published[message] + np.where(own, soon, later)
    at[: len(page)][_firsts(page_message)] = messages.published
    gone = messages.withdrawn[message]
    stands = (at < plan.now) & ((gone == NONE) | (at < gone))
    roster = np.where(network == NONE, 0, rosters.on(np.maximum(network, 0), days_of(at)))
    order = np.lexsort((channel, at))
    order = order[stands[order]]
    columns = (message, channel, network, at, own, roster)
    return Publications(*(one[order] for one in columns))


def _firsts(ordered: Array) -> Array:
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))


def _pages(random: Generator, messages: Messages, channels: Channels) -> tuple[Array, Array]:
    """One or two pages of the author's office for each message."""
    offices = channels.office[channels.network == NONE]
    offices = offices[offices != NONE]
    first = np.searchsorted(offices, messages.office)
    begin = random.integers(0, len(PAGES), len(messages))
    many = 1 + (random.random(len(messages)) < 0.4)
    message = np.repeat(np.arange(len(messages)), many)
    place = np.arange(len(message)) - np.repeat(np.cumsum(many) - many, many)
    return message, first[message] + (begin[message] + place) % len(PAGES)


def publication_rows(
    places: Places,
    messages: Messages,
    networks: Networks,
    channels: Channels,
    made: Publications,
) -> Table:
    """The publications as rows; each of the author's office belongs to the message's release."""
    office, on = channels.office[made.channel], made.on
    home = places.home_province | dict.fromkeys(places.bureaus, places.codes.index("10"))
    province = np.array([home.get(int(one), NONE) for one in range(int(office.max()) + 1)])
    waited = (made.at - messages.approved[made.message]) // 60
    kind = np.where(made.network == NONE, NONE, networks.type[made.network])
    columns = {
        "id": np.arange(1, len(made) + 1),
        "month": months_of(on),
        "message_id": made.message + 1,
        "channel_id": made.channel + 1,
        "office_id": office,
        "province_code": Words(province[office], places.codes),
        "channel_kind": Words(channels.kind[made.channel], CHANNEL_KINDS),
        "network_type": Words(kind, TYPES),
        "message_kind": Words(messages.kind[made.message], KINDS),
        "at": made.at,
        "on": on,
        "approved_minutes": np.where(made.own, waited, NONE),
        "audience": channels.audience_on(made.channel, on),
        "release_id": np.where(made.own, made.message + 1, NONE),
    }
    return Table(Publication, columns)
