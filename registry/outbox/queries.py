"""What is on its way, within a scope: an office's own releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.queries import of_offices, visible
from registry.messages.models import KeyMessage
from registry.messages.release_models import Release, ReleaseState
from registry.outbox.hand_models import HandWork
from registry.outbox.models import IS_OPEN, Delivery, DeliveryState, Way

PAGE = 50
D = DeliveryState
TROUBLED = (D.FAILED.value, D.UNKNOWN.value)
GOING = (D.QUEUED.value, D.SENDING.value)
_TASK = (IS_OPEN, Delivery.way == Way.HAND.value, Delivery.state == D.QUEUED.value)
RECENT = timedelta(days=31)
"""How far back the outbox as a whole goes; what is older stands with its message."""


@dataclass(frozen=True)
class OutboxFilters:
    """What the outbox is narrowed to; an empty value does not narrow.

    Attributes:
        state: one state, or empty for whatever is not at its end.
        message: the id of a message.
    """

    state: str = ""
    message: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Bundle:
    """Deliveries of one release, channel, way and state; ``first_id`` stands for all of them."""

    release: Release
    channel: Channel
    way: Way
    state: DeliveryState
    count: int
    first_id: int
    error: str | None
    settled_at: datetime | None


def within(scope: Scope) -> ColumnElement[bool]:
    """Condition on deliveries: their release is of an office in the scope.

    A task by hand is there for the office of its channel, too: a correction goes to channels of
    other offices, and they do it.
    """
    ours = select(Release.id).where(of_offices(scope, Release.office_id))
    here = select(Channel.id).where(of_offices(scope, Channel.office_id))
    to_do = and_(Delivery.way == Way.HAND.value, Delivery.channel_id.in_(here))
    return or_(Delivery.release_id.in_(ours), to_do)


def _filtered(scope: Scope, filters: OutboxFilters) -> list[ColumnElement[bool]]:
    found = [within(scope), Delivery.way != Way.HAND.value]
    if filters.state:
        found.append(Delivery.state == filters.state)
    if filters.state in ("", *GOING, *TROUBLED):
        found.append(IS_OPEN)
    elif filters.message is None:
        latest = Release.created_at >= datetime.now(UTC) - RECENT
        found.append(Delivery.release_id.in_(select(Release.id).where(latest)))
    if filters.message is not None:
        found.append(Delivery.message_id == filters.message)
    return found


def _bundled(scope: Scope, filters: OutboxFilters) -> Any:
    columns = (Delivery.release_id, Delivery.channel_id, Delivery.way, Delivery.state)
    return (
        select(
            *columns,
            func.count().label("many"),
            func.min(Delivery.id).label("first_id"),
            func.max(Delivery.error).label("error"),
            func.max(Delivery.settled_at).label("settled_at"),
        )
        .where(*_filtered(scope, filters))
        .group_by(*columns)
    )


def count_bundles(scope: Scope, filters: OutboxFilters) -> int:
    """How many bundles the filters leave."""
    inner = _bundled(scope, filters).subquery()
    return int(db.session.scalar(select(func.count()).select_from(inner)) or 0)


def list_bundles(scope: Scope, filters: OutboxFilters) -> list[Bundle]:
    """A page of bundles, the newest release first, what needs a person before what goes by itself.

    A bundle tells the reason of one of its deliveries; its own page tells each.
    """
    query = (
        _bundled(scope, filters)
        .order_by(Delivery.release_id.desc(), Delivery.state.desc(), func.min(Delivery.id))
        .limit(PAGE)
        .offset((filters.page - 1) * PAGE)
    )
    rows = list(db.session.execute(query))
    releases = _by_id(_releases([row.release_id for row in rows]))
    channels = _by_id(select(Channel).where(Channel.id.in_({row.channel_id for row in rows})))
    return [
        Bundle(
            releases[row.release_id],
            channels[row.channel_id],
            Way(row.way),
            DeliveryState(row.state),
            row.many,
            row.first_id,
            row.error,
            row.settled_at,
        )
        for row in rows
    ]


def _releases(ids: Sequence[int]) -> Select[Any]:
    loaded = (joinedload(Release.message), joinedload(Release.office))
    return select(Release).where(Release.id.in_(set(ids))).options(*loaded)


def _by_id(query: Select[Any]) -> dict[int, Any]:
    return {row.id: row for row in db.session.scalars(query)}


def count_states(scope: Scope, message: int | None = None) -> dict[str, int]:
    """Deliveries by state, those by hand not counted: a message's, or what is at work or failed."""
    if message is not None:
        return _by_state(scope, Delivery.message_id == message)
    at_work = select(Release.id).where(Release.state == ReleaseState.RUNNING.value)
    found = _by_state(scope, Delivery.release_id.in_(at_work))
    return found | _by_state(scope, IS_OPEN)


