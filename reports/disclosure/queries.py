"""The register of requests; it is of the whole department, so only who sees everything reads it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, false, func, select

from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.periods.calendar import Period
from reports.disclosure.models import DisclosureRequest

OPEN, LATE, ANSWERED = "open", "late", "answered"
PAGE = 50


def requests(
    scope: Scope, state: str, year: int | None, today: date, page: int | None = None
) -> list[DisclosureRequest]:
    """Requests, the latest first: a page of them, or all.

    Args:
        state: one of those above; all unless told otherwise.
        year: the fiscal year in which they came.
    """
    query = _filtered(scope, state, year, today).order_by(
        DisclosureRequest.received_on.desc(), DisclosureRequest.id.desc()
    )
    if page is not None:
        query = query.limit(PAGE).offset((page - 1) * PAGE)
    return list(db.session.scalars(query))


def count_requests(scope: Scope, state: str, year: int | None, today: date) -> int:
    """How many there are."""
    query = _filtered(scope, state, year, today)
    return db.session.scalar(query.with_only_columns(func.count(DisclosureRequest.id))) or 0


def request_for(scope: Scope, request_id: int, *, lock: bool = False) -> DisclosureRequest:
    """One request, perhaps held until the transaction ends.

    Raises:
        NotFound: there is none, or somebody asks who does not see everything.
    """
    query = _scoped(scope).where(DisclosureRequest.id == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _scoped(scope: Scope) -> Select[DisclosureRequest]:
    query = select(DisclosureRequest)
    return query if scope.everything else query.where(false())


def _filtered(scope: Scope, state: str, year: int | None, today: date) -> Select[DisclosureRequest]:
    query, row = _scoped(scope), DisclosureRequest
    if state in (OPEN, LATE):
        query = query.where(row.answered_on.is_(None))
    if state == LATE:
        query = query.where(row.due_on < today)
    if state == ANSWERED:
        query = query.where(row.answered_on.is_not(None))
    if year is not None:
        fiscal = Period.parse(f"{year}-FY")
        query = query.where(row.received_on >= fiscal.start, row.received_on <= fiscal.end)
    return query
