"""Members whom only merges that were undone have moved on: all about them is as it was."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import undefer

from registry.db import db
from registry.members.models import Member, MemberMerge


def parted(theirs: ColumnElement[bool]) -> list[MemberMerge]:
    """Merges of some members that were undone, the oldest first.

    Args:
        theirs: condition on ``Member``.
    """
    ids = select(Member.id).where(theirs)
    query = select(MemberMerge).where(
        MemberMerge.undone_at.is_not(None),
        or_(MemberMerge.survivor_id.in_(ids), MemberMerge.merged_id.in_(ids)),
    )
    query = query.order_by(MemberMerge.id).options(undefer(MemberMerge.ledger))
    return list(db.session.scalars(query))


def as_before(merges: list[MemberMerge], left_at: Mapping[int, int]) -> set[int]:
    """Those of some members whose record nobody but these merges has changed.

    A merge notes a record's version before and after it, and its undo moves the version on by
    one: whatever else happened to the record shows as a version too many.

    Args:
        left_at: by member the version since which nothing else may have happened.
    """
    at = dict(left_at)
    for merge in merges:
        for table, before, after in merge.ledger:
            if table == Member.__tablename__ and at.get(before["id"]) == before["version"]:
                at[before["id"]] = after["version"] + 1
    moved = [number for number, version in at.items() if version != left_at[number]]
    query = select(Member.id, Member.version).where(Member.id.in_(moved))
    return {row.id for row in db.session.execute(query) if row.version == at[row.id]}
