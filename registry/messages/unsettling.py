"""Taking back what a task by hand made true, where it was noted as done by mistake.

The publication and its recipients go as a whole, or not at all: once somebody reacted, or was
told of a change, the ledger rests on them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, select, true

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import among
from registry.db import db
from registry.errors import Refused
from registry.members.models import MemberSpan
from registry.messages.ledger_models import (
    Dissemination,
    DisseminationState,
    Question,
    Recipient,
)
from registry.messages.models import TAKEN_BACK, KeyMessage, MessageMove, Publication
from registry.messages.publishing import add_recipients, listed
from registry.messages.recipients import NOTICES
from registry.messages.release_models import OUTWARD, Purpose, Release, ReleaseState
from registry.messages.settling import hold_message, locked, turn
from registry.messages.targets import reached_through
from registry.outbox.models import Delivery


def unsettle(actor: Actor, delivery: Delivery, noted_at: datetime, reason: str) -> int:
    """Take back what :func:`registry.messages.settling.settle` made true of a task by hand.

    Args:
        noted_at: when the task was noted as done.

    Returns:
        how many members no longer count as reached.

    Raises:
        Refused: something rests on it; the sentence says what.
    """
    release, gone = locked(delivery.release_id), 0
    if release.as_purpose in OUTWARD and (made := _made_by(delivery)) is not None:
        message = hold_message(release.message_id)
        _refuse_after_notice(message, noted_at)
        _note(actor, message, made, reason)
        gone = _take_back(message, made)
    if release.as_state is ReleaseState.DONE:
        turn(actor, release, ReleaseState.RUNNING, datetime.now(UTC))
    return gone


def _made_by(delivery: Delivery) -> Publication | None:
    """The publication that the task made; none where the channel had the message already."""
    row = Publication
    query = select(row).where(
        row.message_id == delivery.message_id,
        row.channel_id == delivery.channel_id,
        row.release_id == delivery.release_id,
    )
    return db.session.scalar(query)


def _refuse_after_notice(message: KeyMessage, noted_at: datetime) -> None:
    """Who was told of a correction, of a withdrawal, or again, was told because of it."""
    told = sorted({*NOTICES, Purpose.REMINDER})
    query = select(Release.id).where(
        Release.message_id == message.id,
        Release.purpose.in_(told),
        Release.created_at >= noted_at,
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Refused(
            _(
                "Since this was noted, “%(title)s” was corrected or withdrawn, or people were "
                "reminded of it, and this channel counted; it can no longer be taken back.",
                title=message.title,
            )
        )


def _take_back(message: KeyMessage, made: Publication) -> int:
    others = [row for row in _publications(message) if row.id != made.id]
    gone = _held_recipients(made)
    rest = min((row.at for row in others), default=None)
    _refuse_reactions(message, gone, rest)
    db.session.execute(delete(Recipient).where(Recipient.publication_id == made.id))
    db.session.delete(made)
    message.was_out_from(rest)
    db.session.flush()
    db.session.expire(message, ["publications"])
    for row in others:
        if row.id > made.id:
            _reach_again(row, gone)
    return len(gone)


def _publications(message: KeyMessage) -> list[Publication]:
    query = select(Publication).where(Publication.message_id == message.id)
    return list(db.session.scalars(query.order_by(Publication.id)))


def _held_recipients(made: Publication) -> list[int]:
    """Whom it reached; held, so that no receipt comes in between."""
    query = select(Recipient.member_id).where(Recipient.publication_id == made.id)
    return list(db.session.scalars(query.order_by(Recipient.member_id).with_for_update()))


def _refuse_reactions(message: KeyMessage, gone: list[int], rest: datetime | None) -> None:
    """Nobody whom it reached has reacted, and nobody at all before the message was out without it.

    Args:
        rest: when the message first went out otherwise; None where it did not.
    """
    d, row, q = Dissemination, Recipient, Question
    here = among(row.member_id, gone)
    heard = or_(row.received_at.is_not(None), row.declined_at.is_not(None))
    reactions = (
        select(row.member_id).where(row.message_id == message.id, here, heard),
        select(d.id).where(
            d.message_id == message.id,
            d.state != DisseminationState.WITHDRAWN.value,
            _rests(d.member_id, d.at, gone, rest),
        ),
        select(q.id).where(q.message_id == message.id, _rests(q.member_id, q.asked_at, gone, rest)),
    )
    if any(db.session.scalar(query.limit(1)) is not None for query in reactions):
        raise Refused(
            _(
                "Members have already received “%(title)s” through this channel, passed it on or "
                "asked about it; what they told stands, so this can no longer be taken back.",
                title=message.title,
            )
        )


def _rests(member: Any, at: Any, gone: list[int], rest: datetime | None) -> ColumnElement[bool]:
    return true() if rest is None else or_(among(member, gone), at < rest)


def _reach_again(row: Publication, gone: list[int]) -> None:
    """Those whom a later publication reached as well have the message through that one."""
    if row.release_id is None:
        reached = select(MemberSpan.member_id).where(listed(row.channel, row.on))
    else:
        release = db.session.get_one(Release, row.release_id)
        reached = reached_through(release, row.channel, row.on)
    some = reached.subquery().c[0]
    add_recipients(row, select(some).where(among(some, gone)))


def _note(actor: Actor, message: KeyMessage, made: Publication, reason: str) -> None:
    """The history keeps that it was noted as published, and then that it was taken back."""
    before, where = message.state, made.channel.name
    message.moves.append(
        MessageMove(
            before=before,
            after=TAKEN_BACK,
            at=datetime.now(UTC),
            actor_id=actor.user_id,
            reason=f"{where}: {reason}"[:500],
        )
    )
    record(
        actor,
        Action.MESSAGE_UNPUBLISH,
        "message",
        message.id,
        province=made.province_code,
        channel=made.channel_id,
        from_=before,
    )
