"""Publishing: message × office channel, and the members whom it reached that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Select,
    and_,
    except_,
    literal,
    or_,
    select,
)

from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import insert_once
from registry.channels.models import AudienceCount, Channel
from registry.db import db
from registry.errors import Refused
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.models import MemberSpan
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage, MessageState, Publication
from registry.messages.rules import now_or
from registry.messages.services import note_move
from registry.messages.ways import open_on, rosters
from registry.periods.calendar import month_of, to_bangkok_date

S = MessageState
PASSED_ON = frozenset({S.PUBLISHED, S.CORRECTED})
CLOCKS_APART = timedelta(minutes=2)


def publish(
    actor: Actor,
    message: KeyMessage,
    channel_ids: Iterable[int],
    *,
    at: datetime | None = None,
) -> list[Publication]:
    """Publish to channels of the actor's own office.

    The author's office publishes what was approved and proofread; any office may publish onward
    what is published already.  A channel that has the message already is left as it is.

    Args:
        at: when it went out (default: now); not in the future, not before the approval.

    Returns:
        the publications made.

    Raises:
        Refused: the message is not ready, a channel is not the office's, or the time is wrong.
    """
    at = now_or(at)
    channels = own_channels(actor, channel_ids, to_bangkok_date(at))
    first = message.as_state not in PASSED_ON
    approved = approved_at(message)
    if first and actor.office_id != message.office_id:
        raise Refused(_("The office that wrote the message publishes it first."))
    require_time(message, at, earliest(message))
    before = message.move(S.PUBLISHED) if first else message.as_state
    if first:
        message.published_at = at
    done = {row.channel_id for row in message.publications}
    minutes = int((at - approved).total_seconds() // 60) if first and approved else None
    made = [
        publish_to(actor, message, channel, at, minutes)
        for channel in channels
        if channel.id not in done
    ]
    if made:
        where = ", ".join(row.channel.name for row in made)[:500]
        note_move(actor, message, before, at, where, after=S.PUBLISHED)
    return made


def own_channels(actor: Actor, ids: Iterable[int], on: date) -> list[Channel]:
    """Chosen channels of the actor's office, open on a day, the oldest first.

    Raises:
        Refused: none was chosen, one is closed or another office's, or the office may not publish.
    """
    wanted = set(ids)
    if not wanted:
        raise Refused(_("Choose at least one channel."))
    office = db.session.get(Office, actor.office_id) if actor.office_id else None
    if office is None or not office.may_publish:
        raise Refused(_("Your office has no publishing rights yet; its head can ask for them."))
    query = select(Channel).where(Channel.id.in_(wanted), Channel.office_id == office.id)
    found = [row for row in db.session.scalars(query) if not row.retired_on or row.retired_on > on]
    if len(found) != len(wanted):
        raise Refused(_("A chosen channel is closed or is not your office's; choose again."))
    return sorted(found, key=lambda row: row.id)


def earliest(message: KeyMessage) -> datetime | None:
    """Before which it cannot have gone out: its approval, later its first publication."""
    return message.published_at if message.as_state in PASSED_ON else approved_at(message)


def approved_at(message: KeyMessage) -> datetime | None:
    """When the text as it stands was approved; None for a crisis message that nobody approved."""
    began_anew = {S.SUBMITTED.value, S.SENT_BACK.value, S.DRAFT.value}
    for row in reversed(message.moves):
        if row.after == S.APPROVED.value:
            return row.at
        if row.after in began_anew:
            return None
    return None


def require_time(message: KeyMessage, at: datetime, earliest: datetime | None) -> None:
    """A publication lies neither in the future nor before what it followed.

    Raises:
        Refused: it does.
    """
    if at > datetime.now(UTC) + CLOCKS_APART:
        raise Refused(_("The time of publication lies in the future; check the date and time."))
    if earliest is not None and at < earliest:
        raise Refused(
            _(
                "“%(title)s” cannot have gone out before it was approved and published by its own "
                "office; check the date and time.",
                title=message.title,
            )
        )


def publish_to(
    actor: Actor,
    message: KeyMessage,
    channel: Channel,
    at: datetime,
    minutes: int | None,
    *,
    release_id: int | None = None,
    reached: Select[int] | None = None,
) -> Publication:
    """Write down that a message went out to a channel, and whom it reached there.

    Args:
        minutes: from the approval to a first publication.
        reached: a select of members' ids; without one everybody on the roster is reached.
    """
    on = to_bangkok_date(at)
    office = channel.office
    row = Publication(
        month=month_of(on),
        message=message,
        channel=channel,
        office_id=channel.office_id,
        province_code=office.province_code if office else None,
        channel_kind=channel.kind,
        network_type=channel.network.type_code if channel.network else None,
        message_kind=message.kind,
        at=at,
        on=on,
        approved_minutes=minutes,
        audience=_audience_on(channel.id, on),
        release_id=release_id,
        actor_id=actor.user_id,
    )
    db.session.add(row)
    db.session.flush()
    count = add_recipients(row, reached)
    record(
        actor,
        Action.MESSAGE_PUBLISH,
        "message",
        message.id,
        province=row.province_code,
        channel=channel.id,
        count=count,
    )
    return row


def _audience_on(channel_id: int, on: date) -> int | None:
    latest = (
        select(AudienceCount.audience)
        .where(AudienceCount.channel_id == channel_id, AudienceCount.on <= on)
        .order_by(AudienceCount.on.desc())
        .limit(1)
    )
    return db.session.scalar(latest)


def _unwilling(on: date) -> CompoundSelect[int]:
    """Members who withdrew the consent to receive messages, and have not given it again."""
    given = and_(
        Consent.purpose == ConsentPurpose.MESSAGES.value,
        Consent.given_on <= on,
    )
    ended = select(Consent.member_id).where(given, Consent.withdrawn_on <= on)
    stands = or_(Consent.withdrawn_on.is_(None), Consent.withdrawn_on > on)
    return except_(ended, select(Consent.member_id).where(given, stands))


def listed(channel: Channel, on: date) -> ColumnElement[bool]:
    """Condition on spans: members on a channel's roster who are willing to have messages."""
    return and_(
        MemberSpan.member_id.in_(rosters([channel], on)),
        MemberSpan.member_id.not_in(_unwilling(on)),
    )


