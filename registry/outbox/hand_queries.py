"""Tasks by hand that were done, within a scope."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.db import db
from registry.messages.release_models import Release
from registry.outbox.hand_models import HandWork
from registry.outbox.models import Delivery
from registry.outbox.queries import within

PAGE = 50


def _done(scope: Scope) -> Select[Any]:
    query = select(HandWork).join(Delivery, Delivery.id == HandWork.delivery_id)
    return query.where(within(scope))


def count_done(scope: Scope) -> int:
    """How many tasks were done."""
    inner = _done(scope).with_only_columns(HandWork.delivery_id).subquery()
    return int(db.session.scalar(select(func.count()).select_from(inner)) or 0)


def list_done(scope: Scope, page: int) -> list[HandWork]:
    """A page of tasks that were done, the last recorded first."""
    task = joinedload(HandWork.delivery)
    query = (
        _done(scope)
        .options(
            task.joinedload(Delivery.release).joinedload(Release.message),
            task.joinedload(Delivery.channel),
            joinedload(HandWork.doer),
        )
        .order_by(HandWork.recorded_at.desc(), HandWork.delivery_id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(db.session.scalars(query))
