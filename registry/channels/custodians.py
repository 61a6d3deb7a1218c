"""Naming the custodian of an office's channel, and handing the channel over to a colleague."""

from __future__ import annotations

from datetime import UTC, datetime, time

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import User
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.custodian_models import ChannelCustodian
from registry.channels.models import Channel
from registry.db import db
from registry.errors import Refused
from registry.periods.calendar import BANGKOK

LONGEST_NOTE = 300


def change(actor: Actor, channel: Channel, user_id: int | None) -> None:
    """Another custodian is wished: the first is named at once, a later one is asked first.

    Raises:
        Refused: as :func:`offer` does.
    """
    if user_id == channel.custodian_id:
        return
    if user_id is None:
        release(actor, channel)
    elif channel.custodian_id is None:
        name(actor, channel, user_id)
    elif not _is_asked(channel, user_id):
        offer(actor, channel, db.session.get_one(User, user_id))


def name(actor: Actor, channel: Channel, user_id: int) -> None:
    """Name a custodian where there was none."""
    now = datetime.now(UTC)
    _end_offers(channel, now)
    row = ChannelCustodian(
        channel_id=channel.id,
        user_id=user_id,
        offered_at=now,
        offered_by=actor.user_id,
        accepted_at=now,
    )
    db.session.add(row)
    _take_over(actor, channel, user_id, "named")


def release(actor: Actor, channel: Channel) -> None:
    """The channel has no custodian for now."""
    now = datetime.now(UTC)
    _end_offers(channel, now)
    _present(channel).ended_at = now
    _take_over(actor, channel, None, "released")


def offer(actor: Actor, channel: Channel, user: User, note: str = "") -> ChannelCustodian:
    """Ask a colleague to take the channel over; until then the present custodian stays.

    Raises:
        Refused: the channel is retired, or the colleague has it or is asked already, works
            elsewhere or has no account that is open.
    """
    _need_office(channel)
    if user.id == channel.custodian_id:
        raise Refused(
            _("%(name)s looks after this channel already; choose a colleague.", name=user.name)
        )
    if not user.active or user.office_id != channel.office_id:
        raise Refused(_("Choose a colleague of the office whose account is open."))
    if _is_asked(channel, user.id):
        raise Refused(
            _(
                "%(name)s is asked already and has not answered yet; wait for the answer, or ask "
                "another colleague.",
                name=user.name,
            )
        )
    now = datetime.now(UTC)
    _end_offers(channel, now)
    row = ChannelCustodian(
        channel_id=channel.id,
        user_id=user.id,
        offered_at=now,
        offered_by=actor.user_id,
        note=note.strip()[:LONGEST_NOTE] or None,
    )
    db.session.add(row)
    _record(actor, channel, "offered")
    return row


def accept(actor: Actor, channel: Channel) -> None:
    """The colleague takes the channel over: from now on it is theirs.

    Raises:
        Refused: it was not offered to the actor, or no longer.
    """
    _need_office(channel)
    row = _offer_to(actor, channel)
    now = datetime.now(UTC)
    if channel.custodian_id is not None:
        _present(channel).ended_at = now
    row.accepted_at = now
    _take_over(actor, channel, row.user_id, "accepted")


def decline(actor: Actor, channel: Channel) -> None:
    """The colleague does not take it over; the present custodian stays.

    Raises:
        Refused: it was not offered to the actor, or no longer.
    """
    _offer_to(actor, channel).ended_at = datetime.now(UTC)
    _record(actor, channel, "declined")


def open_offer(channel: Channel) -> ChannelCustodian | None:
    """The hand-over that waits for an answer."""
    query = select(ChannelCustodian).where(
        ChannelCustodian.channel_id == channel.id,
        ChannelCustodian.accepted_at.is_(None),
        ChannelCustodian.ended_at.is_(None),
    )
    return db.session.scalar(query.order_by(ChannelCustodian.id.desc()).limit(1))


def _is_asked(channel: Channel, user_id: int) -> bool:
    row = open_offer(channel)
    return row is not None and row.user_id == user_id


def _offer_to(actor: Actor, channel: Channel) -> ChannelCustodian:
    row = open_offer(channel)
    if row is None or row.user_id != actor.user_id:
        raise Refused(_("This hand-over does not wait for you (any more); reload the page."))
    return row


def _end_offers(channel: Channel, now: datetime) -> None:
    row = open_offer(channel)
    if row is not None:
        row.ended_at = now


def _present(channel: Channel) -> ChannelCustodian:
    """The present custodian's time; written down now where none was yet."""
    query = select(ChannelCustodian).where(
        ChannelCustodian.channel_id == channel.id,
        ChannelCustodian.user_id == channel.custodian_id,
        ChannelCustodian.accepted_at.is_not(None),
        ChannelCustodian.ended_at.is_(None),
    )
    row = db.session.scalar(query)
    if row is None:
        since = datetime.combine(channel.opened_on, time(), BANGKOK).astimezone(UTC)
        row = ChannelCustodian(
            channel_id=channel.id,
            user_id=channel.custodian_id,
            offered_at=since,
            accepted_at=since,
        )
        db.session.add(row)
    return row


def _take_over(actor: Actor, channel: Channel, user_id: int | None, kind: str) -> None:
    db.session.flush()
    channel.custodian_id = user_id
    _record(actor, channel, kind)
    db.session.refresh(channel, ["custodian"])


def _need_office(channel: Channel) -> None:
    if channel.office_id is None or channel.retired_on is not None:
        raise Refused(_("Only an office's channel in use has a custodian; choose another channel."))


def _record(actor: Actor, channel: Channel, kind: str) -> None:
    db.session.flush()
    province = channel.office.province_code if channel.office else None
    record(actor, Action.CHANNEL_CUSTODIAN, "channel", channel.id, province=province, kind=kind)
