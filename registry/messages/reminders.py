"""Writing again, kindly, to those of whom nothing was heard: once a day at most, ranking nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db
from registry.errors import Refused
from registry.messages.audience_queries import Counted
from registry.messages.models import KeyMessage
from registry.messages.publishing import PASSED_ON
from registry.messages.recipients import count_to_remind
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.releases import CountChanged, add_release, require_valid
from registry.messages.typed import start_of
from registry.periods.calendar import to_bangkok_date


def plan_reminder(
    actor: Actor, message: KeyMessage, *, seen_count: int | None, form_token: str | None = None
) -> Release:
    """Write again to the recipients in the office's care who have not reacted.

    No recipient is added.  It goes to people's own addresses only, after the quiet hours.

    Args:
        seen_count: how many the button said.

    Raises:
        Refused: the message is not out, was sent again today, or nobody is to be reminded.
        CountChanged: there are more people now than the button said.
    """
    now = datetime.now(UTC)
    office = db.session.get(Office, actor.office_id) if actor.office_id else None
    if office is None or not office.may_publish:
        raise Refused(_("Your office has no publishing rights yet; its head can ask for them."))
    db.session.execute(
        select(KeyMessage.id).where(KeyMessage.id == message.id).with_for_update(of=KeyMessage)
    )
    if form_token and (twin := _twin(message, form_token)):
        return twin
    if message.as_state not in PASSED_ON:
        raise Refused(_("“%(title)s” is not published.", title=message.title))
    require_valid(message, now)
    if reminded_on(office.id, message.id, now):
        raise Refused(_("Your office wrote again about this message today; try tomorrow."))
    counted = counted_now(office, message.id, now)
    if not counted.people:
        raise Refused(_("Nobody who can be written to is waiting to react."))
    if seen_count is not None and counted.people > seen_count:
        raise CountChanged(counted)
    return add_release(
        actor,
        message,
        office,
        Purpose.REMINDER,
        now,
        audience={},
        channels=[],
        counted=counted.stored(),
        urgent=False,
        form_token=form_token,
        created_at=now,
    )


def counted_now(office: Office, message_id: int, at: datetime) -> Counted:
    """How many would be written to now, by way."""
    ways = count_to_remind(office, message_id, at)
    return Counted(people=sum(ways.values()), ways=ways, deliveries=ways)


def reminded_on(office_id: int, message_id: int, at: datetime) -> bool:
    """Whether an office wrote again about a message on that day of Thailand already."""
    midnight = start_of(to_bangkok_date(at))
    query = select(Release.id).where(
        Release.office_id == office_id,
        Release.message_id == message_id,
        Release.purpose == Purpose.REMINDER.value,
        Release.state != ReleaseState.CANCELLED.value,
        Release.created_at >= midnight,
        Release.created_at < midnight + timedelta(days=1),
    )
    return db.session.scalar(query.limit(1)) is not None


def _twin(message: KeyMessage, token: str) -> Release | None:
    query = select(Release).where(Release.form_token == token, Release.message_id == message.id)
    return db.session.scalar(query)
