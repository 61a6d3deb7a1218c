"""Comparing the rows of a sheet with the registry, and with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from importers.codes import Code
from importers.results import Problem, RowResult, Status
from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import db
from registry.geography.models import Province
from registry.i18n import name_of
from registry.members import normalise
from registry.members.duplicates import CERTAIN, Match, Probe, find_matches
from registry.members.models import Member
from registry.members.queries import changeable
from registry.members.values import FIELDS, MemberValues, is_minor
from registry.networks.queries import networks_in

SAME = 95
"""Score from which a row is that member: an equal national ID, or an equal name and telephone."""
IDENTICAL = 100
"""Score of an equal national ID, which nobody shares with somebody else."""
CHUNK = 500
NOT_ASKED = frozenset({"name_raw", "national_id_reason", "guardian_name", "guardian_consent_on"})
PLACE = ("province_code", "district_code", "subdistrict_code", "postcode")
"""Fields that only make sense together."""


@dataclass
class Compared:
    """A row with what the registry knows about it."""

    result: RowResult
    matches: list[Match] = field(default_factory=list)
    member: Member | None = None


def member_values(values: Mapping[str, Any]) -> MemberValues:
    """A row's values as a member's; what only says how somebody joined is left out."""
    known = {name: values[name] for name in FIELDS if values.get(name) is not None}
    return MemberValues(**known | {"joined_activity": values.get("activity")})


def compare(
    scope: Scope, results: Sequence[RowResult], today: date, *, strangers: int | None = None
) -> list[Compared]:
    """Decide for every row: new, update, unchanged, possible duplicate or (still) error.

    Args:
        strangers: of how many members of other offices it may tell; None for any number.
    """
    _check_area(scope, results, today)
    _twice_in_file(results)
    compared = [Compared(result) for result in results]
    asked = [one for one in compared if one.result.status is not Status.ERROR]
    probes = [Probe.of(member_values(one.result.values)) for one in asked]
    for one, matches in zip(asked, find_matches(scope, probes), strict=True):
        one.matches = matches
    _only_own(scope, asked)
    if strangers is not None:
        _tell_at_most(asked, strangers)
    members = _members(asked)
    offices = {office.id: name_of(office) for office in db.session.scalars(select(Office))}
    for one in asked:
        _decide(one, members, offices)
    _one_row_each(asked)
    return compared


def _only_own(scope: Scope, compared: Sequence[Compared]) -> None:
    """A member whom the office sees but does not look after is as far away as one elsewhere."""
    inside = {found.member_id for one in compared for found in one.matches if found.inside}
    own: set[int] = set()
    ids = sorted(inside)
    for start in range(0, len(ids), CHUNK):
        some = Member.id.in_(ids[start : start + CHUNK])
        own |= set(db.session.scalars(select(Member.id).where(some, changeable(scope))))
    for one in compared:
        one.matches = [replace(found, inside=found.member_id in own) for found in one.matches]


def _tell_at_most(compared: Sequence[Compared], strangers: int) -> None:
    """Keep silent about more members of other offices than allowed: a sheet is no directory."""
    told: set[int] = set()
    for one in compared:
        kept = []
        for found in one.matches:
            if not found.inside and found.member_id not in told:
                if len(told) >= strangers:
                    continue
                told.add(found.member_id)
            kept.append(found)
        one.matches = kept


def _one_row_each(compared: Sequence[Compared]) -> None:
    """Of two rows that are the same member the second is refused."""
    seen: dict[int, int] = {}
    for one in compared:
        if one.member is None:
            continue
        first = seen.setdefault(one.member.id, one.result.row)
        if first != one.result.row:
            one.member = None
            remark(one.result, Code.TWICE_IN_FILE, row=first)
            one.result.settle()


def _check_area(scope: Scope, results: Sequence[RowResult], today: date) -> None:
    names = dict(db.session.execute(select(Province.code, Province.name_th)).all())
    for result in results:
        province = result.values.get("province_code")
        if province and not scope.covers(province):
            remark(result, Code.PROVINCE_OUTSIDE, province=names.get(province, province))
        joined = result.values.get("joined_on") or today
        if result.values.get("kind") != "organisation" and is_minor(
            result.values.get("birth_year"), joined
        ):
            remark(result, Code.GUARDIAN_MISSING)
        result.settle()


def remark(result: RowResult, code: Code, **params: str | int) -> None:
    """Add a remark on a whole row."""
    result.problems.append(Problem(result.row, "", "", code, params=params))


def _twice_in_file(results: Sequence[RowResult]) -> None:
    """The second row with the same national ID, or the same name and telephone, is refused."""
    seen: dict[tuple[str, ...], int] = {}
    for result in results:
        if result.status is Status.ERROR:
            continue
        for key in _identities(result.values):
            if key in seen:
                remark(result, Code.TWICE_IN_FILE, row=seen[key])
                result.settle()
                break
        for key in _identities(result.values):
            seen.setdefault(key, result.row)


def _identities(values: Mapping[str, Any]) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = []
    if values.get("national_id"):
        keys.append(("id", str(values["national_id"])))
    name = normalise.key(f"{values.get('first_name', '')} {values.get('last_name') or ''}")
    for contact in ("phone", "line_id", "email"):
        if name and values.get(contact):
            keys.append((contact, name, str(values[contact])))
    return keys


def _members(compared: Sequence[Compared]) -> dict[int, Member]:
    wanted = {here.member_id for one in compared if (here := _likeliest(one, inside=True))}
    found: dict[int, Member] = {}
    ids = sorted(wanted)
    for start in range(0, len(ids), CHUNK):
        query = select(Member).where(Member.id.in_(ids[start : start + CHUNK]))
        found |= {member.id: member for member in db.session.scalars(query)}
    return found


def _likeliest(one: Compared, *, inside: bool) -> Match | None:
    """The best match of the own office, or of another one; the matches are in order."""
    return next((found for found in one.matches if found.inside is inside), None)


def _decide(one: Compared, members: dict[int, Member], offices: dict[int, str]) -> None:
    """Judge the best own member first; one elsewhere counts only where it is (nearly) certain."""
    here, there = (_likeliest(one, inside=inside) for inside in (True, False))
    if there and there.score < CERTAIN:
        there = None
    if here and here.score >= SAME and not (there and there.score == IDENTICAL > here.score):
        one.member = members[here.member_id]
        same = not differences(one.member, one.result.values)
        _unless_asked(one.result, Status.UNCHANGED if same else Status.UPDATE)
    elif here or there:
        _ask(one.result, here, there, offices)
    else:
        _unless_asked(one.result, Status.NEW)


def _ask(
    result: RowResult, here: Match | None, there: Match | None, offices: dict[int, str]
) -> None:
    """A person decides whether the row is somebody who is registered."""
    result.status = Status.POSSIBLE_DUPLICATE
    if here:
        remark(result, Code.POSSIBLY_REGISTERED, score=here.score)
    if there:
        remark(result, Code.ALREADY_ELSEWHERE, office=offices[there.office_id])


def _unless_asked(result: RowResult, status: Status) -> None:
    """A row with an open question stays ambiguous until a person has answered it."""
    if result.status is not Status.AMBIGUOUS or status is Status.UNCHANGED:
        result.status = status


def differences(member: Member, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields that the sheet says otherwise than the record: ``{field: (record, sheet)}``."""
    sheet = member_values(values).as_dict()
    return {
        name: (getattr(member, name), value)
        for name, value in sheet.items()
        if value is not None and name not in NOT_ASKED and getattr(member, name) != value
    }


def updates_of(member: Member, values: Mapping[str, Any], *, overwrite: bool) -> dict[str, Any]:
    """What an update writes: blanks are filled; with ``overwrite`` the sheet wins everywhere.

    A place is taken as a whole or not at all: half of one and half of another is nowhere.
    """
    changes = differences(member, values)
    if overwrite:
        wanted = {name: new for name, (_, new) in changes.items()}
        moved = any(name in changes for name in PLACE)
        return wanted | ({name: values.get(name) for name in PLACE} if moved else {})
    wanted = {name: new for name, (old, new) in changes.items() if old is None}
    if any(name in changes and changes[name][0] is not None for name in PLACE):
        wanted = {name: new for name, new in wanted.items() if name not in PLACE}
    return wanted


def networks_by_name(scope: Scope) -> dict[str, list[tuple[int, str | None]]]:
    """Active networks of the offices in scope by the key of their name: ``[(id, province)]``."""
    found: dict[str, list[tuple[int, str | None]]] = {}
    for network in networks_in(scope):
        found.setdefault(normalise.key(network.name), []).append(
            (network.id, network.province_code)
        )
    return found
