"""Keeping audiences under a name, for an office."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.messages.audience import Audience
from registry.messages.audience_models import SavedAudience
from registry.messages.rules import require_text

LONGEST = 120


def save(
    actor: Actor, name: str, audience: Audience, channels: Collection[int] = ()
) -> SavedAudience:
    """Keep an audience with the office's channels chosen; one of the same name is replaced.

    Raises:
        Refused: it has no name, or filters nobody out.
    """
    if actor.office_id is None or audience.everybody:
        raise Refused(_("Choose whom the message is for first; everybody needs no name."))
    name = _named(name)
    query = select(SavedAudience).where(
        SavedAudience.office_id == actor.office_id, SavedAudience.name == name
    )
    row = db.session.scalar(query.with_for_update())
    if row is None:
        row = SavedAudience(office_id=actor.office_id, name=name)
        db.session.add(row)
    row.channels = sorted(channels)
    row.filters, row.saved_by, row.saved_at = audience.stored(), actor.user_id, datetime.now(UTC)
    db.session.flush()
    record(actor, Action.AUDIENCE_SAVE, "audience", row.id)
    return row


def rename(actor: Actor, row: SavedAudience, name: str) -> None:
    """Give a kept audience another name.

    Raises:
        Refused: it is blank, or another audience of the office has it.
    """
    name = _named(name)
    query = select(SavedAudience.id).where(
        SavedAudience.office_id == row.office_id,
        SavedAudience.name == name,
        SavedAudience.id != row.id,
    )
    if db.session.scalar(query) is not None:
        raise Refused(_("Your office has an audience of the name “%(name)s” already.", name=name))
    row.name = name
    db.session.flush()
    record(actor, Action.AUDIENCE_SAVE, "audience", row.id)


def delete(actor: Actor, row: SavedAudience) -> None:
    """Forget a kept audience; releases planned with it keep their filters."""
    record(actor, Action.AUDIENCE_DELETE, "audience", row.id)
    db.session.delete(row)
    db.session.flush()


def _named(name: str) -> str:
    return require_text(name, _("Give the audience a name."))[:LONGEST]
