"""Media of a message: files of the library that go with it, and addresses of those published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import files, library
from registry.messages.library import AssetWords
from registry.messages.library_models import MediaAsset
from registry.messages.models import KeyMessage, MessageMedia
from registry.messages.prepared import Kind, Prepared, prepare
from registry.messages.rules import require_editable

__all__ = [
    "Kind",
    "Prepared",
    "attach",
    "attach_asset",
    "prepare",
    "public_media_url",
    "remove",
    "signer",
]

MAX_PER_MESSAGE = 10
PUBLIC_PATH = "/media/"
SALT = "sang.public-media"


def attach(
    actor: Actor,
    message: KeyMessage,
    file: Prepared,
    *,
    description: str = "",
    source: str = "",
) -> MessageMedia:
    """Attach an uploaded file to a draft, and keep it in the library; the same file is one.

    Raises:
        Refused: the message is no longer a draft or has too many files, or the library has the
            file and no longer offers it.
    """
    require_editable(actor, message)
    words = AssetWords(description=description or None, source=source or None)
    asset = library.add(actor, file, words)
    return attach_asset(actor, message, asset, description=description, source=source)


def attach_asset(
    actor: Actor,
    message: KeyMessage,
    asset: MediaAsset,
    *,
    description: str = "",
    source: str = "",
    at: datetime | None = None,
) -> MessageMedia:
    """Attach a file of the library to a draft; the same file twice is one.

    Words fill in what is empty about a file that the message carries already.

    Args:
        description, source: as this message says it; by default the library's own words.

    Raises:
        Refused: the message is no longer a draft or has too many files, the file was retired,
            or its licence has ended.
    """
    require_editable(actor, message)
    library.require_usable(asset, at=at)
    for media in message.media:
        if media.sha256 == asset.sha256:
            described = media.description or description or asset.description
            _describe(actor, message, media, described, media.source or source or asset.source)
            return media
    if len(message.media) >= MAX_PER_MESSAGE:
        raise Refused(
            _("A message carries at most %(limit)s files; remove one first.", limit=MAX_PER_MESSAGE)
        )
    media = _carried(asset, description or asset.description, source or asset.source)
    message.media.append(media)
    message.edited_by(actor.user_id)
    record(
        actor,
        Action.MESSAGE_UPDATE,
        "message",
        message.id,
        fields=["media"],
        file_sha256=asset.sha256,
    )
    db.session.flush()
    return media


def _carried(asset: MediaAsset, description: str | None, source: str | None) -> MessageMedia:
    return MessageMedia(
        asset=asset,
        filename=asset.filename,
        stored=asset.stored,
        content_type=asset.content_type,
        size=asset.size,
        sha256=asset.sha256,
        description=description,
        source=source,
    )


def _describe(
    actor: Actor,
    message: KeyMessage,
    media: MessageMedia,
    description: str | None,
    source: str | None,
) -> None:
    words = (description or None, source or None)
    if words != (media.description, media.source):
        media.description, media.source = words
        message.edited_by(actor.user_id)
        record(actor, Action.MESSAGE_UPDATE, "message", message.id, fields=["media"])
        db.session.flush()


def describe(
    actor: Actor, message: KeyMessage, media_id: int, description: str, source: str
) -> None:
    """Change what a draft says about one of its files; the library's own words stay.

    Raises:
        Refused: the message is no longer a draft.
        NotFound: the message has no such file.
    """
    require_editable(actor, message)
    media = _of(message, media_id)
    _describe(actor, message, media, description.strip()[:300], source.strip()[:200])
    if media.asset is not None and media.asset.office_id == actor.office_id:
        words = AssetWords(description=media.description, source=media.source)
        library.complete(actor, media.asset, words)


def _of(message: KeyMessage, media_id: int) -> MessageMedia:
    media = next((row for row in message.media if row.id == media_id), None)
    if media is None:
        raise NotFound
    return media


def remove(actor: Actor, message: KeyMessage, media_id: int) -> None:
    """Take a file off a draft; the library keeps it.

    Raises:
        NotFound: the message has no such file.
    """
    require_editable(actor, message)
    media = _of(message, media_id)
    if media.asset_id is None:
        files.discard(media.stored)
    message.media.remove(media)
    message.edited_by(actor.user_id)
    record(actor, Action.MESSAGE_UPDATE, "message", message.id, fields=["media"])
    db.session.flush()


def signer() -> URLSafeSerializer:
    """Signs which file may be fetched, in which size and until when."""
    return URLSafeSerializer(current_app.secret_key or "", salt=SALT)


def public_media_url(media: MessageMedia, *, small: bool, hours: int) -> str:
    """An address at which LINE fetches a file without a session, until some hours from now.

    Returns:
        empty where ``SANG_PUBLIC_URL`` is not set: nobody outside could open it.
    """
    base: str = current_app.extensions["sang_settings"].public_url.rstrip("/")
    if not base:
        return ""
    until = datetime.now(UTC) + timedelta(hours=hours)
    token = signer().dumps([media.id, int(small), int(until.timestamp())])
    return f"{base}{PUBLIC_PATH}{token}"


def read_public(token: str) -> tuple[int, str]:
    """The file that a signed address names, and its size (``small`` or empty).

    Raises:
        NotFound: the address was altered, spelled otherwise, or has expired.
    """
    try:
        media_id, small, until = signer().loads(token)
    except BadData:
        raise NotFound("media") from None
    again = signer().dumps([media_id, small, until])
    if again != token or until < datetime.now(UTC).timestamp():
        raise NotFound("media")
    return int(media_id), "small" if small else ""
