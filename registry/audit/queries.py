"""Reading the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, or_, select

from registry.access.models import User
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent, AuditLink
from registry.db import db
from registry.errors import NotFound
from registry.periods.calendar import BANGKOK

ROWS = 50


@dataclass(frozen=True)
class Filters:
    """What to look for; an empty value looks for everything."""

    actor: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    province: str = ""
    first: date | None = None
    last: date | None = None


def events(
    scope: Scope, filters: Filters, *, before: int | None = None
) -> tuple[list[AuditEvent], int | None]:
    """A page of events, the latest first, and the key with which the next page begins."""
    query = _filtered(_scoped(scope), filters)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    rows = list(db.session.scalars(query.order_by(AuditEvent.id.desc()).limit(ROWS + 1)))
    more = rows[ROWS - 1].id if len(rows) > ROWS else None
    return rows[:ROWS], more


def event_for(scope: Scope, event_id: int) -> AuditEvent:
    """One event; raises NotFound outside the scope."""
    row = db.session.scalar(_scoped(scope).where(AuditEvent.id == event_id))
    if row is None:
        raise NotFound
    return row


def link_of(scope: Scope, row: AuditEvent) -> AuditLink | None:
    """The link of the chain that seals an event."""
    seen = _scoped(scope).where(AuditEvent.id == row.id)
    query = select(AuditLink).where(AuditLink.transaction == row.transaction, seen.exists())
    return db.session.scalar(query)


def last_verification(scope: Scope) -> AuditEvent | None:
    """When the chain was last checked, and how that went."""
    query = _scoped(scope).where(AuditEvent.action == Action.AUDIT_VERIFY.value)
    return db.session.scalar(query.order_by(AuditEvent.id.desc()).limit(1))


def _filtered(query: Select[AuditEvent], by: Filters) -> Select[AuditEvent]:
    equal = {
        AuditEvent.action: by.action,
        AuditEvent.object_type: by.object_type,
        AuditEvent.object_id: by.object_id,
        AuditEvent.province: by.province,
    }
    for column, value in equal.items():
        if value:
            query = query.where(column == value)
    if by.actor:
        query = query.where(AuditEvent.actor_id.in_(_called(by.actor)))
    if by.first:
        query = query.where(AuditEvent.at >= _midnight(by.first))
    if by.last:
        query = query.where(AuditEvent.at < _midnight(by.last + timedelta(days=1)))
    return query


def _called(text: str) -> Select[int]:
    part = f"%{text.strip().replace('%', '')}%"
    return select(User.id).where(or_(User.name.ilike(part), User.email.ilike(part)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BANGKOK)


def _scoped(scope: Scope) -> Select[AuditEvent]:
    query = select(AuditEvent)
    if scope.everything:
        return query
    return query.where(
        or_(
            AuditEvent.province.in_(scope.provinces),
            AuditEvent.office_id.in_(scope.network_offices),
        )
    )
