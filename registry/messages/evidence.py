"""A report with a picture; pictures of members are kept encrypted."""

from __future__ import annotations

from dataclasses import replace

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.documents.pictures import Picture
from registry.messages import files
from registry.messages.ledger import DisseminationEntry, record_dissemination
from registry.messages.ledger_models import Dissemination


def keep_picture(picture: Picture) -> tuple[str, str]:
    """Store a picture of a member; returns its name with us and its content type."""
    return files.store(picture.data, picture.suffix, secret=True), picture.content_type


def record_with_picture(
    actor: Actor,
    scope: Scope,
    entry: DisseminationEntry,
    picture: Picture | None,
    *,
    source: str,
    form_token: str | None = None,
) -> Dissemination:
    """Record a dissemination, perhaps with a picture that proves it.

    Raises:
        Refused: the entry does not hold; :class:`Fault` names the field.
    """
    if picture is not None:
        stored, content_type = keep_picture(picture)
        entry = replace(entry, evidence=stored, evidence_type=content_type)
    row = record_dissemination(actor, scope, entry, source=source, form_token=form_token)
    if entry.evidence and row.evidence != entry.evidence:
        files.discard(entry.evidence)
    return row
