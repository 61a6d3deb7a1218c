"""Reading accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, false, func, or_, select

from registry.access.models import Office, RoleAssignment, User
from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound

ROWS = 50


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and how many there are in all."""

    rows: list[User]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // ROWS))


def users(
    scope: Scope,
    *,
    text: str = "",
    office: str = "",
    role: str = "",
    state: str = "",
    page: int = 1,
) -> Page:
    """Accounts by name, filtered by part of a name or address, office, role and state."""
    query = _scoped(scope).join(Office, Office.id == User.office_id)
    for word in text.split():
        part = f"%{word.replace('%', '')}%"
        query = query.where(or_(User.name.ilike(part), User.email.ilike(part)))
    if office:
        query = query.where(Office.code == office)
    if role:
        holders = select(RoleAssignment.user_id).where(RoleAssignment.role == role)
        query = query.where(User.id.in_(holders))
    if state:
        query = query.where(User.active.is_(state == "active"))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = query.order_by(User.name, User.id).limit(ROWS).offset((max(page, 1) - 1) * ROWS)
    return Page(list(db.session.scalars(rows)), total, max(page, 1))


def user_for(scope: Scope, user_id: int) -> User:
    """One account; raises NotFound outside the scope."""
    found = db.session.scalar(_scoped(scope).where(User.id == user_id))
    if found is None:
        raise NotFound
    return found


def user_of_form(scope: Scope, form_token: str) -> User | None:
    """The account that a form has made already, when it is sent a second time."""
    return db.session.scalar(_scoped(scope).where(User.form_token == form_token))


def names_of(scope: Scope, ids: set[int]) -> dict[int, str]:
    """Names of accounts by id, for showing who did something."""
    query = _scoped(scope).where(User.id.in_(ids)).with_only_columns(User.id, User.name)
    return {row.id: row.name for row in db.session.execute(query)}


def accounts_of(scope: Scope, office_ids: set[int]) -> dict[int, int]:
    """How many active accounts each office has."""
    query = (
        _scoped(scope)
        .where(User.active, User.office_id.in_(office_ids))
        .with_only_columns(User.office_id, func.count())
        .group_by(User.office_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _scoped(scope: Scope) -> Select[User]:
    """Accounts are managed by those who see everything, and by nobody else."""
    query = select(User)
    return query if scope.everything else query.where(false())
