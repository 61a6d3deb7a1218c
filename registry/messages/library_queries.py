"""Reading the media library: one's own offices' files, and what headquarters shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.normalise import search_key
from registry.members.queries import of_offices
from registry.messages.library_models import Licence, MediaAsset
from registry.messages.models import KeyMessage, MessageMedia, MessageState
from registry.messages.release_models import Release, ReleaseState
from registry.messages.visibility import message_within

PAGE = 48
SOON = timedelta(days=30)
LATEST = 20


@dataclass(frozen=True)
class LibraryFilters:
    """What the library is narrowed to; an empty value does not narrow.

    Attributes:
        licence: ``held``, ``ending`` (within 30 days), ``ended`` or ``unstated``.
        office: id of the office whose files are shown beside the shared ones.
        retired: the files that are no longer offered, instead of the others.
        on: the day on which licences are judged.
    """

    on: date
    q: str = ""
    kind: str = ""
    licence: str = ""
    office: int | None = None
    retired: bool = False
    page: int = 1


def assets_within(scope: Scope) -> ColumnElement[bool]:
    """Files of offices in the scope, and those in use that headquarters shares with all."""
    central = select(Office.id).where(Office.kind == OfficeKind.BUREAU.value)
    shared = and_(
        MediaAsset.shared, MediaAsset.retired_at.is_(None), MediaAsset.office_id.in_(central)
    )
    return or_(of_offices(scope, MediaAsset.office_id), shared)


def _licensed(state: str, on: date) -> ColumnElement[bool]:
    until = MediaAsset.licence_until
    return {
        "held": or_(until.is_(None), until >= on),
        "ending": until.between(on, on + SOON),
        "ended": until < on,
        "unstated": MediaAsset.licence == Licence.UNSTATED.value,
    }[state]


LICENCE_STATES = ("held", "ending", "ended", "unstated")


def _filtered(scope: Scope, filters: LibraryFilters) -> Select[Any]:
    a = MediaAsset
    query = select(a).where(assets_within(scope))
    query = query.where(a.retired_at.is_not(None) if filters.retired else a.retired_at.is_(None))
    if filters.office is not None:
        query = query.where(or_(a.office_id == filters.office, a.shared))
    if filters.kind:
        query = query.where(a.content_type.startswith(f"{filters.kind}/", autoescape=True))
    if filters.licence in LICENCE_STATES:
        query = query.where(_licensed(filters.licence, filters.on))
    for word in search_key(filters.q).split():
        query = query.where(a.search_text.contains(word, autoescape=True))
    return query


def count_assets(scope: Scope, filters: LibraryFilters) -> int:
    """How many files the filters leave."""
    query = _filtered(scope, filters).with_only_columns(func.count())
    return int(db.session.scalar(query) or 0)


def list_assets(scope: Scope, filters: LibraryFilters) -> list[MediaAsset]:
    """A page of files, the newest first."""
    query = _filtered(scope, filters).options(joinedload(MediaAsset.office))
    query = query.order_by(MediaAsset.created_at.desc(), MediaAsset.id.desc())
    return list(db.session.scalars(query.limit(PAGE).offset((filters.page - 1) * PAGE)))


def asset_for(scope: Scope, asset_id: int, *, lock: bool = False) -> MediaAsset:
    """A file that may be seen.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(MediaAsset).where(MediaAsset.id == asset_id, assets_within(scope))
    found = db.session.scalar(query.with_for_update(of=MediaAsset) if lock else query)
    if found is None:
        raise NotFound(f"asset {asset_id}")
    return found


def messages_with(scope: Scope, asset_id: int) -> list[KeyMessage]:
    """The latest messages in scope that carry a file."""
    carried = select(MessageMedia.message_id).where(MessageMedia.asset_id == asset_id)
    query = select(KeyMessage).where(KeyMessage.id.in_(carried), message_within(scope))
    return list(db.session.scalars(query.order_by(KeyMessage.id.desc()).limit(LATEST)))


def published_media(scope: Scope, media_id: int) -> MessageMedia:
    """A file of a message that is out or on its way, whoever asks: the address is signed.

    LINE fetches pictures before the first delivery is settled; only then is a message published.

    Raises:
        NotFound: there is none, or its message is not out, or was withdrawn.
    """
    leaving = exists().where(
        Release.message_id == KeyMessage.id, Release.state == ReleaseState.RUNNING.value
    )
    withdrawn = KeyMessage.state == MessageState.WITHDRAWN.value
    query = (
        select(MessageMedia)
        .join(KeyMessage, KeyMessage.id == MessageMedia.message_id)
        .where(
            MessageMedia.id == media_id,
            or_(KeyMessage.state.in_(["corrected", "published"]), and_(leaving, ~withdrawn)),
            message_within(scope),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"media {media_id}")
    return found
