"""Writing again to those who have a message: all of them, or those who have not reacted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from registry.access.models import Office
from registry.access.scope import Scope, office_scope
from registry.db import db
from registry.members.models import GONE, Member
from registry.members.queries import STANDS, visible
from registry.messages.ledger_models import LIVE, Dissemination, Recipient
from registry.messages.models import Publication
from registry.messages.release_models import OUTWARD, Purpose, Release
from registry.messages.unreached import active, willing
from registry.messages.visibility import facts_within
from registry.messages.ways import addressed, sends_mail
from registry.outbox.models import BEING_DROPPED, Delivery, DeliveryState, Way
from registry.periods.calendar import to_bangkok_date

NOTICES = frozenset({Purpose.CORRECTION, Purpose.WITHDRAWAL})
PRESENT = Member.state.not_in(sorted(state.value for state in GONE))
REST = timedelta(days=1)
"""Between two reminders about one message."""
GONE_OUT = (DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value, DeliveryState.SENT.value)
"""States of a delivery that reached its target, or may have."""


def recipients_by(release: Release, way: Way, at: datetime) -> Select[*tuple[Any, ...]]:
    """Recipients whom a notice or a reminder reaches by a way of their own.

    Returns:
        a select of the member's id and the id of the channel through which they had the message.
    """
    who = _to_tell(at) if release.as_purpose in NOTICES else _to_remind(release.office, at)
    return _having(release.message_id, who, way)


def _having(message_id: int, who: ColumnElement[bool], way: Way) -> Select[*tuple[Any, ...]]:
    row = Recipient
    had = select(row.member_id).where(row.message_id == message_id)
    return (
        select(Member.id, Publication.channel_id)
        .join(row, row.member_id == Member.id)
        .join(Publication, Publication.id == row.publication_id)
        .where(row.message_id == message_id, who, Member.id.in_(addressed(had, way)))
        .order_by(Member.id)
    )


def in_flight_by(message_id: int, way: Way, at: datetime) -> Select[*tuple[Any, ...]]:
    """Members to whom a message was on its way when a notice began, by a way of their own."""
    gone_out = _gone_out(message_id).subquery()
    return (
        select(Member.id, func.min(gone_out.c.channel_id))
        .join(gone_out, gone_out.c.member_id == Member.id)
        .where(_to_tell(at), Member.id.in_(addressed(select(gone_out.c.member_id), way)))
        .group_by(Member.id)
        .order_by(Member.id)
    )


def channels_with(message_id: int) -> list[int]:
    """Channels that have a message, then those to which it is on its way or may have gone."""
    row = Publication
    query = select(row.channel_id).where(row.message_id == message_id).order_by(row.id)
    gone_out = _gone_out(message_id).subquery()
    going = select(gone_out.c.channel_id).distinct().order_by(gone_out.c.channel_id)
    return list(dict.fromkeys([*db.session.scalars(query), *db.session.scalars(going)]))


def _gone_out(message_id: int) -> Select[*tuple[Any, ...]]:
    row = Delivery
    return (
        select(row.channel_id, row.member_id)
        .join(Release, Release.id == row.release_id)
        .where(
            row.message_id == message_id,
            row.state.in_(GONE_OUT),
            Release.purpose.in_(sorted(OUTWARD)),
        )
    )


def _to_tell(at: datetime) -> ColumnElement[bool]:
    """All who may still be written to; who rests has had the message as well."""
    return and_(STANDS, PRESENT, Member.id.in_(willing(to_bangkok_date(at))))


def _to_remind(office: Office, at: datetime) -> ColumnElement[bool]:
    on = to_bangkok_date(at)
    return and_(
        STANDS,
        Member.id.in_(active(on)),
        Member.id.in_(willing(on)),
        silent(office_scope(office, on)),
        ~_reminded_since(at - REST),
    )


def silent(scope: Scope) -> ColumnElement[bool]:
    """Recipients in the scope of whom nothing was heard: no receipt, no passing on, no refusal."""
    passed_on = exists().where(
        Dissemination.message_id == Recipient.message_id,
        Dissemination.member_id == Recipient.member_id,
        Dissemination.state.in_(LIVE),
    )
    return and_(
        Recipient.received_at.is_(None),
        Recipient.declined_at.is_(None),
        ~passed_on,
        facts_within(scope, Recipient),
        visible(scope),
    )


def _reminded_since(moment: datetime) -> ColumnElement[bool]:
    """Whether the recipient was written to again about the message, and it was not called off."""
    row = Delivery
    return exists().where(
        row.member_id == Recipient.member_id,
        row.message_id == Recipient.message_id,
        row.state != DeliveryState.CANCELLED.value,
        ~BEING_DROPPED,
        row.created_at > moment,
        row.release_id == Release.id,
        Release.purpose == Purpose.REMINDER.value,
    )


def count_to_remind(office: Office, message_id: int, at: datetime) -> dict[Way, int]:
    """How many would be reminded now, by way; nobody counts twice."""
    who = _to_remind(office, at)
    line = _having(message_id, who, Way.LINE).order_by(None).subquery()
    counts = {Way.LINE: select(func.count()).select_from(line)}
    if sends_mail():
        mail = _having(message_id, who, Way.EMAIL).order_by(None).subquery()
        rest = mail.c.id.not_in(select(line.c.id))
        counts[Way.EMAIL] = select(func.count()).select_from(mail).where(rest)
    found = {way: int(db.session.scalar(query) or 0) for way, query in counts.items()}
    return {way: count for way, count in found.items() if count}
