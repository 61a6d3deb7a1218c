"""A report with a picture: the picture is written anew and kept encrypted."""

from __future__ import annotations

from dataclasses import replace

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.documents.pictures import clean_picture
from registry.errors import Refused
from registry.messages import files
from registry.messages.entries import Fault
from registry.messages.ledger import DisseminationEntry, record_dissemination
from registry.messages.models import Dissemination


def keep_picture(data: bytes, name: str) -> tuple[str, str]:
    """Store a picture of a member; returns its name with us and its content type.

    Raises:
        Fault: it is no picture that can be opened.
    """
    try:
        picture = clean_picture(data, name, side=1920)
    except Refused as refusal:
        raise Fault("picture", str(refusal)) from None
    return files.store(picture.data, picture.suffix, secret=True), picture.content_type


def record_with_picture(
    actor: Actor,
    scope: Scope,
    entry: DisseminationEntry,
    picture: tuple[bytes, str] | None,
    *,
    source: str,
    form_token: str | None = None,
) -> Dissemination:
    """Record a dissemination, perhaps with a picture (its bytes and name).

    Raises:
        Refused: the entry or the picture does not hold; :class:`Fault` names the field.
    """
    if picture is not None:
        stored, content_type = keep_picture(*picture)
        entry = replace(entry, evidence=stored, evidence_type=content_type)
    row = record_dissemination(actor, scope, entry, source=source, form_token=form_token)
    if entry.evidence and row.evidence != entry.evidence:
        files.discard(entry.evidence)
    return row
