"""Questions that wait for an office, counted by how long they have waited."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from registry.access.scope import Scope
from registry.bulk import among
from registry.db import db
from registry.messages.inbox import is_open
from registry.messages.ledger_models import Question
from registry.messages.visibility import facts_within
from registry.periods.calendar import Run

DAYS = (1, 3, 7)
"""Edges of the ages in days; the last age has no upper one."""
COLUMNS = {
    "province": Question.province_code,
    "network_type": Question.network_type,
    "message": Question.message_id,
}
Limits = Mapping[str, Collection[int] | Collection[str]]


def open_in(scope: Scope, period: Run) -> tuple[int, int]:
    """How many questions of some months wait, and how many of them ask to correct a record."""
    asked = Question.month.between(period.first_month, period.last_month)
    corrections = func.sum(case((Question.about_record, 1), else_=0))
    query = select(func.count(), corrections).where(facts_within(scope, Question), asked, is_open())
    waiting, mending = db.session.execute(query).one()
    return int(waiting), int(mending or 0)


def open_by_age(scope: Scope, now: datetime, limits: Limits) -> list[int]:
    """How many questions wait: up to each of ``DAYS``, and longer.

    A question that the member asked on about waits since the further question.

    Args:
        limits: values of ``COLUMNS``.
    """
    since = func.coalesce(Question.asked_on_at, Question.asked_at)
    edges = [now - timedelta(days=days) for days in DAYS]
    older = [func.sum(case((since <= edge, 1), else_=0)) for edge in edges]
    query = select(func.count(), *older).where(facts_within(scope, Question), is_open())
    for name, values in limits.items():
        query = query.where(among(COLUMNS[name], values))
    found = [int(count or 0) for count in db.session.execute(query).one()]
    return [more - less for more, less in zip(found, [*found[1:], 0], strict=True)]
