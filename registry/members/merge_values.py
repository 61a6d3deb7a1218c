"""Two records side by side: what is the same, what differs, what one adds to the other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.i18n import day, name_of
from registry.members.addresses import address_of
from registry.members.masks import mask_national_id, mask_phone
from registry.members.models import Member
from registry.members.values import MemberValues


class Likeness(StrEnum):
    """How a part of two records compares, seen from the one that stays."""

    SAME = "same"
    DIFFERS = "differs"
    ADDED = "added"
    ONLY_HERE = "only_here"


LIKENESS_NAMES = {
    Likeness.SAME: _l("same"),
    Likeness.DIFFERS: _l("differs"),
    Likeness.ADDED: _l("added"),
    Likeness.ONLY_HERE: _l("only here"),
}
NATIONAL_ID = "national_id"
PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": (_l("Name"), ("title", "first_name", "last_name", "name_raw")),
    NATIONAL_ID: (_l("National ID"), ("national_id", "national_id_reason")),
    "birth_year": (_l("Birth year (B.E.)"), ("birth_year",)),
    "phone": (_l("Telephone"), ("phone",)),
    "phone_other": (_l("Other telephone"), ("phone_other",)),
    "line_id": (_l("LINE ID"), ("line_id",)),
    "email": (_l("E-mail"), ("email",)),
    "address": (
        _l("Address"),
        ("house_no", "moo", "subdistrict_code", "district_code", "province_code", "postcode"),
    ),
    "network_type": (_l("Network type"), ("network_type",)),
    "occupation": (_l("Occupation"), ("occupation",)),
    "organisation": (_l("Organisation"), ("organisation",)),
    "position": (_l("Position"), ("position",)),
    "contact_name": (_l("Contact person"), ("contact_name",)),
    "skills": (_l("Skills"), ("skills",)),
    "notes": (_l("Notes"), ("notes",)),
    "joined_activity": (_l("Activity at which they joined"), ("joined_activity",)),
    "guardian": (_l("Guardian"), ("guardian_name", "guardian_consent_on")),
}
"""What is taken from one record or the other as a whole: its name and its fields."""


@dataclass(frozen=True)
class Line:
    """One part of two records.

    Attributes:
        here: what the record that stays holds, as shown to people; personal numbers are masked.
        there: what the other one holds.
    """

    part: str
    label: Any
    here: str
    there: str
    likeness: Likeness

    @property
    def choosable(self) -> bool:
        """Whether somebody has to choose; a national ID goes with the person."""
        return self.part != NATIONAL_ID and self.likeness in (Likeness.DIFFERS, Likeness.ADDED)


def compare(survivor: Member, merged: Member) -> list[Line]:
    """Every part that one of two records has, in the order of the form."""
    lines = []
    for part, (label, fields) in PARTS.items():
        here, there = _held(survivor, fields), _held(merged, fields)
        if any(here) or any(there):
            shown = _shown(part, survivor), _shown(part, merged)
            lines.append(Line(part, label, *shown, _likeness(here, there)))
    return lines


def _held(member: Member, fields: tuple[str, ...]) -> list[Any]:
    return [getattr(member, name) or None for name in fields if name != "name_raw"]


def _likeness(here: list[Any], there: list[Any]) -> Likeness:
    if here == there:
        return Likeness.SAME
    if not any(there):
        return Likeness.ONLY_HERE
    return Likeness.DIFFERS if any(here) else Likeness.ADDED


def combined(survivor: Member, merged: Member, takes: Collection[str]) -> MemberValues:
    """What the record that stays will hold.

    Args:
        takes: the parts that come from the other record; a national ID comes by itself.
    """
    parts = set(takes) - {NATIONAL_ID}
    if survivor.national_id is None and merged.national_id is not None:
        parts.add(NATIONAL_ID)
    fields = [name for part in parts for name in PARTS[part][1]]
    values: dict[str, Any] = {name: getattr(merged, name) for name in fields}
    return replace(MemberValues.of(survivor), **values)


def _shown(part: str, member: Member) -> str:
    if part == "address":
        return address_of(member)
    if part == "name":
        return member.display_name
    if part == "guardian" and member.guardian_name:
        on = day(member.guardian_consent_on) if member.guardian_consent_on else "–"
        return f"{member.guardian_name} ({_('agreed on %(day)s', day=on)})"
    if part == "network_type":
        return str(name_of(member.type))
    value = getattr(member, PARTS[part][1][0])
    if part == "birth_year" and value:
        return str(value + 543)
    masks = {NATIONAL_ID: mask_national_id, "phone": mask_phone, "phone_other": mask_phone}
    return str(masks[part](value) if part in masks else value or "")
