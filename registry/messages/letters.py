"""Scans of letters and forms: a PDF or a picture, told by content, stored encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from registry.errors import Refused
from registry.messages import files
from registry.messages.prepared import Prepared, display_name, prepare
from registry.messages.request_models import PublicationRequest
from registry.messages.right_models import PublishingRight

files.keeps(PublicationRequest.letter, PublishingRight.form)


@dataclass(frozen=True)
class Scan:
    """A stored scan: our name of it, its type, the person's own name of it, and its SHA-256."""

    stored: str
    content_type: str
    name: str
    sha256: str


def read_scan(data: bytes, name: str) -> Prepared:
    """Look at a letter before any transaction; pictures are written anew in a child process.

    Raises:
        Refused: it is neither a picture nor a PDF, is damaged, too large, or holds a program.
    """
    file = prepare(data, name)
    if not file.kind.content_type.startswith(("application/pdf", "image/")):
        raise Refused(
            _("The letter %(name)s is neither a PDF nor a picture; scan it anew.", name=name)
        )
    return file


def keep(file: Prepared) -> Scan:
    """Store a letter encrypted; it disappears if the transaction is undone."""
    return Scan(
        stored=files.store(file.data, file.kind.suffix, secret=True),
        content_type=file.kind.content_type,
        name=display_name(file.name, file.kind.suffix),
        sha256=file.sha256,
    )
