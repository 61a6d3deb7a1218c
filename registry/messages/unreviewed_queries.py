"""Reports that wait for the office's review, counted by how long they have waited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import case, func, literal_column, select

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
    waiting = [row.state == literal_column(f"'{DisseminationState.REPORTED.value}'")]
    waiting.append(facts_within(scope, row))
    if provinces is not None:
        waiting.append(among(row.province_code, provinces))
    younger = [func.sum(case((row.recorded_at > edge, 1), else_=0)) for edge in edges]
    recent = select(*younger).where(*waiting, row.recorded_at > edges[-1])
    found = [int(count or 0) for count in db.session.execute(recent).one()]
    found.append(db.session.scalar(select(func.count()).where(*waiting)) or 0)
    return [more - less for less, more in pairwise([0, *found])]
