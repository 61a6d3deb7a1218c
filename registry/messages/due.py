"""The pulse that starts what is due: in one transaction, so that a killed process leaves no half.

What people do begins at the planned time; what machines send begins after the quiet hours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from flask_babel import gettext as _
from sqlalchemy import and_, exists, func, or_, select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.recipients import NOTICES
from registry.messages.release_models import Release, ReleaseState
from registry.messages.release_steps import drop_waiting
from registry.messages.releases import require_ready
from registry.messages.settling import end_if_settled, locked, turn
from registry.messages.targets import hand_targets, machine_targets, outlets_for
from registry.outbox.deliveries import make_deliveries
from registry.outbox.models import SETTLED, Delivery
from registry.pulse import pulse

R = ReleaseState
log = structlog.get_logger()


@pulse("releases:due")
def run_due() -> bool:
    """Start every release that is due, and close those all of whose deliveries are settled."""
    now = datetime.now(UTC)
    begun = [_alone(partial(begin, release_id, now)) for release_id in _due(now)]
    ended = [_alone(partial(end, release_id, now)) for release_id in _settled()]
    return any(begun) or any(ended)


def _alone(step: Callable[[], bool]) -> bool:
    """Take a step in a transaction of its own: what is wrong with one release holds up no other."""
    try:
        with unit_of_work():
            return step()
    except Exception as error:
        log.error("release_failed", exc_info=error)
        return False


def end(release_id: int, now: datetime) -> bool:
    """Close a release all of whose deliveries are settled, in the caller's transaction."""
    return end_if_settled(locked(release_id), now)


def _due(now: datetime) -> list[int]:
    row = Release
    begins = and_(row.state == R.SCHEDULED.value, row.planned_at <= now)
    goes_on = and_(
        row.state == R.RUNNING.value,
        row.machines_done.is_(False),
        func.coalesce(row.machines_at, row.planned_at) <= now,
    )
    query = select(row.id).where(or_(begins, goes_on)).order_by(row.planned_at, row.id)
    return list(db.session.scalars(query))


def _settled() -> list[int]:
    waits = exists().where(
        Delivery.release_id == Release.id, Delivery.state.not_in(sorted(SETTLED))
    )
    query = select(Release.id).where(
        Release.state == R.RUNNING.value, Release.machines_done.is_(True), ~waits
    )
    return list(db.session.scalars(query))


def begin(release_id: int, now: datetime) -> bool:
    """Make the deliveries that are due of one release, in the caller's transaction.

    Returns:
        whether anything was to be done.
    """
    release = locked(release_id)
    if release.as_state is R.SCHEDULED and release.planned_at <= now:
        if not _still_wanted(release, now):
            return True
        turn(Actor.system(), release, R.RUNNING, now)
        make_deliveries(release, hand_targets(outlets_for(release)))
    elif release.as_state is not R.RUNNING or release.machines_done:
        return False
    elif not _still_wanted(release, now):
        return True
    _machines(release, now)
    return True


def _machines(release: Release, now: datetime) -> None:
    """What machines send, unless it is night by now: then it waits for the morning."""
    due = max(release.machines_at or release.planned_at, now)
    release.machines_at = machines_from(due, urgent=release.urgent)
    if release.machines_at > now:
        return
    make_deliveries(release, machine_targets(release, outlets_for(release), now))
    release.machines_done = True
    db.session.flush()
    end_if_settled(release, now)


def _still_wanted(release: Release, now: datetime) -> bool:
    """Whether the message may still go out; otherwise the release is called off."""
    query = select(KeyMessage).where(KeyMessage.id == release.message_id)
    held = query.with_for_update(read=True, of=KeyMessage)
    message = db.session.scalars(held.execution_options(populate_existing=True)).one()
    try:
        _require_wanted(release, message)
    except Refused as refusal:
        turn(Actor.system(), release, R.CANCELLED, now, str(refusal))
        drop_waiting(release)
        return False
    return True


def _require_wanted(release: Release, message: KeyMessage) -> None:
    if release.as_purpose in NOTICES:
        return
    if message.is_out and message.as_state not in PASSED_ON:
        raise Refused(_("The message was withdrawn in the meantime."))
    require_ready(release.office_id, message, release.as_purpose)
