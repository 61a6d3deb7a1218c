"""Finding the members that somebody might be: while typing, and for a whole sheet at once.

Candidates come from equal identifiers anywhere, from equal names anywhere, and from similar names
within a province and a block of first letters (``Member.name_block``); each then gets a score.
Nothing here says what a candidate outside the scope is called: callers show a hint only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from rapidfuzz import fuzz, process
from sqlalchemy import Row, Select, SQLColumnExpression, String, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.members import normalise
from registry.members.distinct import distinct_from
from registry.members.models import Member
from registry.members.queries import STANDS, visible
from registry.members.values import MemberValues
from registry.vault import keyed_hash

LIKELY = 40
"""Score from which a candidate is worth showing."""
CERTAIN = 60
"""Score from which a registration needs somebody to say that it is another person."""
IDENTICAL = 100
"""Score of an equal national ID, which nobody shares with somebody else."""
SIMILAR = 86
"""Likeness of names, 0–100, below which two names are different ones."""
APART = "\n"
"""No name has it: names are of one line."""


class Reason(StrEnum):
    """Why two records may be one person."""

    NATIONAL_ID = "national_id"
    PHONE = "phone"
    LINE_ID = "line_id"
    EMAIL = "email"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    BIRTH_YEAR = "birth_year"


REASON_NAMES = {
    Reason.NATIONAL_ID: _l("same national ID"),
    Reason.PHONE: _l("same telephone"),
    Reason.LINE_ID: _l("same LINE ID"),
    Reason.EMAIL: _l("same e-mail"),
    Reason.SAME_NAME: _l("same name"),
    Reason.SIMILAR_NAME: _l("similar name"),
    Reason.BIRTH_YEAR: _l("same birth year"),
}
POINTS = {Reason.PHONE: 45, Reason.LINE_ID: 45, Reason.EMAIL: 45, Reason.BIRTH_YEAR: 15}
NAME_POINTS = 50
OTHER_YEAR = -30
NAMES_ONLY = {Reason.SAME_NAME, Reason.SIMILAR_NAME}


@dataclass(frozen=True, slots=True)
class Probe:
    """What is known about somebody, normalised as in ``registry.members.normalise``."""

    name_key: str = ""
    name_block: str = ""
    province_code: str = ""
    birth_year: int | None = None
    national_id_hash: str | None = None
    phone: str | None = None
    line_id: str | None = None
    email: str | None = None

    @classmethod
    def of(cls, values: MemberValues) -> Probe:
        """The probe of a member's values."""
        return cls.told(values.as_dict())

    @classmethod
    def told(cls, values: Mapping[str, Any], names: tuple[str, str] | None = None) -> Probe:
        """The probe of values by field name; absent ones may be left out.

        Args:
            names: ``normalise.names_of`` the values, where somebody made them already.
        """
        tell, number = values.get, values.get("national_id")
        name, block = names or normalise.names_of(values)
        return cls(
            name_key=name,
            name_block=block,
            province_code=tell("province_code") or "",
            birth_year=tell("birth_year"),
            national_id_hash=keyed_hash(number) if number else None,
            phone=tell("phone"),
            line_id=tell("line_id"),
            email=tell("email"),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A member who may be the one probed for.

    Attributes:
        score: 0–100; 100 only for an equal national ID.
        reasons: the weightiest first.
        inside: whether the member may be seen; where not, show no more than the office.
    """

    member_id: int
    office_id: int
    score: int
    reasons: tuple[Reason, ...]
    inside: bool


_COLUMNS = (
    Member.id,
    Member.office_id,
    Member.province_code,
    Member.name_key,
    Member.name_block,
    Member.birth_year,
    Member.national_id_hash,
    Member.phone,
    Member.line_id,
    Member.email,
)
_EXACT: dict[str, InstrumentedAttribute[Any]] = {
    "national_id_hash": Member.national_id_hash,
    "phone": Member.phone,
    "line_id": Member.line_id,
    "email": Member.email,
    "name_key": Member.name_key,
}
_REASONS = {
    "phone": Reason.PHONE,
    "line_id": Reason.LINE_ID,
    "email": Reason.EMAIL,
}


def find_matches(
    scope: Scope,
    probes: Sequence[Probe],
    *,
    exclude: int | None = None,
    beyond: Collection[int] | None = None,
    limit: int = 5,
) -> list[list[Match]]:
    """The likely candidates of each probe, best first, at most ``limit`` each.

    A handful of statements serves any number of probes.

    Args:
        exclude: a member who is not a candidate, nor is anybody known to be somebody else than
            that one: the member being edited.
        beyond: the only members outside the scope that may be found; None for all of them.
    """
    query = select(*_COLUMNS, visible(scope).label("inside")).where(STANDS)
    if beyond is not None:
        query = query.where(or_(visible(scope), Member.id.in_(beyond)))
    equal, alike = _equal(query, probes), _alike(query, probes)
    others = distinct_from([exclude]).get(exclude, set()) if exclude else set[int]()
    found = []
    for place, probe in enumerate(probes):
        rows = {row.id: row for row in (*_equal_to(probe, equal), *alike.get(place, ()))}
        rows.pop(exclude or 0, None)
        matches = [match for row in rows.values() if (match := _compare(probe, row))]
        if others:
            matches = [m for m in matches if m.score == IDENTICAL or m.member_id not in others]
        found.append(sorted(matches, key=lambda match: (-match.score, match.member_id))[:limit])
    return found


Candidate = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]
Index = dict[tuple[str, str], list[Candidate]]


def _equal(query: Query, probes: Sequence[Probe]) -> Index:
    """Members with an identifier or a name of one of the probes, by what it is and its value."""
    found: Index = defaultdict(list)
    for name, column in _EXACT.items():
        wanted = {value for probe in probes if (value := getattr(probe, name))}
        for row in _fetch(query, column, wanted):
            found[name, getattr(row, name)].append(row)
    return found


def _equal_to(probe: Probe, index: Index) -> Iterator[Candidate]:
    for name in _EXACT:
        if value := getattr(probe, name):
            yield from index.get((name, value), ())


def _alike(query: Query, probes: Sequence[Probe]) -> dict[int, list[Candidate]]:
    """Members with names like a probe's in its province and block, by the probe's place."""
    pairs = [
        pair for province in _by_province(probes).items() for pair in _pairs(probes, *province)
    ]
    rows = {row.id: row for row in _fetch(query, Member.id, {member for _, member in pairs})}
    found: dict[int, list[Candidate]] = defaultdict(list)
    for place, member in pairs:
        if member in rows:
            found[place].append(rows[member])
    return found


Blocks = dict[str, list[int]]


def _by_province(probes: Sequence[Probe]) -> dict[str, Blocks]:
    """Places of the probes by province and block."""
    found: dict[str, Blocks] = defaultdict(lambda: defaultdict(list))
    for place, probe in enumerate(probes):
        if probe.name_key and probe.province_code:
            found[probe.province_code][probe.name_block].append(place)
    return found


def _pairs(probes: Sequence[Probe], province: str, blocks: Blocks) -> Iterator[tuple[int, int]]:
    """Places of probes with the ids of members whose names are like theirs."""
    for block, ids, names in _blocks(province, blocks):
        places = blocks[block]
        likeness = process.cdist(
            [probes[place].name_key for place in places],
            names,
            scorer=fuzz.ratio,
            score_cutoff=SIMILAR,
        )
        for row, column in zip(*likeness.nonzero(), strict=True):
            yield places[row], int(ids[column])


def _blocks(province: str, blocks: Blocks) -> Iterator[tuple[str, list[str], list[str]]]:
    """Ids and names of a province's members, block by block; a block comes as one long text.

    A row for each of a million members would cost ten times as much as all that follows.
    """
    table = Member.__table__.c
    columns = (cast(table.id, String), table.name_key)
    joined = (func.aggregate_strings(column, APART) for column in columns)
    query = select(table.name_block, *joined).where(table.province_code == province)
    for block, ids, names in _fetch(query.group_by(table.name_block), table.name_block, blocks):
        yield block, ids.split(APART), names.split(APART)


def _fetch(
    query: Query, column: SQLColumnExpression[Any], wanted: Collection[Any]
) -> Iterator[Candidate]:
    """The rows whose column has one of the wanted values."""
    yield from db.session.connection().execute(query.where(among(column, wanted)))


def _compare(probe: Probe, row: Candidate) -> Match | None:
    """Score a candidate; two different national IDs are two people."""
    known = probe.national_id_hash and row.national_id_hash
    if known and probe.national_id_hash != row.national_id_hash:
        return None
    if known:
        return _match(row, IDENTICAL, [Reason.NATIONAL_ID])
    score, reasons = _score(probe, row)
    more_than_name = bool(set(reasons) - NAMES_ONLY)
    shown = score >= LIKELY and (row.inside or more_than_name)
    return _match(row, min(score, 99), reasons) if shown else None


def _score(probe: Probe, row: Candidate) -> tuple[int, list[Reason]]:
    reasons = [
        reason
        for name, reason in _REASONS.items()
        if getattr(probe, name) and getattr(probe, name) == getattr(row, name)
    ]
    score = sum(POINTS[reason] for reason in reasons)
    years = (probe.birth_year, row.birth_year)
    likeness = _likeness(probe.name_key, row.name_key)
    if likeness:
        reasons.append(Reason.SAME_NAME if likeness == 100 else Reason.SIMILAR_NAME)
        score += round(NAME_POINTS * likeness / 100)
        score += OTHER_YEAR if all(years) and years[0] != years[1] else 0
    if reasons and years[0] and years[0] == years[1]:
        reasons.append(Reason.BIRTH_YEAR)
        score += POINTS[Reason.BIRTH_YEAR]
    return score, reasons


def _likeness(one: str, other: str) -> float:
    """0 for two different names, up to 100 for the same."""
    return fuzz.ratio(one, other, score_cutoff=SIMILAR) if one and other else 0.0


def _match(row: Candidate, score: int, reasons: list[Reason]) -> Match:
    return Match(row.id, row.office_id, score, tuple(reasons), bool(row.inside))
