"""Requests between offices: both see them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import changeable, of_offices, visible
from registry.members.transfer_models import RequestState, TransferRequest

SHOWN = 200


def _incoming(scope: Scope) -> ColumnElement[bool]:
    """Condition on requests that the scope's offices decide: they look after the member."""
    theirs = select(Member.id).where(Member.id == TransferRequest.member_id, changeable(scope))
    return theirs.correlate(TransferRequest).exists()


def _waits() -> ColumnElement[bool]:
    return TransferRequest.state == RequestState.REQUESTED.value


def _seen(scope: Scope) -> ColumnElement[bool]:
    return or_(
        of_offices(scope, TransferRequest.from_office_id),
        of_offices(scope, TransferRequest.to_office_id),
    )


def count_waiting(scope: Scope) -> int:
    """How many requests wait for a decision of the scope's offices."""
    query = select(func.count()).select_from(TransferRequest).where(_waits(), _incoming(scope))
    return int(db.session.scalar(query) or 0)


def list_requests(scope: Scope) -> list[tuple[TransferRequest, bool, bool, bool]]:
    """The newest requests, waiting ones first, with three answers.

    May it be decided, is it the scope's own, may the member be seen.
    """
    decides = case((_waits() & _incoming(scope), True), else_=False)
    own = of_offices(scope, TransferRequest.to_office_id)
    query = (
        select(TransferRequest, decides, own, visible(scope))
        .join(Member, Member.id == TransferRequest.member_id)
        .where(or_(_seen(scope), _incoming(scope)))
        .options(
            joinedload(TransferRequest.member),
            joinedload(TransferRequest.from_office),
            joinedload(TransferRequest.to_office),
        )
        .order_by(_waits().desc(), TransferRequest.id.desc())
        .limit(SHOWN)
    )
    return [(row, bool(a), bool(b), bool(c)) for row, a, b, c in db.session.execute(query)]


def request_to_decide(scope: Scope, request_id: int) -> TransferRequest:
    """A request whose member the scope's offices look after, locked: it is decided once.

    Raises:
        NotFound: there is none, or others decide it.
    """
    return _one(_incoming(scope), request_id)


def own_request(scope: Scope, request_id: int) -> TransferRequest:
    """A request that the scope's offices made, locked.

    Raises:
        NotFound: there is none, or others made it.
    """
    return _one(of_offices(scope, TransferRequest.to_office_id), request_id)


def _one(condition: ColumnElement[bool], request_id: int) -> TransferRequest:
    query = select(TransferRequest).where(TransferRequest.id == request_id, condition)
    found = db.session.scalar(query.with_for_update(of=TransferRequest))
    if found is None:
        raise NotFound(f"request {request_id}")
    return found
