"""Dropping what a release that was called off has not sent: a little at once, the rest by a pulse.

From the transaction on that marks a release nothing of it is put into a request any more.  Each
batch is a transaction of its own, so a killed process leaves rows that the next beat drops.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, select, update

from registry.bulk import among
from registry.db import db, unit_of_work
from registry.messages import settling as ledger
from registry.messages.release_models import Release
from registry.outbox.models import IDLE, IS_OPEN, Delivery, DeliveryState, SendingRequest, Way
from registry.pulse import briefly, pulse

BATCH = 2_000
"""Deliveries of one transaction: as many as a person waits for, and others who write."""
D = DeliveryState
PLAIN = {"synchronize_session": False}


def drop_waiting(release: Release, at: datetime) -> bool:
    """Nothing of a release is sent or done any more that surely had no effect so far.

    What is under way or in doubt is left.  The caller holds the release, so that no request is made
    meanwhile; one that is being claimed at this moment counts as under way.  Requests and tasks for
    people end at once; of deliveries, which may be a million, a first batch does.  It is marked for
    good, so that what is under way is not tried again either.

    Returns:
        whether there was anything to drop.
    """
    db.session.flush()
    _drop_requests(release, at)
    release.called_off_at = datetime.now(UTC)  # past every claim that was not waited for
    tasks = update(Delivery).where(*_waiting(release), Delivery.way == Way.HAND.value)
    dropped = _drop(tasks, at) + _drop_batch(release, at)
    db.session.expire_all()
    rest = _rest(release)
    if rest or _has_idle_requests(release):
        release.dropping_since = at
    db.session.flush()
    return bool(dropped) or rest


def _waiting(release: Release) -> tuple[Any, ...]:
    return Delivery.release_id == release.id, IS_OPEN, IDLE


def _idle_requests(release: Release) -> Select[int]:
    row = SendingRequest
    idle = (row.release_id == release.id, row.state == D.QUEUED.value, row.doubtful.is_(False))
    return select(row.id).where(*idle)


def _has_idle_requests(release: Release) -> bool:
    return db.session.scalar(_idle_requests(release).limit(1)) is not None


def _drop_requests(release: Release, at: datetime) -> None:
    """One that another transaction holds is most likely being claimed; the pulse looks again."""
    ids = list(db.session.scalars(_idle_requests(release).with_for_update(skip_locked=True)))
    ended = {"state": D.CANCELLED.value, "settled_at": at, "error": None, "recipients": None}
    requests = update(SendingRequest).where(among(SendingRequest.id, ids)).values(**ended)
    db.session.execute(requests, execution_options=PLAIN)


def _drop(which: Any, at: datetime) -> int:
    ended = {"state": D.CANCELLED.value, "settled_at": at, "error": None}
    dropped = db.session.execute(which.values(**ended), execution_options=PLAIN)
    return cast("CursorResult[Any]", dropped).rowcount


def _drop_batch(release: Release, at: datetime) -> int:
    ids = list(db.session.scalars(_next(release).limit(BATCH).with_for_update(skip_locked=True)))
    return _drop(update(Delivery).where(among(Delivery.id, ids)), at)


def _next(release: Release) -> Select[int]:
    """Deliveries still to drop; ordered as the index of open ones, so that no table is searched."""
    machines = Delivery.way != Way.HAND.value
    return select(Delivery.id).where(*_waiting(release), machines).order_by(Delivery.way)


def _rest(release: Release) -> bool:
    return db.session.scalar(_next(release).limit(1)) is not None


@pulse("outbox:dropping")
def drop_marked() -> bool:
    """Drop batches of the marked releases, in turn, for a beat's share; whether there was any."""
    marked = select(Release.id).where(Release.dropping_since.is_not(None)).order_by(Release.id)
    ids = list(db.session.scalars(marked))
    for release_id in briefly(ids):
        if go_on(release_id):
            ids.append(release_id)
    return bool(ids)


def go_on(release_id: int) -> bool:
    """Drop a batch of a marked release, and take the mark away after the last one.

    Returns:
        whether there is more to drop.
    """
    with unit_of_work():
        release = ledger.locked(release_id)
        if release.dropping_since is None:
            return False
        _drop_batch(release, release.dropping_since)
        if not _rest(release):
            _drop_requests(release, release.dropping_since)
        if _rest(release):
            return True
        if _has_idle_requests(release):  # held by another transaction: the next beat looks again
            return False
        release.dropping_since = None
        ledger.end_if_settled(release, datetime.now(UTC))
        return False
