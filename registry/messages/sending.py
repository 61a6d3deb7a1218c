"""Sending stored files to browsers, under the type that was found when they came in."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, send_file

from registry.errors import NotFound
from registry.messages import files
from registry.messages.library_models import MediaAsset
from registry.messages.models import MessageMedia

INLINE = ("image/", "video/", "audio/")
SIZES = ("small", "thumbnail")


def sent(media: MessageMedia | MediaAsset, size: str | None = None) -> Response:
    """A file: pictures, clips and sounds inside the page, documents as downloads.

    Args:
        size: ``small`` or ``thumbnail``; the file itself where it has no such version.
    """
    asset = media.asset if isinstance(media, MessageMedia) else media
    version = getattr(asset, size) if asset is not None and size in SIZES else None
    return send_file(
        files.path_of(version or media.stored),
        mimetype="image/jpeg" if version else media.content_type,
        download_name=media.filename,
        as_attachment=not media.content_type.startswith(INLINE),
        conditional=True,
    )


def sent_secret(name: str, content_type: str) -> Response:
    """An encrypted picture, or a document as a download."""
    return sent_bytes(files.read_secret(name), content_type)


def sent_picture(row: Any, size: str | None = None) -> Response:
    """An encrypted picture that came with news or by LINE.

    Args:
        row: with ``picture``, ``picture_type`` and ``picture_small``.
        size: ``small`` for lists; the picture itself where it has no such version.

    Raises:
        NotFound: none came with it.
    """
    if size == "small" and row.picture_small:
        return sent_secret(row.picture_small, "image/jpeg")
    if row.picture is None or row.picture_type is None:
        raise NotFound("no picture")
    return sent_secret(row.picture, row.picture_type)


def sent_bytes(data: bytes, content_type: str) -> Response:
    """What was decrypted: a picture inside the page, a document as a download."""
    return send_file(
        io.BytesIO(data),
        mimetype=content_type,
        as_attachment=not content_type.startswith(INLINE),
        download_name=None if content_type.startswith(INLINE) else "document.pdf",
    )
