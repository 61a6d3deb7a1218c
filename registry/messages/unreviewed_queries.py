"""Reports that wait for the office's review, counted by how long they have waited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.visibility import facts_within

DAYS = (3, 7, 30)
"""Edges of the ages in days; the last age has no upper one."""


def unreviewed_by_age(
    scope: Scope, now: datetime, provinces: Collection[str] | None = None
) -> list[int]:
    """How many reports wait since they came in: up to each of ``DAYS``, and longer.

    Args:
        provinces: only reports from these; None for all in the scope.
    """
    row = Dissemination
    edges = [now - timedelta(days=days) for days in DAYS]
    older = [func.sum(case((row.recorded_at <= edge, 1), else_=0)) for edge in edges]
    query = select(func.count(), *older).where(
        row.state == DisseminationState.REPORTED.value, facts_within(scope, row)
    )
    if provinces is not None:
        query = query.where(among(row.province_code, provinces))
    found = [int(count or 0) for count in db.session.execute(query).one()]
    return [more - less for more, less in zip(found, [*found[1:], 0], strict=True)]
