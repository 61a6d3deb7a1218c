"""Which rows of a plan come in, by what they are and what was decided: one rule for all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from importers.models import Decision, ImportBatch, ImportRow
from importers.results import Status
from registry.db import db

R = ImportRow


@dataclass(frozen=True)
class Outcome:
    """How many rows an import brings in as new members, as updates, and not at all."""

    new: int
    update: int
    left: int


def brings_new() -> ColumnElement[bool]:
    """Condition on rows that register a member."""
    accepted = and_(R.status == Status.AMBIGUOUS, R.decision == Decision.ACCEPT)
    return or_(
        and_(R.status == Status.NEW, _not_skipped()),
        and_(R.status == Status.POSSIBLE_DUPLICATE, R.decision == Decision.DIFFERENT),
        and_(accepted, R.member_id.is_(None)),
    )


def brings_update() -> ColumnElement[bool]:
    """Condition on rows that change a member."""
    accepted = and_(R.status == Status.AMBIGUOUS, R.decision == Decision.ACCEPT)
    wanted = or_(
        and_(R.status == Status.UPDATE, _not_skipped()),
        and_(R.status == Status.POSSIBLE_DUPLICATE, R.decision == Decision.SAME),
        accepted,
    )
    return and_(wanted, R.member_id.is_not(None))


def _not_skipped() -> ColumnElement[bool]:
    return R.decision.is_distinct_from(Decision.SKIP.value)


def outcome_of(batch: ImportBatch) -> Outcome:
    """What the plan brings in as it is decided now."""
    new, update = (
        func.coalesce(func.sum(case((which, 1), else_=0)), 0)
        for which in (brings_new(), brings_update())
    )
    query = select(new, update, func.count()).where(R.batch_id == batch.id)
    fresh, changed, rows = db.session.execute(query).one()
    return Outcome(int(fresh), int(changed), rows - int(fresh) - int(changed))
