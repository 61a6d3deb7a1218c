"""Networks with their rosters, and all channels with their audiences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.lives import NOON, TYPES, Lives
from benchmarks.simulate.places import Places
from benchmarks.simulate.plan import DAY, FAR, Plan
from registry.channels.models import AudienceCount, Channel, ChannelKind
from registry.networks.models import Network, NetworkMember, NetworkState

SIZE = 500
"""Members of a network before another one is founded beside it."""
OWNERS = np.array([0.9, 0.05, 0.05])
"""Shares of networks of provincial offices, of regional ones and of bureaus."""
CLOSED = 0.03
K = ChannelKind
KINDS = tuple(kind.value for kind in (
    K.LINE_GROUP, K.FACEBOOK, K.LOUDSPEAKER, K.FACE_TO_FACE, K.RADIO, K.TIKTOK, K.YOUTUBE,
    K.EMAIL, K.WEBSITE, K.LINE_OA))  # fmt: skip
WEIGHTS = np.array([0.38, 0.22, 0.14, 0.1, 0.04, 0.05, 0.02, 0.02, 0.01, 0.02])
USUAL = np.array([120, 600, 450, 40, 3_000, 900, 1_500, 80, 2_000, 800])
"""How many people a channel of each kind usually reaches."""
ESTIMATED = np.array([kind in ("loudspeaker", "radio", "face_to_face") for kind in KINDS])
BASIS = ("นับจากจำนวนครัวเรือน × 3 คน",)
PAGES = tuple(KINDS.index(kind) for kind in ("facebook", "website", "line_oa"))
"""Channels of every office beside those of its networks."""


@dataclass(frozen=True)
class Networks:
    """Networks by id less one, and who was in which of them, by network.

    Attributes:
        owner: 0 a provincial office, 1 a regional one, 2 a bureau.
        begin: where in the other arrays each network's members begin; one more at the end.
        span: the span during which somebody was in it.
        since, until: from which day on, before which one (FAR if open).
    """

    province: Array
    type: Array
    office: Array
    owner: Array
    founded: Array
    closed: Array
    begin: Array
    span: Array
    since: Array
    until: Array

    def __len__(self) -> int:
        return len(self.founded)


def found_networks(plan: Plan, places: Places, lives: Lives) -> Networks:
    """Everybody is in one network of the own province and type, those who joined together."""
    random, spans = plan.random("networks"), lives.spans
    group = spans.province * len(TYPES) + spans.type
    order = np.lexsort((spans.start, group))
    group = group[order]
    first = np.searchsorted(group, group)
    key = group * plan.members + (np.arange(len(group)) - first) // SIZE
    fresh = np.concatenate([[True], key[1:] != key[:-1]])
    begin = np.append(np.flatnonzero(fresh), len(group))
    number = len(begin) - 1
    province, kind = np.divmod(group[begin[:-1]], len(TYPES))
    founded = spans.start[order][begin[:-1]]
    close = founded + 400 + random.exponential(900, number).astype(int)
    ends = (random.random(number) < CLOSED) & (close <= plan.last_day)
    closed = np.where(ends, close, FAR)
    owner = random.choice(len(OWNERS), number, p=OWNERS)
    bureau = np.array(places.bureaus)[random.integers(0, len(places.bureaus), number)]
    regional = np.array([places.regional.get(zone, places.bureaus[0]) for zone in places.zone])
    office = np.choose(owner, [places.office[province], regional[province], bureau])
    until = np.minimum(spans.stop[order], np.repeat(closed, np.diff(begin)))
    return Networks(province, kind, office, owner, founded, closed, begin, order,
                    spans.start[order], until)  # fmt: skip


def network_rows(networks: Networks, places: Places) -> Table:
    """The networks as rows."""
    number = np.arange(1, len(networks) + 1)
    closed = np.where(networks.closed == FAR, NONE, networks.closed)
    states = (NetworkState.ACTIVE.value, NetworkState.CLOSED.value)
    province = np.where(networks.owner == 2, NONE, networks.province)
    columns = {
        "id": number,
        "name": "เครือข่ายสมมติที่ " + number.astype(str).astype(object),
        "type_code": Words(networks.type, TYPES),
        "office_id": networks.office,
        "province_code": Words(province, places.codes),
        "founded_on": networks.founded,
        "founding_activity": "เวทีสร้างเครือข่ายข่าวสารชุมชน",
        "state": Words((closed != NONE).astype(int), states),
        "closed_on": closed,
        "created_at": networks.founded * DAY + NOON,
        "version": 1,
    }
    return Table(Network, columns)


def roster_rows(networks: Networks, lives: Lives) -> Table:
    """Who was in which network; the first two of each coordinate it."""
    where = np.repeat(np.arange(len(networks)), np.diff(networks.begin))
    place = np.arange(len(networks.span)) - networks.begin[where]
    stands = networks.since < networks.until
    columns = {
        "id": np.arange(1, stands.sum() + 1),
        "network_id": where[stands] + 1,
        "member_id": lives.spans.member[networks.span][stands],
        "coordinator": (place < 2)[stands],
        "from_on": networks.since[stands],
        "to_on": np.where(networks.until == FAR, NONE, networks.until)[stands],
    }
    return Table(NetworkMember, columns)


@dataclass(frozen=True)
class Channels:
    """Channels by id less one: first those of offices, then those of members by member.

    Attributes:
        network: the place of the network that it serves; -1 for all others.
        of_member: where each member's channels begin (by id less one); one more at the end.
        counted: by channel, the days of counts as ``channel * FAR + day``, ascending.
        audience: what was counted then.
    """

    member: Array
    office: Array
    network: Array
    kind: Array
    opened: Array
    retired: Array
    of_member: Array
    counted: Array
    audience: Array

    def audience_on(self, channel: Array, day: Array) -> Array:
        """The latest count of each channel on or before a day; -1 where there is none."""
        found = np.searchsorted(self.counted, channel * FAR + day, "right") - 1
        place = np.maximum(found, 0)
        known = (found >= 0) & (self.counted[place] // FAR == channel)
        return np.where(known, self.audience[place], NONE)

    def open_on(self, channel: Array, day: Array) -> Array:
        """Whether each channel was open on a day."""
        is_open: Array = (self.opened[channel] <= day) & (day < self.retired[channel])
        return is_open


def open_channels(plan: Plan, places: Places, lives: Lives, networks: Networks) -> Channels:
    """Pages of every office, a channel of every network, and those of members."""
    random = plan.random("channels")
    offices = np.unique([*places.office, *places.regional.values(), *places.bureaus])
    pages = np.repeat(offices, len(PAGES))
    many = random.choice(4, plan.members, p=[0.02, 0.56, 0.32, 0.1])
    member = np.repeat(np.arange(1, plan.members + 1), many)
    own = len(pages) + len(networks)
    begin = own + np.append(0, np.cumsum(many))
    place = np.arange(own, own + len(member)) - begin[member - 1]
    first = random.choice(len(KINDS), plan.members, p=WEIGHTS)[member - 1]
    joined = lives.joined[member - 1]
    closing = joined + 200 + random.exponential(900, len(member)).astype(int)
    retired = np.where((random.random(len(member)) < 0.05) & (closing <= plan.last_day),
                       closing, FAR)  # fmt: skip
    served = np.concatenate([np.full(len(pages), NONE), np.arange(len(networks))])
    columns = (
        (np.full(own, NONE), member),
        (np.concatenate([pages, networks.office]), np.full(len(member), NONE)),
        (served, np.full(len(member), NONE)),
        (_own_kinds(random, len(offices), len(networks)), (first + place) % len(KINDS)),
        (np.concatenate([np.full(len(pages), plan.first_day - 1_200), networks.founded]), joined),
        (np.concatenate([np.full(len(pages), FAR), networks.closed]), retired),
    )
    owner, office, network, kind, opened, retired = (np.concatenate(pair) for pair in columns)
    counted, audience = _counts(plan, random, kind, opened)
    return Channels(owner, office, network, kind, opened, retired, begin, counted, audience)


def _own_kinds(random: Generator, offices: int, networks: int) -> Array:
    """Pages of all offices, then mostly groups by LINE for the networks."""
    usual = (KINDS.index("line_group"), KINDS.index("facebook"), KINDS.index("email"))
    return np.concatenate(
        [np.tile(PAGES, offices), random.choice(usual, networks, p=[0.85, 0.1, 0.05])]
    )


def _counts(plan: Plan, random: Generator, kind: Array, opened: Array) -> tuple[Array, Array]:
    """Counts at the opening and every year and a half after that; some channels have none."""
    known = random.random(len(kind)) < 0.92
    many = np.where(known, 1 + np.clip((plan.last_day - opened) // 540, 0, 4), 0)
    channel = np.repeat(np.arange(len(kind)), many)
    place = np.arange(len(channel)) - np.repeat(np.cumsum(many) - many, many)
    usual = USUAL[kind] * random.lognormal(0, 0.8, len(kind))
    return channel * FAR + opened[channel] + place * 540, (usual[channel] * 1.08**place).astype(
        int
    ) + 1


def channel_rows(channels: Channels) -> Table:
    """The channels as rows."""
    number = np.arange(1, len(channels.kind) + 1)
    names = tuple(f"ช่องทางสมมติที่ {one}" for one in range(1, 401))
    columns = {
        "id": number,
        "member_id": channels.member,
        "office_id": channels.office,
        "network_id": np.where(channels.network == NONE, NONE, channels.network + 1),
        "kind": Words(channels.kind, KINDS),
        "name": Words(number % len(names), names),
        "opened_on": channels.opened,
        "retired_on": np.where(channels.retired == FAR, NONE, channels.retired),
        "created_at": channels.opened * DAY + NOON,
        "version": 1,
    }
    return Table(Channel, columns)


def count_rows(channels: Channels) -> Table:
    """The audiences as rows; an estimate says on what it rests."""
    channel, day = np.divmod(channels.counted, FAR)
    columns = {
        "id": np.arange(1, len(channel) + 1),
        "channel_id": channel + 1,
        "on": day,
        "audience": channels.audience,
        "basis": Words(np.where(ESTIMATED[channels.kind[channel]], 0, NONE), BASIS),
        "recorded_at": day * DAY + NOON,
    }
    return Table(AudienceCount, columns)
