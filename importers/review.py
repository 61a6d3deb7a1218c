"""Rows of a plan as people review them: names instead of codes, and what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from string import digits
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from importers.codes import Code, Severity
from importers.differences import differences, updates_of
from importers.fields import FIELD_NAMES, Field
from importers.models import Decision, ImportRow
from importers.results import Problem
from importers.samples import NATIONAL_ID
from importers.thai.gazetteer import name_of as place_name
from importers.thai.text import arabic
from registry.access.models import Office
from registry.access.scope import Scope
from registry.channels.models import CHANNEL_KIND_NAMES, ChannelKind
from registry.db import db
from registry.i18n import day, name_of
from registry.members.duplicates import REASON_NAMES, Reason
from registry.members.masks import mask_national_id, mask_phone
from registry.members.models import Member
from registry.members.queries import members_by_ids, network_types
from registry.periods.wording import BE_OFFSET

LABELS = {
    "province_code": Field.PROVINCE,
    "district_code": Field.DISTRICT,
    "subdistrict_code": Field.SUBDISTRICT,
    "joined_activity": Field.ACTIVITY,
}
HIDDEN = "•••"
"""Stands for the figures of a national ID that are not shown."""
PLACES = frozenset({"province_code", "district_code", "subdistrict_code"})


@dataclass(frozen=True)
class Candidate:
    """A member who may be the one in the row; ``member`` is absent where only a hint is due."""

    score: int
    reasons: list[str]
    member: Member | None
    office: Office


@dataclass(frozen=True)
class Alike:
    """An earlier row of the sheet that may be the same person."""

    row: int
    name: str
    place: str
    birth_year: int | None
    phone: str | None


@dataclass(frozen=True)
class Change:
    """What record and sheet say differently; ``taken`` where the sheet's word counts."""

    label: str
    record: str
    sheet: str
    taken: bool


@dataclass(frozen=True)
class CellInput:
    """A doubtful cell that can be corrected on the page.

    Attributes:
        label: the header of its column.
        stands: what is in the sheet; nothing where it may not be shown.
        offered: what the field holds to begin with: the proposal, if there is one.
    """

    address: str
    label: str
    stands: str
    offered: str
    secret: bool

    @property
    def letter(self) -> str:
        """The letters of its column."""
        return self.address.rstrip(digits)


_NOTHING = CellInput("", "", "", "", secret=False)


@dataclass
class Shown:
    """A row with everything that its line on the page says.

    ``member_id`` is whom it changed or brought.
    """

    row: ImportRow
    member_id: int | None
    name: str
    place: str
    type: str
    channels: list[str]
    doubts: list[Problem] = field(default_factory=list)
    repairs: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    cells: list[CellInput] = field(default_factory=list)
    alike: Alike | None = None


def show_rows(scope: Scope, rows: Sequence[ImportRow]) -> list[Shown]:
    """Lines of the review page; members outside the scope are not named.

    Args:
        scope: of the person who looks.
    """
    numbers = {row.member_id for row in rows if row.member_id}
    numbers |= {found["member_id"] for row in rows for found in row.matches if found["inside"]}
    members = {member.id: member for member in members_by_ids(scope, sorted(numbers))}
    came = _came_from(rows)
    offices = {office.id: office for office in db.session.scalars(select(Office))}
    types = {row.code: name_of(row) for row in network_types()}
    shown = [_shown(row, came.get(row.row), members, offices, types) for row in rows]
    _show_alike(shown)
    return shown


def _show_alike(lines: Sequence[Shown]) -> None:
    """Beside each row the earlier one of its sheet that it is like."""
    like = {one.row.row: number for one in lines for number in _like(one)}
    if not like:
        return
    query = select(ImportRow).where(
        ImportRow.batch_id.in_({one.row.batch_id for one in lines}),
        ImportRow.row.in_(set(like.values())),
    )
    first = {row.row: _alike(row) for row in db.session.scalars(query)}
    for one in lines:
        one.alike = first.get(like.get(one.row.row, 0))


def _like(one: Shown) -> list[int]:
    return [int(doubt.params["row"]) for doubt in one.doubts if doubt.code is Code.ALIKE_IN_FILE]


def _alike(row: ImportRow) -> Alike:
    tell = row.values.get
    name, place = _name(row.values), _place(row.values)
    return Alike(row.row, name, place, tell("birth_year"), tell("phone"))


