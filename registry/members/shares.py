"""What may be seen, in shares, each of which can be read in the order of a list.

One condition for all of it ("of my province, or in a network of mine") leaves a database nothing
but to read everybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, false, select

from registry.access.scope import Scope
from registry.audit.models import AuditHead
from registry.bulk import among
from registry.db import WRITE, db
from registry.members.models import Member
from registry.members.queries import STANDS, linked, visible
from registry.periods.calendar import to_bangkok_date

MANY = 5_000
"""Guests beyond whom their ids are not kept in memory."""
Guests = tuple[int, ...] | None


def last_change() -> str:
    """What differs as soon as anybody changed anything; empty where nothing may be kept.

    It is the last link of the audit trail; whoever writes sees more than the trail.
    """
    if db.session().info.get(WRITE):
        return ""
    return db.session.scalar(select(AuditHead.hash)) or ""


def shares(scope: Scope, province: str = "") -> list[ColumnElement[bool]]:
    """Conditions that together are :func:`visible`, within a province if one is given."""
    if scope.everything or not scope.personal:
        return [visible(scope)]
    if province in scope.provinces:
        return [and_(STANDS, Member.province_code == province)]
    found = [] if province else [*sorted(scope.provinces)]
    parts = [and_(STANDS, Member.province_code == code) for code in found]
    if scope.network_offices:
        parts.append(and_(STANDS, Member.office_id.in_(sorted(scope.network_offices))))
    return [*parts, guests(scope)]


def guests(scope: Scope) -> ColumnElement[bool]:
    """Condition on those whom other offices look after, and who are in networks of the scope's."""
    if scope.everything or not scope.personal:
        return false()
    last = last_change()
    found = _kept(scope, last, to_bangkok_date(datetime.now(UTC))) if last else _read(scope)
    return linked(scope) if found is None else and_(STANDS, among(Member.id, found))


@lru_cache(maxsize=100)
def _kept(scope: Scope, _last: str, _today: date) -> Guests:
    return _read(scope)


def _read(scope: Scope) -> Guests:
    found = tuple(db.session.scalars(select(Member.id).where(linked(scope)).limit(MANY + 1)))
    return found if len(found) <= MANY else None
