"""Sending stored files to browsers, under the type that was found when they came in."""

from __future__ import annotations

import io

from flask import Response, send_file

from registry.messages import files
from registry.messages.models import MessageMedia

INLINE = ("image/", "video/", "audio/")


def sent(media: MessageMedia) -> Response:
    """A file of a message: pictures, clips and sounds inside the page, documents as downloads."""
    return send_file(
        files.path_of(media.stored),
        mimetype=media.content_type,
        download_name=media.filename,
        as_attachment=not media.content_type.startswith(INLINE),
        conditional=True,
    )


def sent_secret(name: str, content_type: str) -> Response:
    """An encrypted picture."""
    return send_file(io.BytesIO(files.read_secret(name)), mimetype=content_type)
