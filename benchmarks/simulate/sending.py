"""Releases and their deliveries: the first publication, and notices of changes."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words, together
from benchmarks.simulate.reception import Receptions
from benchmarks.simulate.world import World
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.outbox.models import Delivery, DeliveryState, Way

PURPOSES = (Purpose.FIRST.value, Purpose.CORRECTION.value, Purpose.WITHDRAWAL.value)
STATES = (DeliveryState.SENT.value, DeliveryState.FAILED.value, DeliveryState.UNKNOWN.value)
WAYS = (Way.HAND.value, Way.LINE.value)
TOLD = 0.85
"""Share of a changed message's channels that the notice reached."""
MEMBERS_TOLD = 0.05
"""Share of a changed message's recipients who also have the notice themselves."""


def _notices(world: World) -> tuple[Array, Array, Array]:
    """Message, purpose and moment of every notice: corrections first."""
    found = []
    for number, at in ((1, world.messages.corrected), (2, world.messages.withdrawn)):
        which = np.flatnonzero(at != NONE)
        found.append((which, np.full(len(which), number), at[which]))
    message, purpose, at = (np.concatenate(some) for some in zip(*found, strict=True))
    return message, purpose, at


def release_rows(world: World) -> Table:
    """A message's first release has the number of the message; the notices come after them."""
    message, purpose, at = _notices(world)
    number = len(world.messages)
    planned = np.concatenate([world.messages.published, at])
    message = np.concatenate([np.arange(number), message])
    columns = {
        "id": np.arange(1, len(planned) + 1),
        "message_id": message + 1,
        "office_id": world.messages.office[message],
        "purpose": Words(np.concatenate([np.zeros(number, int), purpose]), PURPOSES),
        "correction_id": _corrections(world, message, number),
        **dict.fromkeys(("audience", "counted"), "{}"),
        "channels": "[]",
        "urgent": False,
        "planned_at": planned,
        "machines_at": planned,
        "machines_done": True,
        "state": ReleaseState.DONE.value,
        "created_at": planned,
        "ended_at": planned + 60,
        "version": 1,
    }
    return Table(Release, columns)


def _corrections(world: World, message: Array, first: int) -> Array:
    """Ids of the corrections that releases tell of: each corrected message has one, in order."""
    found = np.full(len(message), NONE)
    corrected = int((world.messages.corrected != NONE).sum())
    found[first : first + corrected] = np.arange(1, corrected + 1)
    return found


def channel_deliveries(world: World, random: Generator) -> Table:
    """To channels: the first publication by its own office, then the notices."""
    made = world.made
    own = np.flatnonzero(made.own)
    first = (made.message[own] + 1, own, made.at[own], np.zeros(len(own), int))
    message, _, at = _notices(world)
    order = np.argsort(made.message, kind="stable")
    begin = np.searchsorted(made.message[order], message)
    many = np.searchsorted(made.message[order], message, "right") - begin
    notice = np.repeat(np.arange(len(message)), many)
    place = np.arange(len(notice)) - np.repeat(np.cumsum(many) - many, many) + begin[notice]
    settled = at[notice] + 60 + random.exponential(3_600, len(notice)).astype(int)
    state = np.where(random.random(len(notice)) < TOLD, 0, 1)
    ids = len(world.messages) + 1 + notice
    # Who had it after the change had it as it is now, and a delivery is not of tomorrow.
    keep = (made.at[order[place]] <= at[notice]) & (settled < world.plan.now)
    rest = tuple(one[keep] for one in (ids, order[place], settled, state))
    release, publication, settled, state = (
        np.concatenate(pair) for pair in zip(first, rest, strict=True)
    )
    return _rows(world, (release, publication, None, settled, state))


def member_deliveries(world: World, random: Generator, some: Receptions) -> Table | None:
    """To some recipients of changed messages, beside the notice in their group."""
    message, _, at = _notices(world)
    notice = np.full((3, len(world.messages)), NONE)
    _, purpose, _ = _notices(world)
    notice[purpose, message] = np.arange(len(message))
    of = world.made.message[some.publication]
    found = []
    for row in notice[1:]:
        which = np.flatnonzero((row[of] != NONE) & (random.random(len(some)) < MEMBERS_TOLD))
        number = row[of[which]]
        settled = at[number] + 60 + random.integers(0, 600, len(which))
        had = world.made.at[some.publication[which]] <= at[number]
        keep = np.flatnonzero(had & (settled < world.plan.now))
        which, number = which[keep], number[keep]
        member = world.lives.spans.member[some.span[which]]
        found.append(
            _rows(world, (len(world.messages) + 1 + number, some.publication[which], member,
                          settled[keep], np.zeros(len(which), int)))
        )  # fmt: skip
    joint = together(found)
    return joint if len(joint) else None


def _rows(world: World, told: tuple[Array, Array, Array | None, Array, Array]) -> Table:
    release, publication, member, settled, state = told
    channel = world.made.channel[publication] + 1
    target = channel if member is None else member
    mark = "c:" if member is None else "m:"
    columns = {
        "release_id": release,
        "message_id": world.made.message[publication] + 1,
        "channel_id": channel,
        "member_id": np.full(len(release), NONE) if member is None else member,
        "target": mark + target.astype(str).astype(object),
        "way": Words(np.full(len(release), 0 if member is None else 1), WAYS),
        "state": Words(state, STATES),
        "created_at": settled - 30,
        "settled_at": settled,
    }
    return Table(Delivery, columns)
