"""Changing many members' records at once, as :func:`registry.members.services.update` would.

Only what changes neither province nor network type: those begin a new span, one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from registry.audit.actions import Action
from registry.audit.services import Actor, Happened, record_many
from registry.bulk import among, update_rows
from registry.db import Base, db
from registry.geography.models import District, Province, Subdistrict
from registry.members import normalise
from registry.members.models import Member, NetworkType
from registry.members.services import changes_of, check_values, claim_national_id
from registry.members.values import MemberValues

CHECKED: Mapping[str, InstrumentedAttribute[str]] = {
    "network_type": NetworkType.code,
    "province_code": Province.code,
    "district_code": District.code,
    "subdistrict_code": Subdistrict.code,
}
MOVES = ("province_code", "network_type")


@dataclass(frozen=True)
class Change:
    """A record's values before and after; ``version`` is the one before."""

    member_id: int
    version: int
    before: MemberValues
    after: MemberValues

    @property
    def moves(self) -> bool:
        """Whether it changes where or as what the member counts."""
        return any(getattr(self.before, name) != getattr(self.after, name) for name in MOVES)


def versions_for_update(ids: Collection[int]) -> dict[int, int]:
    """The versions of members at this moment; whoever changes one of them waits."""
    query = select(Member.id, Member.version).where(among(Member.id, ids)).order_by(Member.id)
    return {row.id: row.version for row in db.session.execute(query.with_for_update())}


def change_many(actor: Actor, changes: Sequence[Change], on: date) -> None:
    """Write changes that do not move anybody; their versions were checked by the caller.

    Raises:
        Refused: a value is impossible.
        AlreadyRegistered: a national ID belongs to somebody.
    """
    now, by_columns = datetime.now(UTC), defaultdict(list)
    looked_up = _look_up([change.after for change in changes])
    for change in changes:
        check_values(change.after, on)
        written = _written(change) | {"version": change.version + 1, "updated_at": now}
        by_columns[tuple(written)].append((change.member_id, *written.values()))
    for names, rows in by_columns.items():
        update_rows(Member, names, rows)
    looked_up.clear()
    record_many(actor, Action.MEMBER_UPDATE, "member", [_happened(one) for one in changes])


def _look_up(values: Sequence[MemberValues]) -> list[Base]:
    """What the checks ask for one by one: the session knows it as long as somebody holds it."""
    held: list[Base] = []
    for name, key in CHECKED.items():
        codes = {code for one in values if (code := getattr(one, name))}
        held += db.session.scalars(select(key.class_).where(among(key, codes)))
    return held


def _written(change: Change) -> dict[str, Any]:
    """The columns that a change writes, those that follow from others included."""
    before, after = change.before.as_dict(), change.after.as_dict()
    written = {name: value for name, value in after.items() if before[name] != value}
    if any(name in written for name in normalise.NAMES):
        written |= normalise.derived(**{name: after[name] for name in normalise.NAMES})
    if "national_id" in written:
        number = written["national_id"]
        written["national_id_hash"] = claim_national_id(number, change.member_id)
    return written


def _happened(change: Change) -> Happened:
    said: Mapping[str, Any] = changes_of(change.before, change.after)
    details = {"fields": sorted(said)}
    return Happened(change.member_id, change.after.province_code, dict(said), details)
