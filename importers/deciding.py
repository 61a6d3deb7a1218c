"""Decisions of people about rows that wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.results import Status
from registry.db import db
from registry.errors import Refused
from registry.members.models import Member

ALLOWED = {
    Status.NEW: {Decision.SKIP},
    Status.UPDATE: {Decision.SKIP, Decision.OVERWRITE},
    Status.POSSIBLE_DUPLICATE: {Decision.SKIP, Decision.DIFFERENT, Decision.SAME},
    Status.AMBIGUOUS: {Decision.SKIP, Decision.ACCEPT},
}
SAME_NUMBER = 100
"""Score of a match by an equal national ID, which nobody shares with somebody else."""


def decide(
    batch: ImportBatch,
    rows: Sequence[int] | None,
    status: Status,
    decision: Decision | None,
    *,
    member_id: int | None = None,
) -> int:
    """Decide about rows of one status: those named, or all that have not been decided.

    Args:
        decision: ``None`` takes the decisions back.
        member_id: for "the same person": which of the possible members; the likeliest without.

    Returns:
        How many rows took the decision.

    Raises:
        Refused: the decision does not fit a row, or the batch is not under review.
    """
    batch.lock()
    if batch.as_state is not BatchState.PLANNED:
        raise Refused(_("This import is not waiting for decisions; reload the page."))
    if decision is not None and decision not in ALLOWED.get(status, set()):
        raise Refused(_("Rows of this kind cannot be decided that way; choose one of the buttons."))
    chosen = _chosen(batch, rows, status, decision)
    if decision is Decision.SAME:
        return _same(batch, db.session.scalars(chosen).all(), member_id, named=rows is not None)
    if decision is Decision.DIFFERENT:
        return _different(db.session.scalars(chosen).all(), named=rows is not None)
    return _set(chosen, status, decision)


def _chosen(
    batch: ImportBatch, rows: Sequence[int] | None, status: Status, decision: Decision | None
) -> Select[ImportRow]:
    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.status == status.value
    )
    if rows is not None:
        return query.where(ImportRow.row.in_(rows)).order_by(ImportRow.row)
    waiting = ImportRow.decision.is_(None)
    return query.where(~waiting if decision is None else waiting).order_by(ImportRow.row)


def _set(chosen: Select[ImportRow], status: Status, decision: Decision | None) -> int:
    values: dict[str, Any] = {"decision": decision.value if decision else None}
    if status is Status.POSSIBLE_DUPLICATE:
        values |= {"member_id": None, "member_version": None}
    ids = chosen.with_only_columns(ImportRow.id).order_by(None)
    statement = update(ImportRow).where(ImportRow.id.in_(ids)).values(**values)
    return int(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _different(rows: Sequence[ImportRow], *, named: bool) -> int:
    """ "Another person": not where the national ID is the same."""
    count = 0
    for row in rows:
        if any(found["score"] == SAME_NUMBER for found in row.matches):
            if named:
                raise Refused(
                    _(
                        "Row %(row)s has the national ID of a registered member, so it cannot be "
                        "another person; correct the number in the sheet or leave the row out.",
                        row=row.row,
                    )
                )
            continue
        row.decision, row.member_id = Decision.DIFFERENT.value, None
        row.member_version = None
        count += 1
    return count


def _same(
    batch: ImportBatch, rows: Sequence[ImportRow], member_id: int | None, *, named: bool
) -> int:
    """ "The same person": the row becomes an update of a member who must be in sight."""
    taken = _taken(batch)
    count = 0
    for row in rows:
        found = _match(row, member_id, any_inside=named)
        if found is None:
            if named:
                raise Refused(_not_here(row))
            continue
        if taken.get(found, row.row) != row.row:
            if named:
                raise Refused(_taken_already(row, taken[found]))
            continue
        member = db.session.get_one(Member, found)
        row.member_id, row.member_version = member.id, member.version
        row.decision, taken[found] = Decision.SAME.value, row.row
        count += 1
    return count


def _taken(batch: ImportBatch) -> dict[int, int]:
    """Members whom rows of the batch update already, with those rows."""
    query = select(ImportRow.member_id, ImportRow.row).where(
        ImportRow.batch_id == batch.id,
        ImportRow.member_id.is_not(None),
        (ImportRow.status != Status.POSSIBLE_DUPLICATE.value)
        | (ImportRow.decision == Decision.SAME.value),
    )
    return {member: row for member, row in db.session.execute(query) if member}


def _match(row: ImportRow, member_id: int | None, *, any_inside: bool) -> int | None:
    """The member meant; for many rows at once only a likeliest one that is in sight."""
    inside = [found["member_id"] for found in row.matches if found["inside"]]
    if member_id is not None:
        return member_id if member_id in inside else None
    if any_inside:
        return inside[0] if inside else None
    return inside[0] if row.matches and row.matches[0]["inside"] else None


def _not_here(row: ImportRow) -> str:
    return str(
        _(
            "The member whom row %(row)s may be is looked after by another office; ask that "
            "office for a link or a transfer.",
            row=row.row,
        )
    )


def _taken_already(row: ImportRow, other: int) -> str:
    return str(
        _(
            "Rows %(other)s and %(row)s cannot both be the same member; keep one of them.",
            row=row.row,
            other=other,
        )
    )
