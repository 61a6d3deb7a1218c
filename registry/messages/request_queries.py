"""Reading requests to publish: what lies outside the scope does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.messages.models import Route
from registry.messages.request_models import (
    EarlierCheck,
    PublicationRequest,
    RequestEditor,
    RequestState,
)

PAGE = 50
R, S = PublicationRequest, RequestState


@dataclass(frozen=True)
class RequestFilters:
    """What the list is narrowed to; an empty value does not narrow.

    Attributes:
        show: ``waiting`` (for my next step) or ``open`` (for anybody's).
    """

    show: str = ""
    state: str = ""
    route: str = ""
    q: str = ""
    page: int = 1


@dataclass(frozen=True)
class Mine:
    """Whose next steps are asked for.

    Attributes:
        approves: the user is a head; ``checks``: an officer; ``central``: of headquarters, where
            the webmasters are.
    """

    user_id: int
    office_id: int
    approves: bool = False
    checks: bool = False
    central: bool = False


def request_for(scope: Scope, request_id: int, *, lock: bool = False) -> PublicationRequest:
    """A request that may be seen.

    Args:
        lock: hold it until the transaction ends.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(R).where(R.id == request_id, of_offices(scope, R.office_id))
    if lock:
        query = query.with_for_update(of=R).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"request {request_id}")
    return found


def _filtered(scope: Scope, filters: RequestFilters, mine: Mine) -> Select[Any]:
    query = select(R).where(of_offices(scope, R.office_id))
    if filters.show == "waiting":
        query = query.where(_waits_for(mine))
    elif filters.show == "open":
        query = query.where(R.state != S.TOLD.value)
    if filters.state:
        query = query.where(R.state == filters.state)
    if filters.route:
        query = query.where(R.route == filters.route)
    for word in filters.q.split():
        columns = (R.subject, R.unit, R.letter_number)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return query


def count_requests(scope: Scope, filters: RequestFilters, mine: Mine) -> int:
    """How many requests the filters leave."""
    inner = _filtered(scope, filters, mine).with_only_columns(R.id).subquery()
    return int(db.session.scalar(select(func.count()).select_from(inner)) or 0)


def list_requests(scope: Scope, filters: RequestFilters, mine: Mine) -> list[PublicationRequest]:
    """A page of requests, newest first."""
    query = _filtered(scope, filters, mine).options(joinedload(R.office))
    query = query.order_by(R.received_at.desc(), R.id.desc())
    query = query.limit(PAGE).offset((filters.page - 1) * PAGE)
    return list(db.session.scalars(query))


def _waits_for(mine: Mine) -> ColumnElement[bool]:
    """Whether a request waits for a user's next step."""
    own = R.office_id == mine.office_id
    steps: list[ColumnElement[bool]] = []
    if mine.approves:
        edited = R.editors.any(RequestEditor.user_id == mine.user_id)
        earlier = R.earlier_checks.any(EarlierCheck.checked_by == mine.user_id)
        worked = or_(R.received_by == mine.user_id, R.checked_by == mine.user_id, edited, earlier)
        steps.append(and_(own, R.state == S.CHECKED.value, ~worked))
    if mine.checks:
        received, outside = R.state == S.RECEIVED.value, R.route == Route.OUTSIDE.value
        steps.append(and_(own, received, outside))
        steps.append(and_(own, R.state.in_([S.APPROVED.value, S.REFUSED.value])))
        if mine.central:
            steps.append(and_(received, R.route == Route.CENTRAL.value))
    return or_(false(), *steps)
