"""Recipients: members on the roster of the day, once per message, and when they had it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.groups import KINDS as CHANNEL_KINDS
from benchmarks.simulate.lives import TYPES
from benchmarks.simulate.messages import KINDS
from benchmarks.simulate.plan import months_of
from benchmarks.simulate.world import World
from registry.messages.ledger_models import Recipient
from registry.messages.receipts import IMPLIED, MOVED

VIAS = ("link", "line", "phone", "grid", "sheet", IMPLIED, MOVED)
VIA_SHARE = np.array([0.5, 0.28, 0.06, 0.09, 0.07])
RECEIVED, DECLINED = 0.62, 0.03
SPARE = 1.06
"""More are drawn than wanted: some do not want messages, some have them already."""


@dataclass
class Receptions:
    """Recipients of one month's messages, in the order of message and member.

    Attributes:
        publication, span: their places; the span tells the member, province and type of that day.
        received, via, declined: -1 where there is none.
    """

    publication: Array
    span: Array
    received: Array
    via: Array
    declined: Array

    def __len__(self) -> int:
        return len(self.publication)


def receive(world: World, random: Generator, which: Array, wanted: int) -> Receptions:
    """So many recipients of some publications, or all there can be.

    Args:
        which: the places of one month's messages' publications, the first one first.
    """
    publication, span = _reached(world, random, which, wanted)
    if len(span) > wanted:
        kept = np.sort(random.choice(len(span), wanted, replace=False))
        publication, span = publication[kept], span[kept]
    number = len(span)
    at = world.made.at[publication]
    # Half within the hour and a tenth after days: people look when they look.
    delay = random.lognormal(8.0, 1.7, number).astype(int) + 20
    got = (random.random(number) < RECEIVED) & (at + delay < world.plan.now)
    received = np.where(got, at + delay, NONE)
    via = np.where(got, random.choice(len(VIA_SHARE), number, p=VIA_SHARE), NONE)
    no = got & (random.random(number) < DECLINED)
    return Receptions(publication, span, received, via, np.where(no, received, NONE))


def _reached(world: World, random: Generator, which: Array, wanted: int) -> tuple[Array, Array]:
    """Publications and spans, in the order of message and member, nobody twice."""
    made, networks = world.made, world.networks
    which = which[made.network[which] != NONE]
    weight = 0.5 + random.random(len(which)) / 2
    begin = networks.begin[made.network[which]]
    many = networks.begin[made.network[which] + 1] - begin
    drawn = random.random(int(many.sum()))
    place = np.repeat(begin - (np.cumsum(many) - many), many) + np.arange(len(drawn))
    number = np.repeat(np.arange(len(which)), many)
    day, member = made.on[which][number], world.lives.spans.member[networks.span[place]]
    there = (networks.since[place] <= day) & (day < networks.until[place])
    there &= world.unwilling[member - 1] > day
    place, number, drawn = place[there], number[there], drawn[there]
    key = made.message[which][number] * (world.plan.members + 1) + member[there]
    goal = wanted * SPARE
    while True:
        share = np.minimum(1, weight * _scale(weight, made.roster[which], goal))
        chosen = np.flatnonzero(drawn < share[number])
        _, first = np.unique(key[chosen], return_index=True)
        if len(first) >= wanted or share.min(initial=1) >= 1:
            chosen = chosen[first]
            return which[number[chosen]], networks.span[place[chosen]]
        goal *= 1.3


def _scale(weight: Array, roster: Array, goal: float) -> float:
    """By what the weights are multiplied so that the shares of the rosters amount to a goal."""
    low, high = 0.0, 4.0
    for _ in range(40):
        middle = (low + high) / 2
        enough = (np.minimum(1, weight * middle) * roster).sum() >= goal
        low, high = (low, middle) if enough else (middle, high)
    return high


def recipient_rows(world: World, some: Receptions) -> Table:
    """Recipients as rows."""
    made, spans, messages = world.made, world.lives.spans, world.messages
    publication, span = some.publication, some.span
    message, channel = made.message[publication], made.channel[publication]
    on = made.on[publication]
    columns = {
        "month": months_of(on),
        "message_id": message + 1,
        "member_id": spans.member[span],
        "publication_id": publication + 1,
        "office_id": world.channels.office[channel],
        "province_code": Words(spans.province[span], world.places.codes),
        "network_type": Words(spans.type[span], TYPES),
        "channel_kind": Words(world.channels.kind[channel], CHANNEL_KINDS),
        "message_kind": Words(messages.kind[message], KINDS),
        "on": on,
        "published_at": made.at[publication],
        "received_at": some.received,
        "received_via": Words(some.via, VIAS),
        "declined_at": some.declined,
    }
    return Table(Recipient, columns)
