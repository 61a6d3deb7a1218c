"""Disseminations: recipients pass messages on in their channels, soon, late, twice or never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.groups import BASIS, ESTIMATED
from benchmarks.simulate.groups import KINDS as CHANNEL_KINDS
from benchmarks.simulate.lives import NOON, TYPES
from benchmarks.simulate.messages import KINDS
from benchmarks.simulate.plan import BANGKOK, DAY, days_of, months_of
from benchmarks.simulate.reception import VIAS, Receptions
from benchmarks.simulate.world import World
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.receipts import IMPLIED, MOVED

SOURCES = ("link", "line", "officer", "grid", "sheet")
SOURCE_SHARE = np.array([0.42, 0.25, 0.1, 0.13, 0.1])
BY_DAY = 3
"""Sources from this place on tell the day only."""
STATES = tuple(one.value for one in DisseminationState)
REPORTED, ACCEPTED, SENT_BACK, GONE = range(4)
STATE_SHARE = np.array([0.2, 0.68, 0.08, 0.04])
OTHER_CHANNELS, AGAIN = 0.35, 0.15
"""How often a further channel is used, and how often one is used once more."""
ROUNDS = 12
LATEST = 45 * DAY
SPAN = 1 << 10
LINKS = tuple(f"https://example.org/post/{number}" for number in range(1, 501))
PICTURES = ("simulated.png",)
REASON = ("ลิงก์เปิดไม่ได้ โปรดแนบภาพหน้าจอ",)


@dataclass
class Passings:
    """Who passed what on when: places of the recipient and the channel; spans of that day."""

    recipient: Array
    channel: Array
    span: Array
    at: Array
    source: Array

    def __len__(self) -> int:
        return len(self.recipient)

    def take(self, which: Array) -> Passings:
        """Some of them."""
        return Passings(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def pass_on(world: World, random: Generator, some: Receptions, wanted: int) -> Passings:
    """So many disseminations by recipients, or all that came about in some rounds."""
    rounds: list[Passings] = []
    found = None
    for _ in range(ROUNDS if len(some) else 0):
        missing = wanted - (len(found) if found else 0)
        if missing <= 0 and found:
            break
        rounds.append(_once(world, random, some, missing))
        found = _daily(world, some, _joined(rounds))
    if found is None:
        nothing = np.zeros(0, int)
        return Passings(nothing, nothing, nothing, nothing, nothing)
    if len(found) > wanted:
        found = found.take(np.sort(random.choice(len(found), wanted, replace=False)))
    return found


def _joined(rounds: list[Passings]) -> Passings:
    names = Passings.__dataclass_fields__
    return Passings(*(np.concatenate([getattr(one, name) for one in rounds]) for name in names))


def _once(world: World, random: Generator, some: Receptions, wanted: int) -> Passings:
    """About as many as wanted: who, in which channels, how often, when."""
    member = world.lives.spans.member[some.span]
    first, end = world.channels.of_member[member - 1], world.channels.of_member[member]
    often = world.diligence[member - 1] * (end > first)
    many = often * (1 + OTHER_CHANNELS * np.maximum(end - first - 1, 0)) / (1 - AGAIN)
    chance = np.minimum(0.95, often * (wanted * 1.15 + 3) / max(1e-9, many.sum()))
    who = np.flatnonzero(random.random(len(some)) < chance)
    owned = (end - first)[who]
    who, begin = np.repeat(who, owned), np.repeat(np.cumsum(owned) - owned, owned)
    place = np.arange(len(who)) - begin
    used = (place == 0) | (random.random(len(who)) < OTHER_CHANNELS)
    who, place = who[used], place[used]
    times = np.minimum(random.geometric(1 - AGAIN, len(who)), 5)
    turn = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    who, place = np.repeat(who, times), np.repeat(place, times)
    at = _moments(world, random, some, who, turn)
    source = random.choice(len(SOURCES), len(who), p=SOURCE_SHARE)
    made = Passings(who, first[who] + place, some.span[who], at, source)
    return _possible(world, some, made)


def _moments(world: World, random: Generator, some: Receptions, who: Array, turn: Array) -> Array:
    """When: the diligent soon, the second time days later, hardly anybody at night."""
    member = world.lives.spans.member[some.span[who]]
    soon = random.lognormal(8.2, 1.5, len(who)) / world.diligence[member - 1]
    delay = 30 + soon.astype(int) + turn * random.exponential(3 * DAY, len(who)).astype(int)
    at = world.made.at[some.publication[who]] + np.minimum(delay, LATEST)
    hour = (at + BANGKOK) % DAY // 3_600
    later: Array = at + np.where(hour < 6, 6 * 3_600, 0)
    return later


def _possible(world: World, some: Receptions, made: Passings) -> Passings:
    """Those that the ledger would take; where only the day is told it is noon of it."""
    published = world.made.at[some.publication[made.recipient]]
    noon = np.maximum(days_of(made.at) * DAY + NOON, published)
    made.at = np.where(made.source >= BY_DAY, noon, made.at)
    day = days_of(made.at)
    message = world.made.message[some.publication[made.recipient]]
    gone, until = world.messages.withdrawn[message], world.messages.until[message]
    made.span = world.lives.spans.on(world.lives.spans.member[made.span], day)
    stands = (made.at < world.plan.now) & (made.span != NONE)
    stands &= ((gone == NONE) | (made.at <= gone)) & ((until == NONE) | (day <= until))
    stands &= world.channels.open_on(made.channel, day)
    return made.take(np.flatnonzero(stands))


def _daily(world: World, some: Receptions, made: Passings) -> Passings:
    """One report per message, channel and day."""
    publication = some.publication[made.recipient]
    late = days_of(made.at) - days_of(world.messages.published[world.made.message[publication]])
    message = world.made.message[publication]
    message = message - message.min(initial=0)
    key = (message * len(world.channels.kind) + made.channel) * SPAN + late
    _, first = np.unique(key, return_index=True)
    return made.take(np.sort(first))


def dissemination_rows(
    world: World, random: Generator, some: Receptions, made: Passings, serial: int
) -> Table:
    """Disseminations as rows, the first recorded first.

    Args:
        serial: how many were made before; it tells apart what was recorded at one moment.
    """
    recorded, state, reviewed = _reviews(world, random, made)
    order = np.lexsort((made.at, recorded))
    made, recorded, state = made.take(order), recorded[order], state[order]
    publication, on = some.publication[made.recipient], days_of(made.at)
    message, spans = world.made.message[publication], world.lives.spans
    columns = {
        "month": months_of(on),
        "id": _ids(recorded, serial),
        "message_id": message + 1,
        "member_id": spans.member[made.span],
        "channel_id": made.channel + 1,
        "office_id": world.channels.office[world.made.channel[publication]],
        "province_code": Words(spans.province[made.span], world.places.codes),
        "network_type": Words(spans.type[made.span], TYPES),
        "channel_kind": Words(world.channels.kind[made.channel], CHANNEL_KINDS),
        "message_kind": Words(world.messages.kind[message], KINDS),
        "at": made.at,
        "on": on,
        "time_known": made.source < BY_DAY,
        **_told(world, random, made),
        "state": Words(state, STATES),
        "source": Words(made.source, SOURCES),
        "recorded_at": recorded,
        "reviewed_at": reviewed[order],
        "review_reason": Words(np.where(state == SENT_BACK, 0, NONE), REASON),
    }
    imply(some, made, state)
    return Table(Dissemination, columns)


def _reviews(world: World, random: Generator, made: Passings) -> tuple[Array, Array, Array]:
    """When each was recorded, its state, and when it was reviewed; the latest wait."""
    number, now = len(made), world.plan.now
    late = (days_of(made.at) // 30 + 1) * 30 * DAY + random.integers(0, 4 * DAY, number)
    soon = made.at + random.integers(0, 7_200, number)
    recorded = np.minimum(np.where(made.source >= BY_DAY, np.maximum(late, soon), soon), now - 1)
    state = random.choice(len(STATES), number, p=STATE_SHARE)
    reviewed = recorded + 600 + random.exponential(4 * DAY, number).astype(int)
    decided = (state == ACCEPTED) | (state == SENT_BACK)
    waits = decided & (reviewed >= now)
    state = np.where(waits, REPORTED, state)
    return recorded, state, np.where(decided & ~waits, reviewed, NONE)


def _ids(recorded: Array, serial: int) -> Array:
    """Ids as the registry gives them: milliseconds, then 22 bits that tell rows apart."""
    last = (serial + np.arange(len(recorded))) % (1 << 22)
    found: Array = (recorded * 1_000 << 22) | last
    return found


def _told(world: World, random: Generator, made: Passings) -> dict[str, Array | Words]:
    """Audiences and proofs, each of which may be absent."""
    number, kind = len(made), world.channels.kind[made.channel]
    potential = world.channels.audience_on(made.channel, days_of(made.at))
    guess = np.where(potential == NONE, 50, potential) * random.uniform(0.1, 1.1, number)
    told = random.random(number) < 0.7
    proof = random.random(number)
    basis, seen = ESTIMATED[kind] & told, (proof > 0.3) & (proof < 0.5)
    linked = (proof < 0.4) & ~ESTIMATED[kind]
    return {
        "audience_potential": potential,
        "audience_reported": np.where(told, guess.astype(int), NONE),
        "basis": Words(np.where(basis, 0, NONE), BASIS),
        "link": Words(np.where(linked, random.integers(0, len(LINKS), number), NONE), LINKS),
        "evidence": Words(np.where(seen, 0, NONE), PICTURES),
        "evidence_type": Words(np.where(seen, 0, NONE), ("image/png",)),
    }


def imply(some: Receptions, made: Passings, state: Array) -> None:
    """Passing on implies receipt, and that the member does not decline."""
    live = state != GONE
    first = np.full(len(some), np.iinfo(np.int64).max)
    np.minimum.at(first, made.recipient[live], made.at[live])
    passed = first != np.iinfo(np.int64).max
    never, later = some.received == NONE, some.received > first
    some.via = np.where(passed & never, VIAS.index(IMPLIED), some.via)
    some.via = np.where(passed & later, VIAS.index(MOVED), some.via)
    some.received = np.where(passed & (never | later), first, some.received)
    some.declined = np.where(passed, NONE, some.declined)
