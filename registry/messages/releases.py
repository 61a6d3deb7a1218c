"""Releases: planning that a message goes out; what becomes of them is in ``release_steps``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.access.models import Office
from registry.access.scope import office_scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel
from registry.db import db
from registry.errors import Refused
from registry.i18n import day
from registry.messages.audience import Audience
from registry.messages.audience_queries import Counted, count_audience
from registry.messages.ledger_models import Recipient
from registry.messages.models import Correction, KeyMessage, MessageState
from registry.messages.publishing import PASSED_ON, own_channels
from registry.messages.quiet import machines_from
from registry.messages.recipients import NOTICES, channels_with
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.release_steps import cancel, confirm, require_idle
from registry.messages.settling import settle
from registry.messages.ways import served
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on

__all__ = [
    "CountChanged",
    "add_release",
    "cancel",
    "confirm",
    "plan",
    "plan_notice",
    "require_idle",
    "settle",
]
FARTHEST = timedelta(days=366)
TOLERANCE = 100
"""One in so many may come or go between looking and pressing without being asked again."""


class CountChanged(Refused):
    """The number of people is no longer the one that the button said."""

    def __init__(self, counted: Counted) -> None:
        self.counted = counted
        super().__init__(
            _(
                "The number of people has changed to %(count)s since you looked; check it, then "
                "press again.",
                count=f"{counted.people:,}",
            )
        )


def plan(
    actor: Actor,
    message: KeyMessage,
    audience: Audience,
    channel_ids: Iterable[int],
    *,
    purpose: Purpose,
    planned_at: datetime | None = None,
    seen_count: int | None,
    form_token: str | None = None,
) -> Release:
    """Plan that a message goes out to an audience through channels of the actor's office.

    Args:
        planned_at: when it may begin (default: now); quiet hours move on what machines send.
        seen_count: the number of people that the button said; None where nobody was shown one.
        form_token: a form sent twice makes one release.

    Raises:
        Refused: the message is not ready, a channel is not the office's, or the time is wrong.
        CountChanged: the number of people is another one by now.
    """
    now = datetime.now(UTC)
    _hold(message)
    if form_token and (twin := _twin(message, form_token)):
        return twin
    at = _moment(planned_at, now)
    channels = _unserved(message, own_channels(actor, channel_ids, to_bangkok_date(now)))
    require_ready(actor.office_id, message, purpose)
    require_valid(message, at)
    office, on = _office(actor), to_bangkok_date(now)
    counted = count_audience(
        office_scope(office, on), audience, channels, on, message_id=message.id
    )
    if seen_count is not None and abs(counted.people - seen_count) > seen_count // TOLERANCE:
        raise CountChanged(counted)
    return add_release(
        actor,
        message,
        office,
        purpose,
        at,
        audience=audience.stored(),
        channels=[channel.id for channel in channels],
        counted=counted.stored(),
        urgent=is_urgent(message, purpose),
        form_token=form_token,
        created_at=now,
    )


def _office(actor: Actor) -> Office:
    return db.session.get_one(Office, actor.office_id)


def _hold(message: KeyMessage) -> None:
    """Two who press at once come one after the other."""
    query = select(KeyMessage).where(KeyMessage.id == message.id).with_for_update(of=KeyMessage)
    db.session.execute(query.execution_options(populate_existing=True))


def _twin(message: KeyMessage, token: str) -> Release | None:
    query = select(Release).where(Release.form_token == token, Release.message_id == message.id)
    return db.session.scalar(query)


def _moment(planned_at: datetime | None, now: datetime) -> datetime:
    if planned_at is not None and planned_at > now + FARTHEST:
        raise Refused(_("Choose a day within a year from now."))
    return max(planned_at or now, now)


def is_urgent(message: KeyMessage, purpose: Purpose) -> bool:
    """Whether a crisis message may go out by night and on one person's word.

    Its own office's first publication is; onward ones are until somebody reviewed the message.
    """
    crisis = message.crisis_reason is not None
    return crisis and (purpose is Purpose.FIRST or message.reviewed_at is None)


def require_valid(message: KeyMessage, at: datetime) -> None:
    """A message goes out until the last day on which it is to be passed on.

    Raises:
        Refused: that day is over at the planned moment.
    """
    if message.valid_until is not None and to_bangkok_date(at) > message.valid_until:
        raise Refused(
            _(
                "“%(title)s” is to be passed on until %(day)s only; choose an earlier time, or "
                "prepare a new message.",
                title=message.title,
                day=day(message.valid_until),
            )
        )


def require_ready(office_id: int | None, message: KeyMessage, purpose: Purpose) -> None:
    """The office that wrote a message publishes it first, once it was proofread.

    Raises:
        Refused: it is not ready, or it is not this office's turn.
    """
    state = message.as_state
    if state in PASSED_ON:
        return
    if office_id != message.office_id:
        raise Refused(_("The office that wrote the message publishes it first."))
    if purpose is not Purpose.FIRST or state is not MessageState.PROOFREAD:
        raise Refused(
            _(
                "“%(title)s” is not ready to be published; it must be approved and proofread.",
                title=message.title,
            )
        )


def _unserved(message: KeyMessage, channels: list[Channel]) -> list[Channel]:
    """Those that do not have the message and to which it is not on its way."""
    done = served(message.id)
    left = [channel for channel in channels if channel.id not in done]
    if not left:
        raise Refused(
            _("The chosen channels have the message already, or it is on its way to them.")
        )
    return left


def add_release(
    actor: Actor, message: KeyMessage, office: Office, purpose: Purpose, at: datetime, **given: Any
) -> Release:
    """Write a release down; a large audience waits for a second person unless it is urgent."""
    waits = not given["urgent"] and is_large(given["counted"]["people"], at)
    release = Release(
        message=message,
        office=office,
        purpose=purpose.value,
        planned_at=at,
        machines_at=machines_from(at, urgent=given["urgent"]),
        state=(ReleaseState.WAITING if waits else ReleaseState.SCHEDULED).value,
        created_by=actor.user_id,
        **given,
    )
    db.session.add(release)
    db.session.flush()
    record(
        actor,
        Action.RELEASE_PLAN,
        "release",
        release.id,
        province=office.province_code,
        message=message.id,
        purpose=purpose.value,
        count=given["counted"]["people"],
        to=release.state,
    )
    return release


def is_large(people: int, at: datetime) -> bool:
    """Whether so many people take a second person's word, by the settings of the day."""
    on = to_bangkok_date(at)
    asked = setting_on(Dated.SECOND_PERSON, on)
    return bool(asked) and people >= setting_on(Dated.LARGE_AUDIENCE, on)


def plan_notice(
    actor: Actor, message: KeyMessage, purpose: Purpose, correction: Correction | None = None
) -> Release | None:
    """Tell all who have a message that it was corrected or withdrawn, at once.

    It goes to every channel that had it, or to which it is on its way, and to every recipient who
    may still be written to.

    Returns:
        the release; None where nobody has the message.
    """
    channels = channels_with(message.id)
    office = db.session.get(Office, actor.office_id) if actor.office_id else message.office
    if not channels or office is None or purpose not in NOTICES:
        return None
    now = datetime.now(UTC)
    counted = Counted(people=_recipients(message.id), channels=len(channels))
    return add_release(
        actor,
        message,
        office,
        purpose,
        now,
        audience={},
        channels=channels,
        counted=counted.stored(),
        urgent=True,
        created_at=now,
        correction=correction,
    )


def _recipients(message_id: int) -> int:
    query = select(func.count()).where(Recipient.message_id == message_id)
    return int(db.session.scalar(query) or 0)
