"""Taking back what a task by hand made true, where it was noted as done by mistake.

The publication and its recipients go as a whole, or not at all: once somebody reacted, or was
told of a change, the ledger rests on them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from registry.audit.actions import Action
from registry.audit.services import Actor, record
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
from registry.messages.publishing import given_by, listed
from registry.messages.recipients import NOTICES
from registry.messages.release_models import OUTWARD, Purpose, Release
from registry.messages.settling import hold_message, locked
from registry.messages.targets import reached_through
from registry.messages.ways import open_on
from registry.outbox.models import Delivery, DeliveryState


def unsettle(actor: Actor, delivery: Delivery, noted_at: datetime, reason: str) -> int:
    """Take back what :func:`registry.messages.settling.settle` made true of a task by hand.

    Args:
        noted_at: when the task was noted as done.

    Returns:
        how many members no longer count as reached.

    Raises:
        Refused: something rests on it; the sentence says what.
    """
    release = locked(delivery.release_id)
    if release.as_purpose not in OUTWARD:
        return 0
    message = hold_message(release.message_id)
    made = _made_by(delivery)
    if made is None:
        return 0
    _refuse_where_sent(message, delivery)
    _refuse_after_notice(message, noted_at)
    _note(actor, message, made, reason)
    return _take_back(message, made)


def _made_by(delivery: Delivery) -> Publication | None:
    """The publication that the task made; none where the channel had the message already.

    The moment tells it from one that a machine made through the same channel of the release.
    """
    row = Publication
    query = select(row).where(
        row.message_id == delivery.message_id,
        row.channel_id == delivery.channel_id,
        row.release_id == delivery.release_id,
        row.at == delivery.settled_at,
    )
    return db.session.scalar(query)


def _refuse_where_sent(message: KeyMessage, delivery: Delivery) -> None:
    """What else was sent through the channel rests on the task's publication."""
    row = Delivery
    query = select(row.id).where(
        row.message_id == delivery.message_id,
        row.release_id == delivery.release_id,
        row.channel_id == delivery.channel_id,
        row.id != delivery.id,
        row.state == DeliveryState.SENT.value,
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Refused(
            _(
                "“%(title)s” was also sent to this channel by the system, so the channel has it; "
                "the note can no longer be taken back.",
                title=message.title,
            )
        )


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
    rest = min((row.at for row in others), default=None)
    _hold_recipients(made)
    _refuse_reactions(message, made, rest)
    for row in others:
        _reach_by(row, made)
    gone = _run(delete(Recipient).where(Recipient.publication_id == made.id))
    db.session.delete(made)
    message.was_out_from(rest)
    db.session.flush()
    db.session.expire(message, ["publications"])
    return gone


def _publications(message: KeyMessage) -> list[Publication]:
    query = select(Publication).where(Publication.message_id == message.id)
    return list(db.session.scalars(query.order_by(Publication.id)))


def _hold_recipients(made: Publication) -> None:
    """Whom it reached is held, so that no receipt comes in between; none of them is read."""
    held = select(Recipient.member_id).where(Recipient.publication_id == made.id)
    rows = held.order_by(Recipient.member_id).with_for_update().subquery()
    db.session.execute(select(func.count()).select_from(rows))


def _refuse_reactions(message: KeyMessage, made: Publication, rest: datetime | None) -> None:
    """Nobody whom it reached has reacted, and nobody at all before the message was out without it.

    Args:
        rest: when the message first went out otherwise; None where it did not.
    """
    d, row, q = Dissemination, Recipient, Question
    heard = or_(row.received_at.is_not(None), row.declined_at.is_not(None))
    reactions = (
        select(row.member_id).where(row.publication_id == made.id, heard),
        select(d.id).where(
            d.message_id == message.id,
            d.state != DisseminationState.WITHDRAWN.value,
            _rests(d.member_id, d.at, made, rest),
        ),
        select(q.id).where(q.message_id == message.id, _rests(q.member_id, q.asked_at, made, rest)),
    )
    if any(db.session.scalar(query.limit(1)) is not None for query in reactions):
        raise Refused(
            _(
                "Members have already received “%(title)s” through this channel, passed it on or "
                "asked about it; what they told stands, so this can no longer be taken back.",
                title=message.title,
            )
        )


def _rests(member: Any, at: Any, made: Publication, rest: datetime | None) -> ColumnElement[bool]:
    row = Recipient
    by_it = exists().where(row.publication_id == made.id, row.member_id == member)
    return true() if rest is None else or_(by_it, at < rest)


def _reach_by(row: Publication, made: Publication) -> None:
    """Those whom another publication reached as well, early or late, have the message by it."""
    span, theirs = MemberSpan, Recipient
    moved = update(theirs).where(
        theirs.publication_id == made.id,
        theirs.member_id == span.member_id,
        span.member_id.in_(_reached(row)),
        open_on(span, row.on),
    )
    place = {"province_code": span.province_code, "network_type": span.network_type}
    _run(moved.values(**given_by(row), **place))


def _reached(row: Publication) -> Select[Any]:
    if row.release_id is None:
        return select(MemberSpan.member_id).where(listed(row.channel, row.on))
    release = db.session.get_one(Release, row.release_id)
    return reached_through(release, row.channel, row.on)


def _run(statement: Any) -> int:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount


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
