"""Members' lives: when they joined, moved, rested, came back and left; the spans of all that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.places import Places
from benchmarks.simulate.plan import BANGKOK, DAY, FAR, Plan
from registry.members.models import MemberSpan, MemberState, MemberStateChange

TYPES = ("village_volunteer", "loudspeaker", "community_radio", "local_press", "government_unit",
         "education", "civil_society", "youth", "spokesperson")  # fmt: skip
SHARE = np.array([0.42, 0.16, 0.08, 0.05, 0.08, 0.07, 0.06, 0.07, 0.01])
BEFORE = 0.15
"""Share of members who joined in the three years before the first month."""
CHANGES = ("none", "move", "type", "inactive", "left", "deceased")
CHANCES = np.array([0.72, 0.05, 0.04, 0.09, 0.09, 0.01])
STARTS = ("join", "move", "type", "return")
ENDS = CHANGES[1:]
LEFT = ENDS.index("left")
NOON = DAY // 2 - BANGKOK


@dataclass(frozen=True)
class Spans:
    """Days on which members were active, by member and day; ``stop`` is exclusive, FAR if open."""

    member: Array
    province: Array
    type: Array
    start: Array
    stop: Array
    starts: Array
    ends: Array

    def __len__(self) -> int:
        return len(self.member)

    def on(self, member: Array, day: Array) -> Array:
        """The span of each member on a day; -1 where the member was not active."""
        found = np.searchsorted(self.member * FAR + self.start, member * FAR + day, "right") - 1
        place = np.maximum(found, 0)
        stands = (found >= 0) & (self.member[place] == member) & (day < self.stop[place])
        return np.where(stands, found, NONE)


@dataclass(frozen=True)
class Lives:
    """What became of the members with ids from 1 on; arrays by id less one.

    Attributes:
        province, type: where and what each one is in the end.
        state: place in ``MemberState`` as :data:`STATES` has it.
        left: the day of leaving or death; -1 for all others.
    """

    joined: Array
    province: Array
    type: Array
    state: Array
    left: Array
    spans: Spans


STATES = tuple(
    one.value
    for one in (
        MemberState.ACTIVE,
        MemberState.INACTIVE,
        MemberState.LEFT,
        MemberState.DECEASED,
    )
)


def live(plan: Plan, places: Places) -> Lives:
    """Everybody's life, the first to join first."""
    random, number = plan.random("lives"), plan.members
    joined = _joined(plan, random)
    province = random.choice(len(places.codes), number, p=places.weights)
    kind = random.choice(len(TYPES), number, p=SHARE)
    change = random.choice(len(CHANGES), number, p=CHANCES)
    changed = joined + 30 + random.exponential(900, number).astype(int)
    change = np.where(changed > plan.last_day, 0, change)
    again = _again(plan, random, change, changed)
    provinces, types = len(places.codes), len(TYPES)
    other = (province + 1 + random.integers(0, provinces - 1, number)) % provinces
    another = (kind + 1 + random.integers(0, types - 1, number)) % types
    province2 = np.where(change == 1, other, province)
    type2 = np.where(change == 2, another, kind)
    end = again + 30 + random.exponential(700, number).astype(int)
    gone = (again != NONE) & (random.random(number) < 0.15) & (end <= plan.last_day)
    spans = _spans(
        (province, kind, joined, np.where(change == 0, FAR, changed), change),
        (province2, type2, again, np.where(gone, end, FAR), gone),
    )
    last = again != NONE
    return Lives(
        joined,
        np.where(last, province2, province),
        np.where(last, type2, kind),
        _states(change, last, gone),
        np.where(gone, end, np.where(change >= 4, changed, NONE)),
        spans,
    )


def _joined(plan: Plan, random: Generator) -> Array:
    number = plan.members
    chances = plan.busyness / plan.busyness.sum()
    joined = random.choice(plan.days, number, p=chances)
    early = random.random(number) < BEFORE
    before = plan.first_day - 1 - random.integers(0, 1_095, number)
    return np.sort(np.where(early, before, joined))


def _again(plan: Plan, random: Generator, change: Array, changed: Array) -> Array:
    """The first day of the second span; -1 where there is none."""
    pause = 30 + random.integers(0, 270, len(change))
    back = random.random(len(change)) < 0.7
    returned = np.where(back & (changed + pause <= plan.last_day), changed + pause, NONE)
    at_once = (change == 1) | (change == 2)
    return np.where(at_once, changed, np.where(change == 3, returned, NONE))


def _states(change: Array, last: Array, gone: Array) -> Array:
    first = np.choose(change, [0, 0, 0, 1, 2, 3])
    return np.where(last, np.where(gone, 2, 0), first)


def _spans(first: tuple[Array, ...], second: tuple[Array, ...]) -> Spans:
    province, kind, joined, stop, change = first
    number = np.arange(1, len(joined) + 1)
    there = second[2] != NONE
    province2, type2, again, stop2, gone = (one[there] for one in second)
    starts = np.where(change[there] == 3, 3, change[there])
    member = np.concatenate([number, number[there]])
    start = np.concatenate([joined, again])
    order = np.lexsort((start, member))
    columns = (
        (member, None),
        (province, province2),
        (kind, type2),
        (joined, again),
        (stop, stop2),
        (np.zeros(len(joined), int), starts),
        (change - 1, np.where(gone, LEFT, NONE)),
    )
    joint = (one if two is None else np.concatenate([one, two]) for one, two in columns)
    return Spans(*(one[order] for one in joint))


def span_rows(lives: Lives, places: Places) -> Table:
    """The spans as rows."""
    spans = lives.spans
    return Table(
        MemberSpan,
        {
            "id": np.arange(1, len(spans) + 1),
            "member_id": spans.member,
            "province_code": Words(spans.province, places.codes),
            "network_type": Words(spans.type, TYPES),
            "from_on": spans.start,
            "to_on": np.where(spans.stop == FAR, NONE, spans.stop),
            "starts": Words(spans.starts, STARTS),
            "ends": Words(spans.ends, ENDS),
        },
    )


def history_rows(lives: Lives) -> Table:
    """The steps of their life cycles: moving and another type are none."""
    spans = lives.spans
    began = np.isin(spans.starts, [STARTS.index("join"), STARTS.index("return")])
    ended = spans.ends >= ENDS.index("inactive")
    after = np.concatenate([np.zeros(began.sum(), int), spans.ends[ended] - 1])
    before = np.concatenate(
        [np.where(spans.starts[began] == 0, NONE, 1), np.zeros(ended.sum(), int)]
    )
    member = np.concatenate([spans.member[began], spans.member[ended]])
    on = np.concatenate([spans.start[began], spans.stop[ended]])
    order = np.lexsort((on, member))
    return Table(
        MemberStateChange,
        {
            "id": np.arange(1, len(on) + 1),
            "member_id": member[order],
            "before": Words(before[order], STATES),
            "after": Words(after[order], STATES),
            "on": on[order],
            "at": on[order] * DAY + NOON,
        },
    )
