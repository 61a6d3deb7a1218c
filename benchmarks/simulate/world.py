"""Everything but the facts, made at once: it fits into memory at any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.simulate.columns import Array
from benchmarks.simulate.groups import Channels, Networks, found_networks, open_channels
from benchmarks.simulate.lives import Lives, live
from benchmarks.simulate.messages import Messages, write_messages
from benchmarks.simulate.people import unwilling_from
from benchmarks.simulate.places import Places, read_places
from benchmarks.simulate.plan import Plan
from benchmarks.simulate.publishing import Publications, publish


@dataclass(frozen=True)
class World:
    """What the facts are about.

    Attributes:
        unwilling: by member (id less one), the day from which messages are not wanted; FAR: never.
        diligence: how readily each member passes messages on, 1 being usual.
    """

    plan: Plan
    places: Places
    lives: Lives
    unwilling: Array
    diligence: Array
    networks: Networks
    channels: Channels
    messages: Messages
    made: Publications


DILIGENCE = np.array([1.3, 1.5, 1.1, 0.9, 0.6, 0.7, 0.8, 1.2, 0.5])
"""By network type."""


def make_world(plan: Plan) -> World:
    """Make it.

    Raises:
        Refused: so many facts do not fit into so few members and messages.
    """
    places = read_places(plan.members)
    lives = live(plan, places)
    networks = found_networks(plan, places, lives)
    channels = open_channels(plan, places, lives, networks)
    messages = write_messages(plan, places)
    random = plan.random("diligence")
    usual = random.lognormal(0, 0.3, len(places.codes))
    own = random.lognormal(0, 0.5, plan.members)
    diligence = DILIGENCE[lives.type] * usual[lives.province] * own
    made = publish(plan, places, messages, networks, channels)
    return World(plan, places, lives, unwilling_from(plan, lives), diligence, networks, channels,
                 messages, made)  # fmt: skip
