"""What an officer sees of a member on the telephone: the messages sent to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import joinedload, selectinload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import visible
from registry.messages.ledger_models import LIVE, Dissemination, Recipient
from registry.messages.models import OUT, KeyMessage, MessageState
from registry.messages.visibility import message_within

LATEST = 20
OPEN = (MessageState.PUBLISHED.value, MessageState.CORRECTED.value)
"""States of messages about which an answer is noted; a withdrawn one is only warned of."""
LOADED = (selectinload(KeyMessage.corrections), selectinload(KeyMessage.moves))


def _sent(scope: Scope, member_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(KeyMessage, Recipient)
        .join(Recipient, Recipient.message_id == KeyMessage.id)
        .join(Member, Member.id == Recipient.member_id)
        .where(
            Member.id == member_id,
            visible(scope),
            message_within(scope),
            KeyMessage.state.in_(sorted(OUT)),
        )
        .options(joinedload(KeyMessage.office), *LOADED)
    )


def sent_to(scope: Scope, member_id: int) -> list[Row[*tuple[Any, ...]]]:
    """The latest messages sent to a member, withdrawn ones too, each with the row of the ledger."""
    query = _sent(scope, member_id).order_by(Recipient.published_at.desc(), KeyMessage.id.desc())
    return list(db.session.execute(query.limit(LATEST)))


def one_sent_to(scope: Scope, member_id: int, message_id: int) -> KeyMessage:
    """A message sent to a member.

    Raises:
        NotFound: it was not sent to them or was withdrawn, or one of both lies outside the scope.
    """
    query = _sent(scope, member_id).where(KeyMessage.id == message_id, KeyMessage.state.in_(OPEN))
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"message {message_id}")
    return found[0]  # type: ignore[no-any-return]


def passed_on_by(scope: Scope, member_id: int) -> set[int]:
    """Numbers of the messages that a member passed on."""
    query = (
        select(Dissemination.message_id)
        .join(Member, Member.id == Dissemination.member_id)
        .where(Member.id == member_id, visible(scope), Dissemination.state.in_(LIVE))
    )
    return set(db.session.scalars(query.distinct()))


def channels_for(scope: Scope, member_id: int) -> list[Channel]:
    """The channels in use of a member, the newest last."""
    query = (
        select(Channel)
        .join(Member, Member.id == Channel.member_id)
        .where(Member.id == member_id, visible(scope), Channel.retired_on.is_(None))
        .order_by(Channel.opened_on, Channel.id)
    )
    return list(db.session.scalars(query))
