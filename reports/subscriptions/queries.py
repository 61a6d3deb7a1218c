"""Reading subscriptions: everybody sees their own, and administrators how many there are."""

from __future__ import annotations

from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.db import db
from reports.subscriptions.models import ReportNotice, ReportSubscription


def kinds_of(scope: Scope, user_id: int) -> set[str]:
    """The lengths of periods of which a person is told."""
    query = select(ReportSubscription.kind).where(ReportSubscription.user_id == user_id)
    return set(db.session.scalars(query))


def unopened(scope: Scope, user_id: int) -> list[str]:
    """The periods whose new report a person has not opened yet, the latest first."""
    latest = func.max(ReportNotice.id).desc()
    query = select(ReportNotice.code).where(
        ReportNotice.user_id == user_id, ReportNotice.opened_at.is_(None)
    )
    return list(db.session.scalars(query.group_by(ReportNotice.code).order_by(latest)))


def subscriber_count(scope: Scope) -> int:
    """How many people have subscribed to something."""
    return db.session.scalar(select(func.count(ReportSubscription.user_id.distinct()))) or 0
