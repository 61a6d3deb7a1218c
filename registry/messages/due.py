"""The pulse that starts what is due: step by step, each in a transaction of its own.

A killed process leaves steps that are whole; the next one goes on from there.  What people do
begins at the planned time; what machines send begins after the quiet hours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from flask_babel import gettext as _
from sqlalchemy import and_, exists, func, or_, select

from registry.access.scope import office_scope
from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.logs import where
from registry.messages.audience import Audience
from registry.messages.audience_queries import count_audience
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.recipients import NOTICES
from registry.messages.release_models import OUTWARD, Release, ReleaseState
from registry.messages.releases import is_large, require_ready, require_valid
from registry.messages.settling import end_if_settled, locked, turn
from registry.messages.targets import (
    hand_targets,
    machine_targets,
    outlets_for,
    personal_targets,
)
from registry.outbox.deliveries import make_deliveries
from registry.outbox.dropping import drop_waiting
from registry.outbox.models import UNSETTLED, Delivery
from registry.periods.calendar import to_bangkok_date
from registry.pulse import briefly, pulse

BATCH = 5_000
"""People of one step: as many as are written down before others may write again."""
R = ReleaseState
log = structlog.get_logger()


@pulse("releases:due")
def run_due() -> bool:
    """Start every release that is due, and close those all of whose deliveries are settled."""
    now = datetime.now(UTC)
    begun = [_alone(partial(begin, release_id, now)) for release_id in briefly(_due(now))]
    ended = [_alone(partial(end, release_id, now)) for release_id in briefly(_settled())]
    return any(begun) or any(ended)


def _alone(step: Callable[[], bool]) -> bool:
    """Take a step in a transaction of its own: what is wrong with one release holds up no other."""
    try:
        with unit_of_work():
            return step()
    except Exception as error:
        log.error("release_failed", kind=type(error).__name__, where=where(error))
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
    waits = exists().where(Delivery.release_id == Release.id, *UNSETTLED)
    query = select(Release.id).where(
        Release.state == R.RUNNING.value, Release.machines_done.is_(True), ~waits
    )
    return list(db.session.scalars(query))


def begin(release_id: int, now: datetime) -> bool:
    """Take the next step of one release that is due, in the caller's transaction.

    Returns:
        whether anything was to be done; there may be more of it.
    """
    release = locked(release_id)
    begins = release.as_state is R.SCHEDULED and release.planned_at <= now
    goes_on = release.as_state is R.RUNNING and not release.machines_done
    if not begins and not goes_on:
        return False
    if _still_wanted(release, now) and (goes_on or _runs(release, now)):
        _machines(release, now)
    return True


def _runs(release: Release, now: datetime) -> bool:
    """Let it run, unless it takes a second person by now."""
    if release.as_purpose in OUTWARD and _became_large(release, now):
        why = _("The audience has become large since this was planned.")
        turn(Actor.system(), release, R.WAITING, now, why)
        return False
    turn(Actor.system(), release, R.RUNNING, now)
    make_deliveries(release, hand_targets(outlets_for(release)))
    return True


def _became_large(release: Release, now: datetime) -> bool:
    """Count anew; whether so many people were never confirmed by a second person."""
    on = to_bangkok_date(now)
    counted = count_audience(
        office_scope(release.office, on),
        Audience.of(release.audience),
        [outlet.channel for outlet in outlets_for(release)],
        on,
        message_id=release.message_id,
    )
    release.counted = counted.stored()
    confirmed = release.urgent or release.confirmed_by is not None
    return not confirmed and is_large(counted.people, now)


def _machines(release: Release, now: datetime) -> None:
    """What machines send, unless it is night by now: then it waits for the morning."""
    due = max(release.machines_at or release.planned_at, now)
    release.machines_at = machines_from(due, urgent=release.urgent)
    if release.machines_at > now:
        return
    outlets, room = outlets_for(release), BATCH
    make_deliveries(release, machine_targets(outlets))
    for targets in personal_targets(release, outlets, now, BATCH):
        make_deliveries(release, targets)
        room -= len(targets)
        if room <= 0:
            return
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
        drop_waiting(release, now)
        return False
    return True


def _require_wanted(release: Release, message: KeyMessage) -> None:
    if release.as_purpose in NOTICES:
        return
    if message.is_out and message.as_state not in PASSED_ON:
        raise Refused(_("The message was withdrawn in the meantime."))
    require_ready(release.office_id, message, release.as_purpose)
    require_valid(message, datetime.now(UTC))
    if not release.office.may_publish:
        raise Refused(_("The office lost its right to publish in the meantime."))
    if release.as_purpose in OUTWARD:
        _leave_out(release)


def _leave_out(release: Release) -> None:
    """Channels that were closed or became another office's are left out, and the page says so.

    Raises:
        Refused: none is left.
    """
    query = select(Channel).where(Channel.id.in_(release.channels)).order_by(Channel.id)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    own = [row for row in rows if row.office_id == release.office_id and row.retired_on is None]
    if not own:
        raise Refused(_("None of its channels is open and the office’s any more."))
    if len(own) < len(rows):
        left_out = ", ".join(row.name for row in rows if row not in own)
        words = _("Left out, being closed or another office’s by now: %(names)s", names=left_out)
        release.reason, release.channels = words[:500], [row.id for row in own]
