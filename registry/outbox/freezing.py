"""Putting deliveries into requests: who is in one, and what it says, is fixed from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registry.audit.services import canonical
from registry.bulk import among
from registry.db import db
from registry.messages.release_models import Release
from registry.outbox.line import bodies
from registry.outbox.line.client import MAX_IDS
from registry.outbox.models import Delivery, DeliveryState, SendingBody, SendingRequest, Way

AHEAD = 64
"""Requests that are ready at a time: few, so that they are made shortly before they go."""
ROWS = 2_000
D = DeliveryState
CONTENT = {
    Way.LINE: bodies.line_content,
    Way.EMAIL: bodies.mail_content,
    Way.WEBHOOK: bodies.hook_content,
}


def to_freeze(ways: Collection[Way]) -> bool:
    """Whether deliveries wait for a request, and there is room for one."""
    return _room() > 0 and db.session.scalar(_waiting(ways).limit(1)) is not None


def freeze(ways: Collection[Way], at: datetime) -> int:
    """Make requests of waiting deliveries, the oldest first; in the caller's transaction.

    Returns:
        how many requests were made.
    """
    room, made = _room(), 0
    _hold_releases(ways)
    query = _waiting(ways).limit(ROWS).with_for_update(skip_locked=True)
    rows = list(db.session.scalars(query)) if room > 0 else []
    for together in _parcels(rows):
        if made == room:
            break
        _make(together, at)
        made += 1
    return made


def _hold_releases(ways: Collection[Way]) -> None:
    """Whoever holds deliveries holds their release first; nobody calls it off meanwhile."""
    first = _waiting(ways).limit(ROWS).subquery()
    held = select(Release.id).where(Release.id.in_(select(first.c.release_id)))
    db.session.execute(held.order_by(Release.id).with_for_update(read=True, key_share=True))


def _room() -> int:
    ready = select(func.count()).where(
        SendingRequest.state == D.QUEUED.value, SendingRequest.attempts == 0
    )
    return AHEAD - int(db.session.scalar(ready) or 0)


def _waiting(ways: Collection[Way]) -> Any:
    return (
        select(Delivery)
        .where(
            Delivery.state == D.QUEUED.value,
            Delivery.request_id.is_(None),
            Delivery.way.in_(sorted(ways)),
        )
        .order_by(Delivery.release_id, Delivery.channel_id, Delivery.way, Delivery.id)
    )


def _parcels(rows: list[Delivery]) -> Iterator[list[Delivery]]:
    """Deliveries that go together: members by LINE up to 500, everything else by itself."""
    for (_release, _channel, way, alike), group in groupby(rows, key=_kind):
        together = list(group)
        most = MAX_IDS if way == Way.LINE.value and alike == "m" else 1
        for start in range(0, len(together), most):
            yield together[start : start + most]


def _kind(row: Delivery) -> tuple[int, int, str, str]:
    return row.release_id, row.channel_id, row.way, row.target[0]


def _make(together: list[Delivery], at: datetime) -> None:
    first = together[0]
    request = SendingRequest(
        release_id=first.release_id,
        channel_id=first.channel_id,
        way=first.way,
        retry_key=str(uuid4()),
        body_sha256=keep_words(first.release, Way(first.way)),
        size=len(together),
        due_at=at,
    )
    db.session.add(request)
    db.session.flush()
    ids = [row.id for row in together]
    mine = update(Delivery).where(among(Delivery.id, ids)).values(request_id=request.id)
    db.session.execute(mine, execution_options={"synchronize_session": False})


def keep_words(release: Release, way: Way) -> str:
    """Keep what a release says by a way, as the message is now; the hash under which it is kept."""
    content = CONTENT[way](release)
    digest = hashlib.sha256(canonical(content)).hexdigest()
    make = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    once = make(SendingBody).values(sha256=digest, content=content).on_conflict_do_nothing()
    db.session.execute(once)
    return digest
