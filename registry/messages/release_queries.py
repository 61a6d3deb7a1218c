"""Reading releases: those of offices in the scope; how far each is, and whom notices reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.models import User
from registry.access.scope import Scope
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices
from registry.messages.ledger_models import Recipient
from registry.messages.models import MessageMove, MessageState, Publication
from registry.messages.recipients import NOTICES
from registry.messages.release_models import Release, ReleaseState
from registry.messages.visibility import facts_within
from registry.outbox.models import IS_OPEN, Delivery, DeliveryState, SendingRequest, Way
from registry.outbox.queries import GOING

PAGE = 50
R = ReleaseState
CHANGED = (MessageState.CORRECTED.value, MessageState.WITHDRAWN.value)
ENDED = (R.DONE.value, R.CANCELLED.value)


@dataclass(frozen=True)
class Progress:
    """How many deliveries of a release stand where, by way and state."""

    counts: dict[Way, dict[DeliveryState, int]] = field(default_factory=dict)

    @property
    def made(self) -> int:
        """All deliveries."""
        return sum(sum(states.values()) for states in self.counts.values())

    def of(self, state: DeliveryState) -> int:
        """Those in one state, by whatever way."""
        return sum(states.get(state, 0) for states in self.counts.values())


@dataclass(frozen=True)
class NoticeReach:
    """Of those who received the original, how many a correction or withdrawal reached."""

    recipients: int
    reached: int


def release_for(scope: Scope, release_id: int) -> Release:
    """A release of an office in the scope.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(Release).where(Release.id == release_id, of_offices(scope, Release.office_id))
    found = db.session.scalar(
        query.options(joinedload(Release.message), joinedload(Release.office))
    )
    if found is None:
        raise NotFound(f"release {release_id}")
    return found


def _listed(scope: Scope, show: str) -> Select[Release]:
    query = select(Release).where(of_offices(scope, Release.office_id))
    return query if show == "all" else query.where(Release.state.not_in(ENDED))


def list_releases(scope: Scope, show: str = "", *, page: int = 1) -> list[Release]:
    """A page of releases, the latest first; without ``all`` those that have not ended."""
    query = (
        _listed(scope, show)
        .options(joinedload(Release.message), joinedload(Release.office))
        .order_by(Release.planned_at.desc(), Release.id.desc())
    )
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def count_releases(scope: Scope, show: str = "") -> int:
    """How many releases the list has."""
    ids = _listed(scope, show).with_only_columns(Release.id).subquery()
    return int(db.session.scalar(select(func.count()).select_from(ids)) or 0)


def waiting_for(scope: Scope, office_id: int, user_id: int) -> int:
    """How many releases of an office wait for a second person who could be this user."""
    mine = and_(Release.office_id == office_id, of_offices(scope, Release.office_id))
    others = or_(Release.created_by.is_(None), Release.created_by != user_id)
    query = select(func.count()).where(mine, others, Release.state == R.WAITING.value)
    return int(db.session.scalar(query) or 0)


def releases_of(scope: Scope, message_id: int) -> list[Release]:
    """The releases of a message by offices in the scope, the latest first."""
    query = (
        select(Release)
        .where(Release.message_id == message_id, of_offices(scope, Release.office_id))
        .options(joinedload(Release.office))
        .order_by(Release.id.desc())
    )
    return list(db.session.scalars(query))


def progress_of(scope: Scope, release_ids: Collection[int]) -> dict[int, Progress]:
    """How far some releases are; one without deliveries has an empty progress."""
    row = Delivery
    query = (
        select(row.release_id, row.way, row.state, func.count())
        .join(Release, Release.id == row.release_id)
        .where(row.release_id.in_(sorted(release_ids)), of_offices(scope, Release.office_id))
        .group_by(row.release_id, row.way, row.state)
    )
    found = {number: Progress() for number in release_ids}
    for number, way, state, count in db.session.execute(query):
        found[number].counts.setdefault(Way(way), {})[DeliveryState(state)] = count
    return found


def count_untried(scope: Scope, release: Release) -> int:
    """How many deliveries of a release wait and surely had no effect so far.

    All that wait stand in an index; those of requests that were tried are few and taken off.
    """
    row, carrier = Delivery, SendingRequest
    seen = exists().where(Release.id == release.id, of_offices(scope, Release.office_id))
    queued = (row.release_id == release.id, row.state == DeliveryState.QUEUED.value)
    waiting = select(func.count()).select_from(row).where(*queued, IS_OPEN, seen)
    tried = (
        select(func.count())
        .select_from(carrier)
        .join(row, row.request_id == carrier.id)
        .where(carrier.state.in_(GOING), (carrier.release_id + 0) == release.id, *queued, seen)
        .where(or_(carrier.state != DeliveryState.QUEUED.value, carrier.doubtful))
    )
    return int(db.session.scalar(waiting) or 0) - int(db.session.scalar(tried) or 0)


def channels_of(scope: Scope, release: Release) -> list[Channel]:
    """The channels through which a release goes, by name."""
    inside = of_offices(scope, Release.office_id)
    query = select(Channel).where(
        Channel.id.in_(release.channels), exists().where(Release.id == release.id, inside)
    )
    loaded = query.options(joinedload(Channel.office), joinedload(Channel.network))
    return list(db.session.scalars(loaded.order_by(Channel.name, Channel.id)))


def notice_reach(scope: Scope, message_id: int) -> NoticeReach | None:
    """How many of the original recipients in the scope the latest correction or withdrawal reached.

    Reached is who got a delivery of their own, or had the message through a channel that carried
    the notice; as the measure ``correction_reached_rate`` counts.

    Returns:
        None where the message was neither corrected nor withdrawn.
    """
    row = MessageMove
    changed = select(func.max(row.at)).where(row.message_id == message_id, row.after.in_(CHANGED))
    noted_at = db.session.scalar(changed)
    if noted_at is None:
        return None
    had = and_(Recipient.message_id == message_id, Recipient.published_at <= noted_at)
    query = select(func.count()).select_from(Recipient).where(had, facts_within(scope, Recipient))
    everybody = int(db.session.scalar(query) or 0)
    told = _told(message_id, noted_at)
    return NoticeReach(everybody, int(db.session.scalar(query.where(told)) or 0))


def _told(message_id: int, noted_at: datetime) -> ColumnElement[bool]:
    """Whether the latest notice went to the recipient, or to the channel of their publication."""
    notices = select(func.max(Release.id)).where(
        Release.message_id == message_id, Release.purpose.in_(sorted(NOTICES))
    )
    sent = and_(
        Delivery.release_id == notices.scalar_subquery(),
        Delivery.state == DeliveryState.SENT.value,
        Delivery.settled_at >= noted_at,
    )
    own = exists().where(sent, Delivery.member_id == Recipient.member_id)
    channel = exists().where(
        sent,
        Delivery.member_id.is_(None),
        Publication.id == Recipient.publication_id,
        Publication.channel_id == Delivery.channel_id,
    )
    return or_(own, channel)


def people_of(scope: Scope, release: Release) -> tuple[str | None, str | None]:
    """Who planned a release of an office in the scope, and who confirmed it, by name."""
    query = select(User.id, User.name).where(
        User.id.in_([release.created_by, release.confirmed_by]),
        exists().where(Release.id == release.id, of_offices(scope, Release.office_id)),
    )
    names: dict[int | None, str] = {row.id: row.name for row in db.session.execute(query)}
    return names.get(release.created_by), names.get(release.confirmed_by)
