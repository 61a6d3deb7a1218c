"""Rows of members and their consents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from sqlalchemy import select

from benchmarks.bench.people import JOBS, national_id
from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.lives import NOON, STATES, TYPES, Lives
from benchmarks.simulate.names import TITLES, first_names, organisations, surnames
from benchmarks.simulate.places import Places
from benchmarks.simulate.plan import DAY, FAR, Plan, day_number
from registry.db import db
from registry.members.consent_models import Consent, ConsentPurpose, ConsentWording
from registry.members.models import Member, MemberKind
from registry.vault import encrypt, keyed_hash

Wordings = tuple[tuple[int, int], ...]
PART = 100_000
SOURCE = "simulate"
NUMBERED = 0.6
"""Share of people whose national ID is known."""
ORGANISED = 0.04
AGREED = {ConsentPurpose.REGISTRY.value: 0.96, ConsentPurpose.MESSAGES.value: 0.93}
ENDED = 0.04
"""Share of consents to messages that were withdrawn."""


def member_rows(plan: Plan, places: Places, lives: Lives) -> Iterator[Table]:
    """The members, some at a time: their texts take room."""
    for part, start in enumerate(range(0, plan.members, PART)):
        which = slice(start, min(start + PART, plan.members))
        yield _members(plan, plan.random("members", part), places, lives, which)


def _members(plan: Plan, random: Generator, places: Places, lives: Lives, which: slice) -> Table:
    ids = np.arange(which.start, which.stop) + 1
    joined, left, number = lives.joined[which], lives.left[which], which.stop - which.start
    province = lives.province[which]
    last = np.where(left == NONE, plan.last_day, left)
    confirmed = np.maximum(joined, last - random.exponential(420, number).astype(int))
    columns = {
        "id": ids,
        "uid": _uids(random, number),
        **_named(random, number),
        **_reached(random, ids),
        **_housed(random, places, province),
        **_numbered(random, ids),
        "birth_year": 2003 - random.integers(0, 52, number),
        "occupation": Words(random.integers(0, len(JOBS), number), JOBS),
        "network_type": Words(lives.type[which], TYPES),
        "state": Words(lives.state[which], STATES),
        "joined_on": joined,
        "left_on": left,
        "confirmed_on": confirmed,
        "office_id": places.office[province],
        "source": SOURCE,
        "created_at": joined * DAY + NOON,
        "updated_at": confirmed * DAY + NOON,
        "version": 1,
    }
    return Table(Member, columns)


def _uids(random: Generator, number: int) -> Array:
    digits = random.bytes(16 * number).hex()
    return np.array([digits[at : at + 32] for at in range(0, 32 * number, 32)], dtype=object)


def _named(random: Generator, number: int) -> dict[str, Array | Words | str]:
    """Names and what is made from them; some members are organisations."""
    first, last, whole = first_names(), surnames(), organisations()
    title = random.integers(0, len(TITLES), number)
    one, other = random.integers(0, len(first), number), random.integers(0, len(last), number)
    body, organised = random.integers(0, len(whole), number), random.random(number) < ORGANISED
    titles = np.array(TITLES, dtype=object)[title]
    kinds = (MemberKind.PERSON.value, MemberKind.ORGANISATION.value)
    names: dict[str, tuple[Array, Array | None]] = {
        "first_name": (first.words[one], whole.words[body]),
        "last_name": (last.words[other], None),
        "search_text": (titles + first.search[one] + " " + last.search[other], whole.search[body]),
        "name_key": (first.keys[one] + " " + last.keys[other], whole.keys[body]),
        "name_block": (first.blocks[one] + last.blocks[other], whole.blocks[body]),
    }
    return {
        "kind": Words(organised.astype(int), kinds),
        "title": Words(np.where(organised, NONE, title), TITLES),
        **{name: _either(organised, group, person) for name, (person, group) in names.items()},
    }


def _either(which: Array, one: Array | None, other: Array | None) -> Array:
    """One where it is so, the other elsewhere; None is absent."""
    found = np.full(len(which), None, dtype=object)
    for values, here in ((one, which), (other, ~which)):
        if values is not None:
            found[here] = values[here]
    return found


def _reached(random: Generator, ids: Array) -> dict[str, Array]:
    """Telephone numbers, LINE IDs and e-mail addresses of nobody; some have none of them."""
    text = ids.astype(str).astype(object)
    found = {
        "phone": (0.88, ("0" + (800_000_000 + ids).astype(str).astype(object))),
        "line_id": (0.55, "net" + text),
        "email": (0.1, "net" + text + "@sang.example"),
    }
    return {
        name: _either(random.random(len(ids)) < share, value, None)
        for name, (share, value) in found.items()
    }


def _housed(random: Generator, places: Places, province: Array) -> dict[str, Array | Words]:
    first, end = places.home_of[province], places.home_of[province + 1]
    home = first + (random.random(len(province)) * (end - first)).astype(int)
    told = random.random(len(province)) < 0.97
    house = 1 + random.integers(0, 299, len(province))
    return {
        "house_no": house.astype(str).astype(object),
        "subdistrict_code": Words(np.where(told, home, NONE), places.homes.words),
        "district_code": Words(
            np.where(told, places.districts.codes[home], NONE), places.districts.words
        ),
        "province_code": Words(province, places.codes),
        "postcode": places.postcodes[home],
    }


def _numbered(random: Generator, ids: Array) -> dict[str, Array]:
    """National IDs of a block that was never issued, encrypted, with their hashes."""
    known = random.random(len(ids)) < NUMBERED
    numbers = [national_id(int(one)) for one in ids[known]]
    secret, digest = (np.full(len(ids), None, dtype=object) for _ in range(2))
    secret[known] = [encrypt(one.encode()) for one in numbers]
    digest[known] = [keyed_hash(one) for one in numbers]
    return {"national_id": secret, "national_id_hash": digest}


def _consents(plan: Plan, lives: Lives) -> tuple[Array, Array, Array, Array]:
    """Member, purpose, day of consent, day of its end (-1: it stands)."""
    random, found = plan.random("consents"), []
    for number, (purpose, share) in enumerate(AGREED.items()):
        member = np.flatnonzero(random.random(plan.members) < share) + 1
        given = lives.joined[member - 1]
        ended = given + 10 + random.exponential(500, len(member)).astype(int)
        ends = random.random(len(member)) < ENDED * (purpose == ConsentPurpose.MESSAGES.value)
        ended = np.where(ends & (ended <= plan.last_day), ended, NONE)
        found.append((member, np.full(len(member), number), given, ended))
    member, purposes, given, ended = (np.concatenate(some) for some in zip(*found, strict=True))
    order = np.lexsort((purposes, member))
    return member[order], purposes[order], given[order], ended[order]


def unwilling_from(plan: Plan, lives: Lives) -> Array:
    """The day from which each member (by id less one) wants no messages; FAR: never."""
    member, purposes, _, ended = _consents(plan, lives)
    found = np.full(plan.members, FAR)
    over = (ended != NONE) & (purposes == list(AGREED).index(ConsentPurpose.MESSAGES.value))
    found[member[over] - 1] = ended[over]
    return found


def consent_rows(plan: Plan, lives: Lives, wordings: Wordings) -> Table:
    """The consents as rows."""
    member, purposes, given, ended = _consents(plan, lives)
    columns = {
        "id": np.arange(1, len(member) + 1),
        "member_id": member,
        "purpose": Words(purposes, tuple(AGREED)),
        "basis": "consent",
        "wording_id": _in_force(wordings, purposes, given),
        "given_on": given,
        "withdrawn_on": ended,
        "source": SOURCE,
        "by_guardian": False,
    }
    return Table(Consent, columns)


def wordings_known() -> Wordings:
    """Id and first day of the words of each purpose, in the order of :data:`AGREED`."""
    query = select(ConsentWording).where(ConsentWording.version == 1)
    rows = {row.purpose: row for row in db.session.scalars(query)}
    return tuple((rows[one].id, day_number(rows[one].valid_from)) for one in AGREED)


def _in_force(wordings: Wordings, purposes: Array, given: Array) -> Array:
    """The words in force on the day; none before the first."""
    ids, since = (np.array(some) for some in zip(*wordings, strict=True))
    return np.where(given >= since[purposes], ids[purposes], NONE)
