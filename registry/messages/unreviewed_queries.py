"""Reports that wait for the office's review, counted by how long they have waited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import case, func, select

from registry.access.scope import Scope
from registry.bulk import among
from registry.db import MANY, count_up_to, db
from registry.messages.ledger_models import WAITS_FOR_REVIEW, Dissemination
from registry.messages.visibility import facts_within
from registry.periods.calendar import Run

DAYS = (3, 7, 30)
"""Edges of the ages in days."""


def unreviewed_in(scope: Scope, period: Run) -> int:
    """How many reports of passing on in some months wait for a review; up to ``MANY``."""
    row = Dissemination
    held = row.month.between(period.first_month, period.last_month)
    return count_up_to(MANY, select(row.id).where(WAITS_FOR_REVIEW, held, facts_within(scope, row)))


def lately_unreviewed(
    scope: Scope, now: datetime, provinces: Collection[str] | None = None
) -> list[int]:
    """How many reports wait that came in lately: up to each of ``DAYS`` ago.

    Args:
        provinces: only reports from these; None for all in the scope.
    """
    row = Dissemination
    edges = [now - timedelta(days=days) for days in DAYS]
    younger = [func.sum(case((row.recorded_at > edge, 1), else_=0)) for edge in edges]
    query = select(*younger).where(
        WAITS_FOR_REVIEW, row.recorded_at > edges[-1], facts_within(scope, row)
    )
    if provinces is not None:
        query = query.where(among(row.province_code, provinces))
    found = [int(count or 0) for count in db.session.execute(query).one()]
    return [more - less for less, more in pairwise([0, *found])]
