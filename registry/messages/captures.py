"""The office's own capture of what a report shows, since links rot: kept with its SHA-256."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import files, proofs
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.prepared import PDF, Prepared, prepare
from registry.messages.rules import now_or

MOST = 5


def prepare_capture(data: bytes, name: str) -> Prepared:
    """Look at a capture before any transaction.

    Raises:
        Refused: it is neither a picture nor a PDF, or is damaged or too large.
    """
    file = prepare(data, name)
    if file.picture is None and file.kind is not PDF:
        raise Refused(
            _("The file %(name)s is not a picture or a PDF; save the page as one.", name=name)
        )
    return file


def keep_capture(
    actor: Actor, row: Dissemination, file: Prepared, *, at: datetime | None = None
) -> EvidenceItem:
    """Keep a capture with a report; the same file twice is one.

    Raises:
        Refused: the report was withdrawn, or has five captures.
    """
    if row.as_state is DisseminationState.WITHDRAWN:
        raise Refused(_("This report was withdrawn; there is nothing left to prove."))
    held = _captures(row)
    for item in held:
        if item.sha256 == file.sha256:
            return item
    if len(held) >= MOST:
        raise Refused(_("A report carries at most %(most)s captures.", most=MOST))
    item = proofs.keep_capture_item(actor, row, file, now_or(at))
    record(
        actor,
        Action.EVIDENCE_CAPTURE,
        "dissemination",
        row.id,
        province=row.province_code,
        message=row.message_id,
        file_sha256=file.sha256,
    )
    return item


def _captures(row: Dissemination) -> list[EvidenceItem]:
    query = select(EvidenceItem).where(
        EvidenceItem.dissemination_id == row.id,
        EvidenceItem.month == row.month,
        EvidenceItem.kind == EvidenceKind.CAPTURE.value,
    )
    return list(db.session.scalars(query))


def read_thumbnail(item: EvidenceItem) -> bytes | None:
    """The thumbnail of a picture, for lists; None where there is none that can be read."""
    try:
        return files.read_secret(item.thumbnail) if item.thumbnail else None
    except (OSError, ValueError, InvalidTag):
        return None


def read_item(item: EvidenceItem) -> bytes:
    """The content of a picture or capture, as it was kept.

    Raises:
        NotFound: the file is gone.
        Refused: it is no longer the one whose SHA-256 was kept.
    """
    try:
        data = files.read_secret(item.stored or "")
    except OSError:
        raise NotFound(f"file of evidence {item.id}") from None
    except (ValueError, InvalidTag):
        data = b""
    if sha256(data).hexdigest() != item.sha256:
        raise Refused(
            _(
                "This file is no longer what was kept when it came in, so it proves nothing; "
                "tell the administrator, who can restore it from a backup."
            )
        )
    return data
