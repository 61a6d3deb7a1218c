"""What is true once a delivery was sent: the publication, its recipients, the end of a release."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.messages.models import KeyMessage, MessageState, Publication
from registry.messages.publishing import add_recipients, approved_at, publish_to, require_time
from registry.messages.recipients import GONE_OUT
from registry.messages.release_models import OUTWARD, Purpose, Release, ReleaseState
from registry.messages.services import note_move
from registry.messages.targets import reached_through
from registry.outbox.models import UNSETTLED, Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date

TRIED = (*GONE_OUT, DeliveryState.FAILED.value)


def settle(
    actor: Actor, delivery: Delivery, at: datetime, members: Select[Any] | None = None
) -> Publication | None:
    """A delivery was sent: its channel has the message now, and so have the members written to.

    Args:
        at: when it went out.
        members: a select of the ids of all for whom a personal delivery speaks; without one those
            to whom its request was sent.

    Returns:
        the publication, where this delivery was the channel's first; None otherwise.

    Raises:
        Refused: the moment cannot be, or the message was taken back; only for what people did.
    """
    release, made = delivery.release, None
    if release.as_purpose in OUTWARD:
        # Held before it is asked who has it: a task by hand may be taken back at this moment.
        message = hold_message(locked(release.id).message_id)
        personal = delivery.member_id is not None
        reached = (_sent_with(delivery) if members is None else members) if personal else None
        if not _has_it(delivery):
            made = _first_of_channel(actor, message, delivery, at, reached)
        if reached is not None and made is None:
            add_recipients(_publication(delivery), reached)
    if delivery.way == Way.HAND.value:
        end_if_settled(release, datetime.now(UTC))
    return made


def _sent_with(delivery: Delivery) -> Select[Any]:
    """The members to whom a delivery's request was sent; itself, where it has none."""
    row = Delivery
    together = row.id == delivery.id
    if delivery.request_id is not None:
        together = row.request_id == delivery.request_id
    sent = (row.state == DeliveryState.SENT.value, row.member_id.is_not(None))
    return select(row.member_id).where(together, *sent)


def _published(delivery: Delivery) -> Select[Publication]:
    row = Publication
    return select(row).where(
        row.message_id == delivery.message_id, row.channel_id == delivery.channel_id
    )


def _publication(delivery: Delivery) -> Publication:
    return db.session.scalars(_published(delivery)).one()


def _has_it(delivery: Delivery) -> bool:
    return db.session.scalar(_published(delivery).with_only_columns(Publication.id)) is not None


def _first_of_channel(
    actor: Actor,
    message: KeyMessage,
    delivery: Delivery,
    at: datetime,
    reached: Select[Any] | None,
) -> Publication:
    release = delivery.release
    first = release.as_purpose is Purpose.FIRST
    approved = approved_at(message)
    if delivery.way == Way.HAND.value:
        require_time(message, at, approved if first else message.published_at)
    _come_out(actor, message, release, delivery, at)
    minutes = int((at - approved).total_seconds() // 60) if first and approved else None
    return publish_to(
        Actor(actor.user_id or release.created_by, actor.via, release.office_id),
        message,
        delivery.channel,
        at,
        minutes,
        release_id=release.id,
        reached=_through(delivery, at) if reached is None else reached,
    )


def _through(delivery: Delivery, at: datetime) -> Select[int]:
    return reached_through(delivery.release, delivery.channel, to_bangkok_date(at))


def hold_message(message_id: int) -> KeyMessage:
    """A message as it is now, held until the transaction ends; its releases are held first."""
    query = select(KeyMessage).where(KeyMessage.id == message_id)
    return db.session.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one()


def _come_out(
    actor: Actor, message: KeyMessage, release: Release, delivery: Delivery, at: datetime
) -> None:
    """The release's first publication is a step of the message; the earliest is its beginning."""
    if message.published_at is not None and message.is_out:
        if release.as_purpose is Purpose.FIRST and at < message.published_at:
            message.published_at = at
        if _published_by(release):
            return
        before = message.as_state
    else:
        before = message.move(MessageState.PUBLISHED)
        message.published_at = at
    who = Actor(actor.user_id or release.created_by, actor.via, release.office_id)
    note_move(who, message, before, at, delivery.channel.name[:500], after=MessageState.PUBLISHED)


def _published_by(release: Release) -> bool:
    query = select(Publication.id).where(Publication.release_id == release.id).limit(1)
    return db.session.scalar(query) is not None


def hold_releases(message_id: int) -> list[Release]:
    """The releases of a message as they are now, held until the transaction ends.

    Whoever may need both holds them before the message, for so does what sends.
    """
    query = select(Release).where(Release.message_id == message_id).order_by(Release.id)
    held = query.with_for_update(of=Release).execution_options(populate_existing=True)
    return list(db.session.scalars(held))


def locked(release_id: int) -> Release:
    """A release as it is now, held until the transaction ends."""
    query = select(Release).where(Release.id == release_id).with_for_update(of=Release)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def unsettled(release: Release) -> bool:
    """Whether a delivery of a release still waits or is on its way."""
    row = Delivery
    query = select(row.id).where(row.release_id == release.id, *UNSETTLED).limit(1)
    return db.session.scalar(query) is not None


def end_if_settled(release: Release, at: datetime) -> bool:
    """A running release all of whose deliveries were made and settled is done.

    One that was called off before a thing was sent is cancelled.
    """
    if release.as_state is not ReleaseState.RUNNING or not release.machines_done:
        return False
    if unsettled(release):
        return False
    all_off = release.called_off_at is not None and not was_tried(release)
    turn(Actor.system(), release, ReleaseState.CANCELLED if all_off else ReleaseState.DONE, at)
    return True


def was_tried(release: Release) -> bool:
    """Whether anything of a release was sent, may have been, or was refused."""
    row = Delivery
    same = (row.message_id == release.message_id, row.release_id == release.id)
    tried = select(row.id).where(*same, row.state.in_(TRIED))
    return db.session.scalar(tried.limit(1)) is not None


def turn(actor: Actor, release: Release, to: ReleaseState, at: datetime, reason: str = "") -> None:
    """Change a release's state and write it down.

    Raises:
        Refused: there is no such step.
    """
    before = release.move(to)
    release.ended_at = at if to in (ReleaseState.DONE, ReleaseState.CANCELLED) else None
    release.reason = reason[:500] or release.reason
    note_turn(actor, release, before, reason)


def note_turn(actor: Actor, release: Release, before: ReleaseState, reason: str = "") -> None:
    """Write down what became of a release, and why."""
    db.session.flush()
    record(
        actor,
        Action.RELEASE_STATE,
        "release",
        release.id,
        province=release.office.province_code,
        message=release.message_id,
        from_=before.value,
        to=release.state,
        changes={"reason": [None, reason[:300]]} if reason else None,
    )