def given_by(publication: Publication) -> dict[str, Any]:
    """What a publication says of everybody whom it reached."""
    row = publication
    return {
        "month": row.month,
        "message_id": row.message_id,
        "publication_id": row.id,
        "office_id": row.office_id,
        "channel_kind": row.channel_kind,
        "message_kind": row.message_kind,
        "on": row.on,
        "published_at": row.at,
    }


def add_recipients(publication: Publication, reached: Select[int] | None = None) -> int:
    """Add the members whom a publication reached, in one statement, once per message.

    A member counts who was active that day (an open span) and on the roster, and who had not
    withdrawn the consent to messages; whoever has the message through an earlier publication
    keeps that one.

    Args:
        reached: a select of members' ids, in place of the roster without the unwilling.

    Returns:
        how many members it added.
    """
    row, on, fixed = publication, publication.on, given_by(publication)
    columns = [*fixed, "member_id", "province_code", "network_type"]
    query = select(
        *(literal(value, Recipient.__table__.c[name].type) for name, value in fixed.items()),
        MemberSpan.member_id,
        MemberSpan.province_code,
        MemberSpan.network_type,
    ).where(
        open_on(MemberSpan, on),
        listed(row.channel, on) if reached is None else MemberSpan.member_id.in_(reached),
        # Else each of them would be taken for changed: triggers come before the conflict is seen.
        MemberSpan.member_id.not_in(
            select(Recipient.member_id).where(Recipient.message_id == row.message_id)
        ),
    )
    statement = insert_once(Recipient).from_select(columns, query, include_defaults=False)
    once = statement.on_conflict_do_nothing(index_elements=["message_id", "member_id"])
    return int(cast("CursorResult[Any]", db.session.execute(once)).rowcount)