def _by_state(scope: Scope, *where: Any) -> dict[str, int]:
    mine = and_(within(scope), Delivery.way != Way.HAND.value, *where)
    query = select(Delivery.state, func.count()).where(mine).group_by(Delivery.state)
    return {state: count for state, count in db.session.execute(query)}  # noqa: C416 - rows


def ways_waiting(scope: Scope) -> set[Way]:
    """The ways by which something of the scope waits to be sent by the system."""
    query = select(Delivery.way).where(
        within(scope), IS_OPEN, Delivery.state == D.QUEUED.value, Delivery.way != Way.HAND.value
    )
    return {Way(way) for way in db.session.scalars(query.distinct())}


def delivery_for(scope: Scope, delivery_id: int, *, lock: bool = False) -> Delivery:
    """A delivery of an office in the scope.

    Args:
        lock: hold it until the transaction ends.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(Delivery).where(Delivery.id == delivery_id, within(scope))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"delivery {delivery_id}")
    return found


def alike(scope: Scope, delivery: Delivery) -> ColumnElement[bool]:
    """Condition on deliveries of the same release, channel, way and state."""
    return and_(
        within(scope),
        Delivery.release_id == delivery.release_id,
        Delivery.channel_id == delivery.channel_id,
        Delivery.way == delivery.way,
        Delivery.state == delivery.state,
    )


def count_alike(scope: Scope, delivery: Delivery) -> int:
    """How many deliveries are like one."""
    return int(db.session.scalar(select(func.count()).where(alike(scope, delivery))) or 0)


def list_alike(scope: Scope, delivery: Delivery, page: int) -> list[tuple[Delivery, Member | None]]:
    """A page of deliveries like one, with the member where the scope sees the record."""
    query = (
        select(Delivery, Member)
        .outerjoin(Member, and_(Member.id == Delivery.member_id, visible(scope)))
        .where(alike(scope, delivery))
        .options(joinedload(Delivery.request))
        .order_by(Delivery.id)
    )
    rows = db.session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    return [(row[0], row[1]) for row in rows]


def _tasks(scope: Scope, office_id: int, message: int | None, *, own: bool) -> Select[Any]:
    mine = Channel.office_id == office_id
    query = (
        select(Delivery)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(
            within(scope), *_TASK, mine if own else Channel.office_id.is_distinct_from(office_id)
        )
    )
    return query if message is None else query.where(Delivery.message_id == message)


def list_tasks(
    scope: Scope, office_id: int, message: int | None = None, *, own: bool = True
) -> list[Delivery]:
    """What people still have to do by hand at an office, the oldest first.

    Args:
        own: whether of that office's channels, or of those of all others.
    """
    query = (
        _tasks(scope, office_id, message, own=own)
        .join(Release, Release.id == Delivery.release_id)
        .join(KeyMessage, KeyMessage.id == Release.message_id)
        .options(
            joinedload(Delivery.release).joinedload(Release.message),
            joinedload(Delivery.channel).joinedload(Channel.office),
        )
        .order_by(Delivery.id)
        .limit(200)
    )
    return list(db.session.scalars(query))


def count_tasks(
    scope: Scope, office_id: int, message: int | None = None, *, own: bool = True
) -> int:
    """How many tasks there are, listed or not."""
    found = _tasks(scope, office_id, message, own=own).with_only_columns(Delivery.id).subquery()
    return int(db.session.scalar(select(func.count()).select_from(found)) or 0)


def waiting(scope: Scope, office_id: int) -> int:
    """What waits for a person of an office: tasks of its channels, and what failed of its own."""
    here = and_(Channel.office_id == office_id, of_offices(scope, Channel.office_id))
    ours = and_(Release.office_id == office_id, of_offices(scope, Release.office_id))
    tasks = select(func.count(Delivery.id)).join(Channel, Channel.id == Delivery.channel_id)
    failed = select(func.count(Delivery.id)).join(Release, Release.id == Delivery.release_id)
    by_hand = db.session.scalar(tasks.where(here, *_TASK))
    not_sent = db.session.scalar(failed.where(ours, IS_OPEN, Delivery.state.in_(TROUBLED)))
    return int(by_hand or 0) + int(not_sent or 0)


def work_of(scope: Scope, delivery: Delivery) -> HandWork | None:
    """What a person did of a delivery, once it was done."""
    query = select(HandWork).join(Delivery, Delivery.id == HandWork.delivery_id)
    return db.session.scalar(query.where(Delivery.id == delivery.id, within(scope)))
