"""Comparing the rows of a sheet with the registry, and with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from importers.codes import Code, Severity, severity_of
from importers.differences import Known, differences, known_members
from importers.earlier import Earlier
from importers.lines import Line
from importers.results import Problem, RowResult, Status
from registry.access.models import Office
from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.geography.models import Province
from registry.i18n import name_of
from registry.members import normalise
from registry.members.distinct import distinct_from
from registry.members.duplicates import CERTAIN, IDENTICAL, Match, Probe, find_matches
from registry.members.models import Member
from registry.members.queries import changeable
from registry.members.values import is_minor
from registry.networks.queries import networks_in

SAME = 95
"""Score from which a row is that member: an equal national ID, or an equal name and telephone."""
AT_ONCE = 20_000
"""Rows about which the registry is asked at once; those of one province lie together."""
NOBODY = Probe()


@dataclass
class Compared:
    """A row with what the registry knows about it.

    ``recognised``: it is the best own match, though its score alone would be a question;
    ``alike``: an earlier row of the sheet that may be the same person.
    """

    result: RowResult
    matches: list[Match] = field(default_factory=list)
    member: Known | None = None
    recognised: bool = False
    alike: int | None = None


@dataclass(slots=True)
class Subject:
    """What is kept of a row while all others are read: who it is, and what is said about it.

    Attributes:
        problems: those that the sheet alone does not tell.
        alike: an earlier row of the sheet that may be the same person.
    """

    row: int
    status: Status
    consent: bool
    probe: Probe = NOBODY
    problems: Sequence[Problem] = ()
    network_id: int | None = None
    matches: Sequence[Match] = ()
    alike: int | None = None

    @property
    def plain(self) -> bool:
        """Whether neither the registry nor another row has anything to add to what it says."""
        return not (self.problems or self.network_id or self.matches or self.alike)


class Comparison:
    """Compares a sheet's rows with the registry and with each other, in two passes.

    The first pass (:meth:`add`) keeps of each row only what tells it from others; :meth:`find`
    then asks the registry about all of them at once; the second pass (:meth:`judge`) says of
    every row: new, update, unchanged, possible duplicate or (still) error.

    Args:
        strangers: of how many members of other offices it may tell; None for any number.
    """

    def __init__(self, scope: Scope, today: date, *, strangers: int | None = None) -> None:
        self.scope, self.today, self.strangers = scope, today, strangers
        self.subjects: list[Subject] = []
        self._earlier = Earlier()
        self._row_of: dict[int, int] = {}
        provinces = select(Province.code, Province.name_th)
        self._provinces = dict(db.session.execute(provinces).all())
        self._offices = {
            office.id: name_of(office) for office in db.session.scalars(select(Office))
        }
        self._networks = networks_by_name(scope)

    def add(self, line: Line) -> None:
        """Take the next row of the sheet in."""
        row, status, values, names = line.told()
        subject = Subject(row, status, values["consent"] is True)
        subject.network_id = self._network(subject, values)
        self._check_area(subject, values)
        if subject.status is not Status.ERROR:
            subject.probe = Probe.told(values, names)
            self._check_twice(subject, values)
        self.subjects.append(subject)

    def find(self) -> None:
        """Ask the registry about the rows that were added."""
        self._earlier = Earlier()
        asked = [one for one in self.subjects if one.status is not Status.ERROR]
        by_province = sorted(asked, key=lambda one: one.probe.province_code)
        for start in range(0, len(asked), AT_ONCE):
            some = by_province[start : start + AT_ONCE]
            probes = [one.probe for one in some]
            for one, matches in zip(some, find_matches(self.scope, probes), strict=True):
                one.matches = matches
        found = [one for one in asked if one.matches]
        _only_own(self.scope, found)
        if self.strangers is not None:
            _tell_at_most(found, self.strangers)
        for one in self.subjects:
            one.probe = NOBODY

    def judge(self, lines: Sequence[Line], start: int) -> list[Compared | None]:
        """Some rows again, in the order of the sheet, as they are planned; None for a plain one.

        Args:
            start: how many rows came before them.
        """
        subjects = self.subjects[start : start + len(lines)]
        compared = [
            None if subject.plain else _again(line, subject)
            for line, subject in zip(lines, subjects, strict=True)
        ]
        asked = [one for one in compared if one and one.result.status is not Status.ERROR]
        _leave_out(asked)
        likely = (_likeliest(one, inside=True) for one in asked)
        members = known_members({found.member_id for found in likely if found})
        for one in asked:
            _decide(one, members, self._offices)
        self._one_row_each(asked)
        return compared

    def strangers_told(self) -> set[int]:
        """Members of other offices of whom the plan tells."""
        matches = (found for one in self.subjects for found in one.matches)
        return {found.member_id for found in matches if not found.inside}

    def _network(self, subject: Subject, values: Mapping[str, Any]) -> int | None:
        """The id of the network that a row names, where it is known."""
        name = values.get("network")
        if not name:
            return None
        found = self._networks.get(normalise.key(name), [])
        here = [number for number, where in found if where == values.get("province_code")]
        chosen = here or [number for number, _ in found]
        if len(chosen) == 1:
            return chosen[0]
        remark(subject, Code.NETWORK_UNKNOWN, text=str(name)[:80])
        return None

    def _check_area(self, subject: Subject, values: Mapping[str, Any]) -> None:
        province = values.get("province_code")
        if province and not self.scope.covers(province):
            name = self._provinces.get(province, province)
            remark(subject, Code.PROVINCE_OUTSIDE, province=name)
        person, born = values.get("kind") != "organisation", values.get("birth_year")
        if person and born and is_minor(born, joined_on(values, self.today)):
            remark(subject, Code.GUARDIAN_MISSING)

    def _check_twice(self, subject: Subject, values: Mapping[str, Any]) -> None:
        """The second row of one person is refused; one that may be the same is asked about."""
        first, subject.alike = self._earlier.rows(subject.row, subject.probe, values)
        if first is not None:
            remark(subject, Code.TWICE_IN_FILE, row=first)

    def _one_row_each(self, compared: Sequence[Compared]) -> None:
        """Of two rows that are the same member the second is refused."""
        for one in compared:
            if one.member is None:
                continue
            first = self._row_of.setdefault(one.member.id, one.result.row)
            if first != one.result.row:
                one.member = None
                remark(one.result, Code.TWICE_IN_FILE, row=first)


def joined_on(values: Mapping[str, Any], today: date) -> date:
    """The day on which a row's member joined; today where nobody said."""
    told = values.get("joined_on")
    return date.fromisoformat(told) if isinstance(told, str) else told or today


