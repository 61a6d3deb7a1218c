"""What a row says otherwise than the record of a member, and what an update makes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, select

from registry.bulk import among
from registry.db import db
from registry.members.models import Member, MemberKind
from registry.members.values import FIELDS

NOT_ASKED = frozenset({"name_raw", "national_id_reason", "guardian_name", "guardian_consent_on"})
PLACE = ("province_code", "district_code", "subdistrict_code", "postcode")
"""Fields that only make sense together."""

Known = Row[*tuple[Any, ...]]
"""A registered member's fields with id and version."""
_KNOWN = (Member.id, Member.version, *(getattr(Member, name) for name in FIELDS))


def known_members(wanted: Collection[int]) -> dict[int, Known]:
    """Members' fields by id."""
    query = select(*_KNOWN).where(among(Member.id, wanted))
    return {row.id: row for row in db.session.execute(query)}


def member_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row's values as a member's, by field name; what only says how somebody joined is left out.

    ``kind`` is told; of the rest only what the row says.
    """
    known = {name: values[name] for name in FIELDS if values.get(name) is not None}
    known.setdefault("kind", MemberKind.PERSON.value)
    if activity := values.get("activity"):
        known["joined_activity"] = activity
    return known


def differences(member: Member | Known, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields that the sheet says otherwise than the record: ``{field: (record, sheet)}``."""
    return {
        name: (getattr(member, name), value)
        for name, value in member_fields(values).items()
        if name not in NOT_ASKED and getattr(member, name) != value
    }


def updates_of(
    member: Member | Known, values: Mapping[str, Any], *, overwrite: bool
) -> dict[str, Any]:
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