def _came_from(rows: Sequence[ImportRow]) -> dict[int, int]:
    """The members who came from rows of one batch, by the rows' numbers."""
    query = select(Member.source_row, Member.id).where(
        Member.batch_id.in_({row.batch_id for row in rows}),
        Member.source_row.in_([row.row for row in rows]),
    )
    return {number: member for number, member in db.session.execute(query) if number}


def _shown(
    row: ImportRow,
    came: int | None,
    members: Mapping[int, Member],
    offices: Mapping[int, Office],
    types: Mapping[str, str],
) -> Shown:
    values = row.values
    shown = Shown(
        row=row,
        member_id=row.member_id or came,
        name=_name(values),
        place=_place(values),
        type=types.get(values.get("network_type", ""), ""),
        channels=[_channel(channel) for channel in values.get("channels", [])],
    )
    for problem in row.remarks:
        _kept_apart(shown, problem.severity).append(problem)
    shown.cells = _cells(shown.doubts, row.originals)
    member = members.get(row.member_id or 0)
    if member is not None and row.before is None:
        overwrite = row.decision == Decision.OVERWRITE
        shown.changes = changes_of(member, values, types, overwrite=overwrite)
    shown.candidates = [_candidate(found, members, offices) for found in row.matches]
    return shown


def _cells(doubts: Sequence[Problem], originals: Mapping[str, str]) -> list[CellInput]:
    """One input for each doubtful cell, prefilled with the first proposal for it."""
    found: dict[str, CellInput] = {}
    for problem in doubts:
        if not problem.cell or found.get(problem.cell, _NOTHING).offered:
            continue
        text = originals.get(problem.column, "")
        secret = HIDDEN in problem.value or bool(NATIONAL_ID.search(arabic(text)))
        stands = "" if secret else text
        proposal = problem.proposal or ""
        offered = proposal if proposal and HIDDEN not in proposal else stands
        found[problem.cell] = CellInput(problem.cell, problem.column, stands, offered, secret)
    return list(found.values())


def _kept_apart(shown: Shown, severity: Severity) -> list[Problem]:
    if severity >= Severity.QUESTION:
        return shown.doubts
    return shown.repairs if severity is Severity.REPAIR else shown.notices


def _name(values: Mapping[str, Any]) -> str:
    given = f"{values.get('title') or ''}{values.get('first_name') or ''}"
    whole = f"{given} {values.get('last_name') or ''}".strip()
    return whole or values.get("name_raw") or _("(no name)")


def _place(values: Mapping[str, Any]) -> str:
    codes = [values.get(name) for name in ("district_code", "province_code")]
    return " ".join(place_name(code) for code in codes if code)


def _channel(channel: Mapping[str, Any]) -> str:
    kind = str(CHANNEL_KIND_NAMES[ChannelKind(channel["kind"])])
    many = channel.get("audience")
    audience = "" if many is None else " " + _("%(count)s people", count=f"{many:,}")
    return f"{kind}: {channel.get('name') or channel.get('url') or '–'}{audience}"


def changes_of(
    member: Member, values: Mapping[str, Any], types: Mapping[str, str], *, overwrite: bool
) -> list[Change]:
    """What would change in a record, and what the record keeps saying otherwise."""
    taken = updates_of(member, values, overwrite=overwrite)
    return [
        Change(label_of(name), _text(name, old, types), _text(name, new, types), name in taken)
        for name, (old, new) in differences(member, values).items()
    ]


def label_of(name: str) -> str:
    """The name of a member's field in the language at hand."""
    known = LABELS.get(name) or (Field(name) if name in set(Field) else None)
    return str(FIELD_NAMES[known]) if known else name


def _text(name: str, value: Any, types: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "–"
    if name in PLACES:
        return place_name(value)
    if name == "national_id":
        return mask_national_id(value)
    if name == "phone":
        return mask_phone(value)
    if name == "birth_year":
        return str(value + BE_OFFSET)
    if name == "network_type":
        return types.get(value, value)
    return day(value) if isinstance(value, date) else str(value)


def _candidate(
    found: Mapping[str, Any], members: Mapping[int, Member], offices: Mapping[int, Office]
) -> Candidate:
    return Candidate(
        score=found["score"],
        reasons=[str(REASON_NAMES[Reason(reason)]) for reason in found["reasons"]],
        member=members.get(found["member_id"]) if found["inside"] else None,
        office=offices[found["office_id"]],
    )
