"""Looking at an uploaded file: told by content, never by name; pictures are written anew."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

from flask import current_app
from flask_babel import gettext as _

from registry.documents.pictures import Picture, clean_picture, is_picture
from registry.errors import Refused

MB = 1024 * 1024
LIMITS = {"image": 15 * MB, "application": 20 * MB, "video": 100 * MB, "audio": 30 * MB}
MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"}
)
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|XFA|RichMedia)\b")


@dataclass(frozen=True)
class Kind:
    """What a file is: its content type and the suffix that we give it."""

    content_type: str
    suffix: str


PDF, MP4, MP3 = (
    Kind("application/pdf", ".pdf"),
    Kind("video/mp4", ".mp4"),
    Kind("audio/mpeg", ".mp3"),
)


def _kind_of(data: bytes) -> Kind | None:
    """A PDF, MP4 or MP3 by its first bytes; pictures are told elsewhere."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in MP4_BRANDS:
        return MP4
    if data.startswith(b"ID3") or (
        data[:1] == b"\xff" and data[1:2] in {b"\xfb", b"\xf3", b"\xf2"}
    ):
        return MP3
    return None


def display_name(name: str, suffix: str) -> str:
    """The person's own file name, tidied, with the suffix that the content calls for."""
    stem = re.sub(r"[\x00-\x1f\x7f\"\\/<>:|?*]", "", PurePath(name.replace("\\", "/")).stem)
    return f"{stem.strip()[:150] or 'media'}{suffix}"


@dataclass(frozen=True)
class Prepared:
    """A file that was looked at: the bytes to keep, what they are, and a name to show."""

    data: bytes
    kind: Kind
    name: str
    picture: Picture | None = None

    @property
    def sha256(self) -> str:
        """By which the same file is known again."""
        return hashlib.sha256(self.data).hexdigest()


def prepare(data: bytes, name: str) -> Prepared:
    """Look at a file before any transaction: pictures are opened in a child process.

    Raises:
        Refused: empty, of another kind, too large, or a PDF with a program in it.
    """
    if not data:
        raise Refused(_("The file %(name)s is empty; choose another file.", name=name))
    if is_picture(data):
        _within(len(data), "image", name)
        picture = clean_picture(data, name, side=4096)
        kind = Kind(picture.content_type, picture.suffix)
        return Prepared(picture.data, kind, name, picture)
    found = _kind_of(data)
    if found is None:
        raise Refused(
            _(
                "The file %(name)s is not a picture (JPEG, PNG, WebP, GIF), a PDF, an MP4 clip or "
                "an MP3 sound, whatever its name says; save it as one of these.",
                name=name,
            )
        )
    _within(len(data), found.content_type.split("/")[0], name)
    if found is PDF and (_ACTIVE_PDF.search(data) or b"%%EOF" not in data[-2048:]):
        raise Refused(
            _(
                "The PDF %(name)s is damaged or holds a program or an attachment; print it to PDF "
                "again and choose the new file.",
                name=name,
            )
        )
    return Prepared(data, found, name)


def _limit(family: str) -> int:
    """Bytes that a file may have; never more than an upload as a whole."""
    whole: int = current_app.extensions["sang_settings"].upload_max_mb
    return min(LIMITS[family], whole * MB)


def _within(size: int, family: str, name: str) -> None:
    limit = _limit(family)
    if size > limit:
        raise Refused(
            _(
                "The file %(name)s is larger than %(limit)s MB; make it smaller and try again.",
                name=name,
                limit=limit // MB,
            )
        )
