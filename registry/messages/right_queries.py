"""Reading applications for the right to publish: outside the scope there is none."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.messages.right_models import PublishingRight, RightState

PAGE = 50
R, S = PublishingRight, RightState


def right_for(scope: Scope, right_id: int) -> PublishingRight:
    """An application that may be seen.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(R).where(R.id == right_id, of_offices(scope, R.office_id))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"right {right_id}")
    return found


def list_rights(scope: Scope, page: int = 1) -> list[PublishingRight]:
    """A page of applications, the newest first."""
    query = (
        select(R)
        .where(of_offices(scope, R.office_id))
        .options(joinedload(R.office))
        .order_by(R.asked_at.desc(), R.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(db.session.scalars(query))


def count_rights(scope: Scope) -> int:
    """How many applications may be seen."""
    query = select(func.count(R.id)).where(of_offices(scope, R.office_id))
    return int(db.session.scalar(query) or 0)


def count_waiting(
    scope: Scope, user_id: int, office_id: int, *, endorses: bool, decides: bool
) -> int:
    """How many applications wait for a head's word, or for the decision."""
    asked = and_(R.state == S.ASKED.value, R.office_id == office_id)
    steps = []
    if endorses:
        steps.append(and_(asked, or_(R.asked_by.is_(None), R.asked_by != user_id)))
    if decides:
        mine = or_(R.asked_by == user_id, R.endorsed_by == user_id)
        steps.append(and_(R.state == S.ENDORSED.value, ~func.coalesce(mine, False)))
    if not steps:
        return 0
    query = select(func.count(R.id)).where(of_offices(scope, R.office_id), or_(*steps))
    return int(db.session.scalar(query) or 0)
