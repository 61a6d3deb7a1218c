"""What one member sees: the own record, and the messages sent to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload, selectinload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound
from registry.members.consent_models import Consent
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import (
    Dissemination,
    DisseminationState,
    MemberNews,
    Question,
    Recipient,
)
from registry.messages.models import OUT, KeyMessage, MessageMedia, MessageMove
from registry.portal.models import MemberLink

LATEST = 60


@dataclass(frozen=True)
class OwnScope(Scope):
    """One member, and nothing else: no province, no network, nobody's name.

    Attributes:
        kept: whether the browser that asks keeps the link; the record is told to no other one.
    """

    member_id: int = 0
    kept: bool = False


def _sent(scope: OwnScope) -> Select[*tuple[Any, ...]]:
    return (
        select(KeyMessage, Recipient)
        .join(Recipient, Recipient.message_id == KeyMessage.id)
        .where(Recipient.member_id == scope.member_id, KeyMessage.state.in_(sorted(OUT)))
        .options(joinedload(KeyMessage.office), selectinload(KeyMessage.media))
    )


def my_messages(scope: OwnScope) -> list[Row[*tuple[Any, ...]]]:
    """The latest messages sent to the member, each with the row of the ledger."""
    query = _sent(scope).order_by(Recipient.published_at.desc(), KeyMessage.id.desc())
    return list(db.session.execute(query.limit(LATEST)))


def my_message(scope: OwnScope, message_id: int) -> Row[*tuple[Any, ...]]:
    """A message sent to the member, with the row of the ledger.

    Raises:
        NotFound: it was not sent to them.
    """
    found = db.session.execute(_sent(scope).where(KeyMessage.id == message_id)).one_or_none()
    if found is None:
        raise NotFound(f"message {message_id}")
    return found


def my_media(scope: OwnScope, message_id: int, media_id: int) -> MessageMedia:
    """A file of a message sent to the member.

    Raises:
        NotFound: there is none.
    """
    message = my_message(scope, message_id)[0]
    for media in message.media:
        if media.id == media_id:
            return media  # type: ignore[no-any-return]
    raise NotFound(f"media {media_id}")


def why_withdrawn(scope: OwnScope, message_id: int) -> list[MessageMove]:
    """The withdrawal of a message sent to the member, with its reason."""
    message = my_message(scope, message_id)[0]
    query = select(MessageMove).where(
        MessageMove.message_id == message.id, MessageMove.after == "withdrawn"
    )
    return list(db.session.scalars(query))


def my_reports(scope: OwnScope, message_id: int | None = None) -> list[Dissemination]:
    """What the member passed on, perhaps of one message, the latest first."""
    query = select(Dissemination).where(
        Dissemination.member_id == scope.member_id,
        Dissemination.state != DisseminationState.WITHDRAWN.value,
    )
    if message_id is not None:
        query = query.where(Dissemination.message_id == message_id)
    query = query.options(joinedload(Dissemination.channel), joinedload(Dissemination.message))
    query = query.order_by(Dissemination.at.desc())
    return list(db.session.scalars(query.limit(LATEST)))


def my_passed(scope: OwnScope, messages: Collection[int]) -> set[int]:
    """Which of some messages the member passed on."""
    d = Dissemination
    query = select(d.message_id).where(
        d.member_id == scope.member_id,
        d.message_id.in_(sorted(messages)),
        d.state != DisseminationState.WITHDRAWN.value,
    )
    return set(db.session.scalars(query.distinct()))


def my_report(scope: OwnScope, row_id: int) -> Dissemination:
    """One report of the member, locked for a change.

    Raises:
        NotFound: it is another's, or there is none.
    """
    query = select(Dissemination).where(
        Dissemination.id == row_id, Dissemination.member_id == scope.member_id
    )
    found = db.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound(f"dissemination {row_id}")
    return found


def my_channels(scope: OwnScope) -> list[Channel]:
    """The channels in use that the member looks after."""
    query = select(Channel).where(
        Channel.member_id == scope.member_id, Channel.retired_on.is_(None)
    )
    query = query.options(selectinload(Channel.counts)).order_by(Channel.opened_on, Channel.id)
    return list(db.session.scalars(query))


def _asked(scope: OwnScope) -> Select[Question]:
    query = select(Question).where(Question.member_id == scope.member_id)
    return query if scope.kept else query.where(~Question.about_record)


def _latest_asked(query: Select[Question]) -> list[Question]:
    query = query.options(
        joinedload(Question.message),
        selectinload(Question.replies),
        selectinload(Question.resolutions),
    )
    return list(db.session.scalars(query.order_by(Question.id.desc()).limit(LATEST)))


def my_questions(scope: OwnScope, message_id: int | None = None) -> list[Question]:
    """The member's questions with their answers, the latest first."""
    query = _asked(scope)
    if message_id is not None:
        query = query.where(Question.message_id == message_id)
    return _latest_asked(query)


def my_wishes(scope: OwnScope) -> list[Question]:
    """The member's wishes to correct the record, with their answers, the latest first."""
    return _latest_asked(_asked(scope).where(Question.about_record))


def my_news(scope: OwnScope) -> list[MemberNews]:
    """What the member sent in, with the replies, the latest first."""
    query = select(MemberNews).where(MemberNews.member_id == scope.member_id)
    query = query.options(joinedload(MemberNews.decision))
    return list(db.session.scalars(query.order_by(MemberNews.id.desc()).limit(LATEST)))


def my_consents(scope: OwnScope) -> list[Consent]:
    """The consents that stand."""
    query = select(Consent).where(
        Consent.member_id == scope.member_id, Consent.withdrawn_on.is_(None)
    )
    return list(db.session.scalars(query))


def latest_link(scope: Scope, member_id: int) -> MemberLink | None:
    """The newest link that an office gave to a member whom the asker may see."""
    query = (
        select(MemberLink)
        .join(Member, Member.id == MemberLink.member_id)
        .where(Member.id == member_id, MemberLink.issued_by.is_not(None), visible(scope))
        .order_by(MemberLink.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def my_usual_channel(scope: OwnScope) -> int | None:
    """The channel in use through which the member passed something on last."""
    query = (
        select(Channel.id)
        .join(Dissemination, Dissemination.channel_id == Channel.id)
        .where(
            Dissemination.member_id == scope.member_id,
            Channel.member_id == scope.member_id,
            Channel.retired_on.is_(None),
        )
        .order_by(Dissemination.at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def my_channel(scope: OwnScope, channel_id: int) -> Channel:
    """One of the member's channels.

    Raises:
        NotFound: it is another's, or there is none.
    """
    query = select(Channel).where(Channel.id == channel_id, Channel.member_id == scope.member_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"channel {channel_id}")
    return found


def my_question(scope: OwnScope, question_id: int) -> Question:
    """One question of the member, locked for a change.

    Raises:
        NotFound: it is another's, about the record that this browser may not see, or there is none.
    """
    query = _asked(scope).where(Question.id == question_id)
    found = db.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound(f"question {question_id}")
    return found
