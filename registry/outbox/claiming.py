"""Claiming a request: from here on it counts as under way, whatever happens to this process."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, and_, or_, select, update

from registry.db import db
from registry.messages.models import MessageState
from registry.messages.release_models import Purpose, Release
from registry.outbox import backoff, freezing, recipients, settling
from registry.outbox.backoff import Trouble
from registry.outbox.models import Delivery, DeliveryState, SendingRequest, Way
from registry.outbox.recipients import Addressed

LEASE = timedelta(seconds=120)
MOST = {Way.LINE: 8, Way.WEBHOOK: 8, Way.EMAIL: 32}
"""Requests that are claimed at a time; an e-mail goes to one member, a request of LINE to 500."""
D = DeliveryState


@dataclass(frozen=True)
class Parcel:
    """All that the network needs of a request, without the database.

    Attributes:
        lease: by which the claim is known when the answer comes.
    """

    request_id: int
    way: Way
    lease: str
    retry_key: str
    size: int
    content: dict[str, Any]
    address: Addressed


def is_due(ways: Collection[Way], at: datetime) -> bool:
    """Whether there is a request to claim."""
    return db.session.scalar(select(SendingRequest.id).where(_due(ways, at)).limit(1)) is not None


def claim(ways: Collection[Way], at: datetime) -> list[Parcel]:
    """Take a few due requests, in the caller's transaction; what cannot be sent is settled here.

    A request whose lease is over may have been sent: it goes again only where a repeated one has
    no second effect.
    """
    found = [_take(row, at) for way in sorted(ways) for row in db.session.scalars(_next(way, at))]
    return [parcel for parcel in found if parcel is not None]


def _next(way: Way, at: datetime) -> Select[SendingRequest]:
    """The requests of a way that come next: what is urgent first, then the longest due."""
    query = select(SendingRequest).join(SendingRequest.release).where(_due([way], at))
    return query.order_by(Release.urgent.desc(), SendingRequest.due_at).limit(MOST[way])


def _due(ways: Collection[Way], at: datetime) -> ColumnElement[bool]:
    queued = and_(SendingRequest.state == D.QUEUED.value, SendingRequest.due_at <= at)
    lapsed = and_(SendingRequest.state == D.SENDING.value, SendingRequest.lease_until < at)
    late = [way for way in sorted(ways) if freezing.only_urgent(way, at)]
    awake = SendingRequest.way.not_in(late)
    allowed = or_(awake, SendingRequest.release_id.in_(freezing.URGENT))
    return and_(SendingRequest.way.in_(sorted(ways)), allowed, or_(queued, lapsed))


def _take(row: SendingRequest, at: datetime) -> Parcel | None:
    lapsed = row.state == D.SENDING.value
    lease = f"{os.getpid()}-{secrets.token_hex(8)}"
    if not _mark(row, lease, at):
        return None
    db.session.refresh(row)
    row.doubtful = row.doubtful or lapsed
    if _is_withdrawn(row) or settling.is_called_off(row):
        _give_up(row, at)
        return None
    if not row.doubtful:
        row.body_sha256 = freezing.keep_words(row.release, Way(row.way))
    return _addressed(row, lease, at)


def _is_withdrawn(row: SendingRequest) -> bool:
    """Whether the message was withdrawn while it waited; the withdrawal itself still goes out."""
    gone = row.release.message.as_state is MessageState.WITHDRAWN
    return gone and row.release.as_purpose is not Purpose.WITHDRAWAL


def _give_up(row: SendingRequest, at: datetime) -> None:
    """What was withdrawn is not said again, even where nobody knows whether it was said."""
    if row.doubtful:
        settling.settle_unknown(row, Trouble.NO_ANSWER, at)
    else:
        settling.settle_cancelled(row, at)


def _addressed(row: SendingRequest, lease: str, at: datetime) -> Parcel | None:
    address = recipients.address(row)
    if row.doubtful and not _may_repeat(row, address):
        settling.settle_unknown(row, Trouble.NO_ANSWER, at)
    elif row.doubtful and backoff.is_too_late(row.first_tried_at, at):
        settling.settle_unknown(row, Trouble.TOO_LATE, at)
    elif not address.to:
        settling.settle_failed(row, Trouble.NO_ADDRESS, at)
    else:
        db.session.flush()
        db.session.expire(row, ["body"])
        return _parcel(row, lease, address)
    return None


def _mark(row: SendingRequest, lease: str, at: datetime) -> bool:
    """The conditional UPDATE: of two who try, one finds the row as it was read."""
    mine = (
        update(SendingRequest)
        .where(
            SendingRequest.id == row.id,
            SendingRequest.state == row.state,
            SendingRequest.attempts == row.attempts,
        )
        .values(
            state=D.SENDING.value,
            attempts=row.attempts + 1,
            lease_by=lease,
            lease_until=at + LEASE,
            first_tried_at=row.first_tried_at or at,
        )
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", db.session.execute(mine)).rowcount != 1:
        return False
    under_way = update(Delivery).where(
        Delivery.request_id == row.id, Delivery.state == D.QUEUED.value
    )
    db.session.execute(under_way.values(state=D.SENDING.value))
    return True


def _may_repeat(row: SendingRequest, address: Addressed) -> bool:
    return row.way == Way.LINE.value or address.idempotent


def _parcel(row: SendingRequest, lease: str, address: Addressed) -> Parcel:
    return Parcel(row.id, Way(row.way), lease, row.retry_key, row.size, row.body.content, address)
