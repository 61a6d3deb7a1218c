"""Reading key messages: what lies outside the scope does not exist."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, or_, select, union
from sqlalchemy.orm import joinedload, selectinload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.messages.models import (
    KeyMessage,
    MessageEditor,
    MessageMedia,
    MessageMove,
    MessageState,
    MessageTopic,
    Publication,
)
from registry.messages.typed import start_of
from registry.messages.visibility import message_within
from registry.periods.calendar import Period

PAGE = 50
S = MessageState
TO_MEND = (S.DRAFT.value, S.SENT_BACK.value)
TO_PUBLISH = (S.APPROVED.value, S.PROOFREAD.value)


@dataclass(frozen=True)
class Mine:
    """Whose work is asked for: a user of an office, and whether they approve there."""

    user_id: int
    office_id: int
    approves: bool = False
    writes: bool = False


@dataclass(frozen=True)
class MessageFilters:
    """What the list is narrowed to; an empty value does not narrow.

    Attributes:
        show: ``mine`` (written by me) or ``waiting`` (for my next step).
        period: published, or written while unpublished, in these months.
    """

    q: str = ""
    state: str = ""
    kind: str = ""
    topic: str = ""
    show: str = ""
    period: Period | None = None
    page: int = 1


def message_for(scope: Scope, message_id: int, *, lock: bool = False) -> KeyMessage:
    """A message that may be seen.

    Args:
        lock: hold it until the transaction ends, for a step that must not meet another.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = (
        select(KeyMessage)
        .where(KeyMessage.id == message_id, message_within(scope))
        .options(joinedload(KeyMessage.office), selectinload(KeyMessage.media))
    )
    if lock:
        query = query.with_for_update(of=KeyMessage).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"message {message_id}")
    return found


def media_for(scope: Scope, message_id: int, media_id: int) -> MessageMedia:
    """A file of a message that may be seen.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = (
        select(MessageMedia)
        .join(KeyMessage, KeyMessage.id == MessageMedia.message_id)
        .where(
            MessageMedia.id == media_id,
            KeyMessage.id == message_id,
            message_within(scope),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"media {media_id}")
    return found


def waiting(mine: Mine) -> ColumnElement[bool]:
    """Messages whose next step is this user's."""
    office = KeyMessage.office_id == mine.office_id
    steps: list[ColumnElement[bool]] = []
    if mine.approves:
        others = and_(
            or_(KeyMessage.author_id.is_(None), KeyMessage.author_id != mine.user_id),
            ~KeyMessage.editors.any(MessageEditor.user_id == mine.user_id),
        )
        steps.append(and_(office, KeyMessage.state == S.SUBMITTED.value, others))
    if mine.writes:
        steps.append(and_(KeyMessage.author_id == mine.user_id, KeyMessage.state.in_(TO_MEND)))
        steps.append(and_(office, KeyMessage.state.in_(TO_PUBLISH)))
    return or_(*steps) if steps else KeyMessage.id < 0


def _between(period: Period) -> ColumnElement[bool]:
    first, last = start_of(period.start), start_of(period.end + timedelta(days=1))
    moment = func.coalesce(KeyMessage.published_at, KeyMessage.created_at, type_=None)
    return and_(moment >= first, moment < last)


def _about(topic: str) -> ColumnElement[bool]:
    further = KeyMessage.labels.any(MessageTopic.name == topic)
    return or_(KeyMessage.topic == topic, further)


def _filtered(scope: Scope, filters: MessageFilters, mine: Mine) -> Select[Any]:
    query = select(KeyMessage).where(message_within(scope))
    for column in ("state", "kind"):
        if wanted := getattr(filters, column):
            query = query.where(getattr(KeyMessage, column) == wanted)
    if filters.topic:
        query = query.where(_about(filters.topic))
    if filters.show == "mine":
        query = query.where(KeyMessage.author_id == mine.user_id)
    elif filters.show == "waiting":
        query = query.where(waiting(mine))
    if filters.period:
        query = query.where(_between(filters.period))
    for word in filters.q.split():
        found = [
            column.icontains(word, autoescape=True)
            for column in (KeyMessage.title, KeyMessage.sentence, KeyMessage.body)
        ]
        query = query.where(or_(*found))
    return query


def count_messages(scope: Scope, filters: MessageFilters, mine: Mine) -> int:
    """How many messages the filters leave."""
    inner = _filtered(scope, filters, mine).with_only_columns(KeyMessage.id)
    return int(db.session.scalar(select(func.count()).select_from(inner.subquery())) or 0)


def list_messages(
    scope: Scope, filters: MessageFilters, mine: Mine, *, limit: int = PAGE
) -> list[KeyMessage]:
    """A page of messages, newest first."""
    newest = func.coalesce(KeyMessage.published_at, KeyMessage.created_at)
    query = (
        _filtered(scope, filters, mine)
        .options(joinedload(KeyMessage.office), selectinload(KeyMessage.labels))
        .order_by(newest.desc(), KeyMessage.id.desc())
        .limit(limit)
        .offset((filters.page - 1) * PAGE)
    )
    return list(db.session.scalars(query))


def topics(scope: Scope) -> list[str]:
    """The topics in use, by name."""
    first = select(KeyMessage.topic).where(KeyMessage.topic.is_not(None), message_within(scope))
    further = select(MessageTopic.name).join(KeyMessage, KeyMessage.id == MessageTopic.message_id)
    both: CompoundSelect[Any] = union(first, further.where(message_within(scope)))
    return sorted(topic for topic in db.session.scalars(both) if topic)


def published_lately(scope: Scope, since: date, *, limit: int = 100) -> list[KeyMessage]:
    """Messages published since a day, newest first; for choosing one."""
    query = (
        select(KeyMessage)
        .options(joinedload(KeyMessage.office))
        .where(
            KeyMessage.published_at.is_not(None),
            KeyMessage.published_at >= start_of(since),
            message_within(scope),
        )
    )
    return list(db.session.scalars(query.order_by(KeyMessage.published_at.desc()).limit(limit)))


def messages_by_ids(scope: Scope, ids: Collection[int]) -> list[KeyMessage]:
    """Those of some messages that were published and may be seen, newest first."""
    query = select(KeyMessage).where(
        KeyMessage.id.in_(sorted(ids)),
        KeyMessage.published_at.is_not(None),
        message_within(scope),
    )
    return list(db.session.scalars(query.order_by(KeyMessage.published_at.desc())))


def publications_of(scope: Scope, message: KeyMessage) -> list[Publication]:
    """The publications by its own office and by offices in the scope, first ones first."""
    query = (
        select(Publication)
        .where(
            Publication.message_id == message.id,
            or_(
                Publication.office_id == message.office_id,
                of_offices(scope, Publication.office_id),
            ),
        )
        .options(joinedload(Publication.channel).joinedload(Channel.office))
        .order_by(Publication.at, Publication.id)
    )
    return list(db.session.scalars(query))


def history_of(scope: Scope, message_id: int) -> list[MessageMove]:
    """The steps of a message with who took them, the first one first."""
    query = (
        select(MessageMove)
        .join(KeyMessage, KeyMessage.id == MessageMove.message_id)
        .where(KeyMessage.id == message_id, message_within(scope))
        .options(joinedload(MessageMove.actor))
        .order_by(MessageMove.id)
    )
    return list(db.session.scalars(query))
