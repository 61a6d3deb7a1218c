"""Correcting a request to publish, as long as nobody has decided about it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.messages.request_models import (
    UNDECIDED,
    PublicationRequest,
    RequestEditor,
    RequestState,
)
from registry.messages.requests import Asked, note, require_own
from registry.messages.rules import now_or
from registry.periods.calendar import to_bangkok_date


def correct(
    actor: Actor,
    row: PublicationRequest,
    asked: Asked,
    *,
    version: int,
    at: datetime | None = None,
) -> None:
    """Change what was written down; what was checked before is checked anew.

    Args:
        version: the one that the form was filled from.

    Raises:
        Refused: it is decided or belongs to another office, or a field is blank or wrong.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    require_own(actor, row)
    if row.as_state not in UNDECIDED:
        raise Refused(_("The request was decided already; it can no longer be corrected."))
    need_version(row, version)
    values = asked.values(to_bangkok_date(now_or(at)))
    changed = [key for key, value in values.items() if getattr(row, key) != value]
    if not changed:
        return
    for key in changed:
        setattr(row, key, values[key])
    _remember(actor, row)
    record(
        actor,
        Action.LETTER_UPDATE,
        "letter",
        row.id,
        province=row.office.province_code,
        fields=changed,
    )
    if row.as_state is RequestState.CHECKED:
        before = row.move(RequestState.RECEIVED)
        row.undo_check()
        note(actor, row, before)
    db.session.flush()


def _remember(actor: Actor, row: PublicationRequest) -> None:
    if actor.user_id is not None and actor.user_id not in row.workers:
        row.editors.append(RequestEditor(user_id=actor.user_id))
