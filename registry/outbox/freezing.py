"""Putting deliveries into requests: who is in one, and what it says, is fixed from then on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from uuid import uuid4

import structlog
from sqlalchemy import Select, func, select, text, update

from registry.audit.services import canonical
from registry.bulk import among, insert_once
from registry.db import db
from registry.logs import where
from registry.messages import quiet
from registry.messages.release_models import Release
from registry.outbox.line import bodies
from registry.outbox.line.client import MAX_IDS
from registry.outbox.models import (
    WAITING,
    Delivery,
    DeliveryState,
    SendingBody,
    SendingRequest,
    Way,
)

AHEAD = 64
"""Requests of a way that are ready at a time: few, so that they are made shortly before they go."""
ROWS = 2_000
URGENT = select(Release.id).where(Release.urgent)
D = DeliveryState
log = structlog.get_logger()
CONTENT = {
    Way.LINE: bodies.line_content,
    Way.EMAIL: bodies.mail_content,
    Way.WEBHOOK: bodies.hook_content,
}


def to_freeze(ways: Collection[Way], at: datetime) -> bool:
    """Whether deliveries wait for a request, and there is room for one."""
    return any(
        db.session.scalar(_releases(way, at).limit(1)) is not None
        for way, room in _rooms(ways, at).items()
        if room > 0
    )


def freeze(ways: Collection[Way], at: datetime) -> int:
    """Make requests of waiting deliveries; in the caller's transaction.

    Each way has room of its own, so that one that is held or slow stops no other.  What is urgent
    comes first, then the oldest.

    Returns:
        how many requests were made.
    """
    rooms = _rooms(ways, at)
    return sum(_freeze_way(way, room, at) for way, room in rooms.items() if room > 0)


def _freeze_way(way: Way, room: int, at: datetime) -> int:
    made = 0
    for release_id in _held(list(db.session.scalars(_releases(way, at).limit(room)))):
        parcels = list(_parcels(list(db.session.scalars(_waiting(way, release_id)))))
        content = _words(way, parcels[0][0].release) if parcels else None
        if content is None:
            continue
        for together in parcels[: room - made]:
            _make(together, _keep(content), at)
            made += 1
        if made == room:
            break
    return made


def _words(way: Way, release: Release) -> bodies.Content | None:
    """What a release says; None where it cannot be told, for then it holds up no other."""
    try:
        return CONTENT[way](release)
    except Exception as error:
        log.error(
            "release_unsaid", release=release.id, kind=type(error).__name__, where=where(error)
        )
        return None


def _held(ids: list[int]) -> list[int]:
    """Whoever holds deliveries holds their release first; one that is being changed waits."""
    standing = (Release.id.in_(ids), Release.dropping_since.is_(None))
    query = select(Release.id).where(*standing).order_by(Release.id)
    held = query.with_for_update(read=True, key_share=True, skip_locked=True)
    free = set(db.session.scalars(held))
    return [number for number in ids if number in free]


def only_urgent(way: Way, at: datetime) -> bool:
    """Whether a way waits for the end of the quiet hours; systems do not sleep."""
    return way is not Way.WEBHOOK and quiet.machines_from(at, urgent=False) > at


def _rooms(ways: Collection[Way], at: datetime) -> dict[Way, int]:
    """How many requests more each way takes; what waits for the morning takes no room."""
    return {way: AHEAD - _ready(way, at) for way in sorted(ways)}


def _ready(way: Way, at: datetime) -> int:
    ready = select(func.count()).where(
        SendingRequest.way == way.value,
        SendingRequest.state == D.QUEUED.value,
        SendingRequest.attempts == 0,
    )
    if only_urgent(way, at):
        ready = ready.where(SendingRequest.release_id.in_(URGENT))
    return int(db.session.scalar(ready) or 0)


def _releases(way: Way, at: datetime) -> Select[int]:
    waiting = select(Delivery.release_id).where(Delivery.way == way.value, text(WAITING))
    begun = (Release.machines_done, Release.dropping_since.is_(None))
    query = select(Release.id).where(Release.id.in_(waiting), *begun)
    if only_urgent(way, at):
        query = query.where(Release.urgent)
    return query.order_by(Release.urgent.desc(), Release.id)


def _waiting(way: Way, release_id: int) -> Select[Delivery]:
    """Waiting deliveries of a release by a way, in the order of their index."""
    return (
        select(Delivery)
        .where(Delivery.way == way.value, Delivery.release_id == release_id, text(WAITING))
        .order_by(Delivery.channel_id, Delivery.id)
        .limit(ROWS)
        .with_for_update(skip_locked=True)
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


def _make(together: list[Delivery], body: str, at: datetime) -> None:
    first = together[0]
    request = SendingRequest(
        release_id=first.release_id,
        channel_id=first.channel_id,
        way=first.way,
        retry_key=str(uuid4()),
        body_sha256=body,
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
    return _keep(CONTENT[way](release))


def _keep(content: bodies.Content) -> str:
    digest = hashlib.sha256(canonical(content)).hexdigest()
    once = insert_once(SendingBody).values(sha256=digest, content=content).on_conflict_do_nothing()
    db.session.execute(once)
    return digest