def _only_own(scope: Scope, subjects: Sequence[Subject]) -> None:
    """A member whom the office sees but does not look after is as far away as one elsewhere."""
    inside = {found.member_id for one in subjects for found in one.matches if found.inside}
    query = select(Member.id).where(among(Member.id, inside), changeable(scope))
    own = set(db.session.scalars(query))
    for one in subjects:
        one.matches = [replace(found, inside=found.member_id in own) for found in one.matches]


def _tell_at_most(subjects: Sequence[Subject], strangers: int) -> None:
    """Keep silent about more members of other offices than allowed: a sheet is no directory.

    Whoever has the very national ID is told of all the same: that row could never come in.
    """
    told: set[int] = set()
    for one in subjects:
        kept = []
        for found in one.matches:
            if not found.inside and found.member_id not in told:
                if len(told) >= strangers and found.score < IDENTICAL:
                    continue
                told.add(found.member_id)
            kept.append(found)
        one.matches = kept


def remark(told: RowResult | Subject, code: Code, **params: str | int) -> None:
    """Add a remark on a whole row; an error keeps it out."""
    told.problems = [*told.problems, Problem(told.row, "", "", code, params=params)]
    if severity_of(code) is Severity.ERROR:
        told.status = Status.ERROR


def _again(line: Line, subject: Subject) -> Compared:
    result = line.result()
    result.problems.extend(subject.problems)
    result.status = subject.status
    if subject.network_id:
        result.values["network_id"] = subject.network_id
    return Compared(result, list(subject.matches), alike=subject.alike)


