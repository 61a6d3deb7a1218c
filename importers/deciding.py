"""Decisions of people about rows that wait for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select, update
from sqlalchemy.orm import load_only

from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.planning import scope_of_batch
from importers.results import Status
from registry.bulk import among
from registry.db import db
from registry.errors import Refused
from registry.members.duplicates import IDENTICAL
from registry.members.models import Member
from registry.members.queries import changeable

ALLOWED = {
    Status.NEW: {Decision.SKIP},
    Status.UPDATE: {Decision.SKIP, Decision.OVERWRITE},
    Status.POSSIBLE_DUPLICATE: {Decision.SKIP, Decision.DIFFERENT, Decision.SAME},
    Status.AMBIGUOUS: {Decision.SKIP, Decision.ACCEPT},
}


def decide(
    batch: ImportBatch,
    rows: Sequence[int] | None,
    status: Status,
    decision: Decision | None,
    *,
    member_id: int | None = None,
) -> int:
    """Decide about rows of one status: those named, or all that have not been decided.

    "The same person" leaves out a row that is like an earlier row of the sheet alone.

    Args:
        decision: ``None`` takes the decisions back.
        member_id: for "the same person": which of the possible members; the likeliest without,
            where there is one, see :func:`equally_likely`.

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
        opened = _opened(chosen)
        with_members = [row for row in opened if row.matches]
        above = _above([row for row in opened if not row.matches])
        return above + _same(batch, with_members, member_id, named=rows is not None)
    if decision is Decision.DIFFERENT:
        return _different(_opened(chosen), named=rows is not None)
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


def _opened(chosen: Select[ImportRow]) -> Sequence[ImportRow]:
    """The rows with what a decision needs: deciphering the rest takes ten times as long."""
    needed = (ImportRow.row, ImportRow.decision, ImportRow.matches, ImportRow.member_id,
              ImportRow.member_version)  # fmt: skip
    return db.session.scalars(chosen.options(load_only(*needed))).all()


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
        if any(found["score"] == IDENTICAL for found in row.matches):
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
    meant = {row.row: _match(row, member_id, any_inside=named) for row in rows}
    versions, taken = _versions(batch, set(meant.values())), _taken(batch)
    count = 0
    for row in rows:
        found = meant[row.row]
        if sentence := _why_not(row, found, versions, taken):
            if named:
                raise Refused(sentence)
            continue
        row.member_id, row.member_version = found, versions[found or 0]
        row.decision, taken[found or 0] = Decision.SAME.value, row.row
        count += 1
    return count


def _above(rows: Sequence[ImportRow]) -> int:
    """ "The same person" as in an earlier row, and nobody who is registered: left out."""
    for row in rows:
        row.decision = Decision.SKIP.value
    return len(rows)


def equally_likely(batch: ImportBatch) -> int:
    """How many undecided rows have several equally likely members: nobody can decide those at once.

    They stay undecided when all others are decided to be the same person.
    """
    query = _chosen(batch, None, Status.POSSIBLE_DUPLICATE, Decision.SAME)
    rows = db.session.scalars(query.with_only_columns(ImportRow.matches).order_by(None))
    return sum(_tied(matches) for matches in rows)


def _tied(matches: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether the two best are equally likely; the matches are in order."""
    best = [found["score"] for found in (matches or ())[:2]]
    return len(best) == 2 and best[0] == best[1]


def _why_not(
    row: ImportRow, found: int | None, versions: Mapping[int, int], taken: Mapping[int, int]
) -> str:
    """The sentence that says why a row cannot be an update of a member; empty if it can."""
    if found is None:
        return _several(row) if _tied(row.matches) else _not_here(row)
    if found not in versions:
        return _gone(row)
    return _taken_already(row, taken[found]) if taken.get(found, row.row) != row.row else ""


def _versions(batch: ImportBatch, members: Collection[int | None]) -> dict[int, int]:
    """The versions of the members whom the batch's office still looks after."""
    some, own = among(Member.id, set(filter(None, members))), changeable(scope_of_batch(batch))
    rows = db.session.execute(select(Member.id, Member.version).where(some, own))
    return {row.id: row.version for row in rows}


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
    """The member meant; for many rows at once only a likeliest one that is in sight.

    Of several who are equally likely a person has to choose one.
    """
    inside = [found["member_id"] for found in row.matches if found["inside"]]
    if member_id is not None:
        return member_id if member_id in inside else None
    if _tied(row.matches):
        return None
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


def _several(row: ImportRow) -> str:
    return str(
        _(
            "Row %(row)s has several equally likely members; press the button beside the one who "
            "is meant.",
            row=row.row,
        )
    )


def _gone(row: ImportRow) -> str:
    return str(
        _(
            "The member whom row %(row)s may be was removed, merged or moved since the sheet was "
            "read; discard this import and bring the sheet again.",
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
