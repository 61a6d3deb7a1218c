"""Reading applications for the right to publish: outside the scope there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.messages.right_models import OPEN, PublishingRight, RightState

PAGE = 50
R, S = PublishingRight, RightState


@dataclass(frozen=True)
class Mine:
    """Whose next steps are asked for: a head endorses, headquarters decides."""

    user_id: int
    office_id: int
    endorses: bool = False
    decides: bool = False


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


def _shown(scope: Scope, show: str, mine: Mine) -> Select[Any]:
    query = select(R).where(of_offices(scope, R.office_id))
    if show == "waiting":
        return query.where(_waits_for(mine))
    if show == "open":
        return query.where(R.state.in_([state.value for state in OPEN]))
    return query


def list_rights(scope: Scope, show: str, mine: Mine, page: int = 1) -> list[PublishingRight]:
    """A page of applications, the newest first.

    Args:
        show: ``waiting`` (for my word or decision), ``open`` (for anybody's), else all.
    """
    query = _shown(scope, show, mine).options(joinedload(R.office))
    query = query.order_by(R.asked_at.desc(), R.id.desc())
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def count_rights(scope: Scope, show: str, mine: Mine) -> int:
    """How many applications are listed."""
    inner = _shown(scope, show, mine).with_only_columns(R.id).subquery()
    return int(db.session.scalar(select(func.count()).select_from(inner)) or 0)


def _waits_for(mine: Mine) -> ColumnElement[bool]:
    """Whether an application waits for a head's word, or for the decision."""
    steps: list[ColumnElement[bool]] = []
    if mine.endorses:
        asked = and_(R.state == S.ASKED.value, R.office_id == mine.office_id)
        steps.append(and_(asked, or_(R.asked_by.is_(None), R.asked_by != mine.user_id)))
    if mine.decides:
        worked = or_(R.asked_by == mine.user_id, R.endorsed_by == mine.user_id)
        steps.append(and_(R.state == S.ENDORSED.value, ~func.coalesce(worked, False)))
    return or_(false(), *steps)