def _likeliest(one: Compared, *, inside: bool) -> Match | None:
    """The best match of the own office, or of another one; the matches are in order."""
    return next((found for found in one.matches if found.inside is inside), None)


def _leave_out(compared: Sequence[Compared]) -> None:
    """Where it is clear who a row is, leave out whom somebody told apart from that member."""
    several = [one for one in compared if len(one.matches) > 1]
    apart = distinct_from({found.member_id for one in several for found in one.matches})
    told = [one for one in several if any(found.member_id in apart for found in one.matches)]
    inside = (found for one in told for found in one.matches if found.inside)
    members = known_members({found.member_id for found in inside})
    for one in told:
        here, known = _likeliest(one, inside=True), _recognised(one, members, apart)
        who, one.recognised = known or here, known is not None
        if who and (known or who.score >= SAME):
            others = apart.get(who.member_id, set())
            one.matches = [
                m for m in one.matches if m.score == IDENTICAL or m.member_id not in others
            ]


def _recognised(
    one: Compared, members: Mapping[int, Known], apart: Mapping[int, set[int]]
) -> Match | None:
    """The one likely member whose record says all that the row says, told apart from all others.

    Without that earlier word about the others it would be no more than a possible duplicate.
    """
    ids = {found.member_id for found in one.matches}
    likely = (found for found in one.matches if found.inside and found.score >= CERTAIN)
    equal = [m for m in likely if not differences(members[m.member_id], one.result.values)]
    if len(equal) != 1 or one.matches[0].score == IDENTICAL:
        return None
    who = equal[0]
    return who if ids - {who.member_id} <= apart.get(who.member_id, set()) else None


def _decide(one: Compared, members: dict[int, Known], offices: dict[int, str]) -> None:
    """Judge the best own member first; one elsewhere counts only where it is (nearly) certain."""
    here, there = (_likeliest(one, inside=inside) for inside in (True, False))
    if there and there.score < CERTAIN:
        there = None
    sure = here and (here.score >= SAME or one.recognised)
    if here and sure and not (there and there.score == IDENTICAL > here.score):
        one.member = members[here.member_id]
        same = not differences(one.member, one.result.values)
        _unless_asked(one.result, Status.UNCHANGED if same else Status.UPDATE)
    elif here or there or one.alike:
        _ask(one, here, there, offices)
    else:
        _unless_asked(one.result, Status.NEW)


def _ask(one: Compared, here: Match | None, there: Match | None, offices: dict[int, str]) -> None:
    """A person decides whether the row is somebody who is registered, or stands above already."""
    result = one.result
    result.status = Status.POSSIBLE_DUPLICATE
    if here:
        remark(result, Code.POSSIBLY_REGISTERED, score=here.score)
    if there:
        remark(result, Code.ALREADY_ELSEWHERE, office=offices[there.office_id])
    if one.alike:
        remark(result, Code.ALIKE_IN_FILE, row=one.alike)


def _unless_asked(result: RowResult, status: Status) -> None:
    """A row with an open question stays ambiguous until a person has answered it."""
    if result.status is not Status.AMBIGUOUS or status is Status.UNCHANGED:
        result.status = status


def settled(status: Status) -> Status:
    """What a row is of whom the registry knows nobody."""
    return Status.NEW if status is Status.READY else status


def networks_by_name(scope: Scope) -> dict[str, list[tuple[int, str | None]]]:
    """Active networks of the offices in scope by the key of their name: ``[(id, province)]``."""
    found: dict[str, list[tuple[int, str | None]]] = {}
    for network in networks_in(scope):
        found.setdefault(normalise.key(network.name), []).append(
            (network.id, network.province_code)
        )
    return found
