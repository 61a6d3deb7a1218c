"""Which rows of a plan come in, by what they are and what was decided: one rule for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from importers.models import Decision, ImportBatch, ImportRow
from importers.results import Status
from registry.db import db

WAITS = frozenset({Status.POSSIBLE_DUPLICATE.value, Status.AMBIGUOUS.value})
"""Rows that stay out until somebody has decided about them."""


@dataclass(frozen=True)
class Outcome:
    """How many rows an import brings in as new members, as updates, and not at all."""

    new: int
    update: int
    left: int


def brings_new(row: Any = ImportRow) -> ColumnElement[bool]:
    """Condition on rows that register a member."""
    accepted = and_(row.status == Status.AMBIGUOUS, row.decision == Decision.ACCEPT)
    return or_(
        and_(row.status == Status.NEW, _not_skipped(row)),
        and_(row.status == Status.POSSIBLE_DUPLICATE, row.decision == Decision.DIFFERENT),
        and_(accepted, row.member_id.is_(None)),
    )


def brings_update(row: Any = ImportRow) -> ColumnElement[bool]:
    """Condition on rows that change a member."""
    accepted = and_(row.status == Status.AMBIGUOUS, row.decision == Decision.ACCEPT)
    wanted = or_(
        and_(row.status == Status.UPDATE, _not_skipped(row)),
        and_(row.status == Status.POSSIBLE_DUPLICATE, row.decision == Decision.SAME),
        accepted,
    )
    return and_(wanted, row.member_id.is_not(None))


def _not_skipped(row: Any) -> ColumnElement[bool]:
    skipped: ColumnElement[bool] = row.decision.is_distinct_from(Decision.SKIP.value)
    return skipped


@dataclass(frozen=True)
class Tally:
    """How a plan stands.

    Attributes:
        counts: rows by status; a status of which there is none is left out.
        waiting: rows that still wait for somebody's decision.
        decided: rows about which somebody decided; ``skipped`` of them were left out.
    """

    counts: dict[Status, int]
    waiting: int
    outcome: Outcome
    decided: int
    skipped: int


def outcome_of(batch: ImportBatch) -> Outcome:
    """What the plan brings in as it is decided now."""
    return tally_of(batch).outcome


def tally_of(batch: ImportBatch) -> Tally:
    """Everything that is counted of a plan, in one look at its index."""
    groups = _groups(batch)
    counts: Counter[Status] = Counter()
    for group in groups:
        counts[Status(group.status)] += group.rows
    waiting = sum(one.rows for one in groups if one.decision is None and one.status in WAITS)
    new = sum(one.rows for one in groups if one.new)
    update = sum(one.rows for one in groups if one.update)
    decided = sum(one.rows for one in groups if one.decision)
    skipped = sum(one.rows for one in groups if one.decision == Decision.SKIP)
    outcome = Outcome(new, update, counts.total() - new - update)
    return Tally(dict(counts), waiting, outcome, decided, skipped)


def _groups(batch: ImportBatch) -> Sequence[Any]:
    """Rows that are alike in all that matters here; the rule is asked once for each kind."""
    alike = (ImportRow.status, ImportRow.decision, ImportRow.member_id.is_(None))
    somebody = func.max(ImportRow.member_id).label("member_id")
    counted = select(*alike[:2], somebody, func.count().label("rows")).group_by(*alike)
    kind = counted.where(ImportRow.batch_id == batch.id).subquery().c
    rule = (brings_new(kind).label("new"), brings_update(kind).label("update"))
    return db.session.execute(select(kind.status, kind.decision, kind.rows, *rule)).all()
