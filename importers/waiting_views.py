"""Plans that wait to be reviewed by whoever is signed in: their own office's, and their own."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from importers import queries
from importers.choosing import tally_of
from importers.models import ImportBatch
from registry.access.gate import scope_for
from registry.access.roles import Permission
from registry.ui import Card

NAMED = 5
"""So many plans have a card of their own on the start page; the list of imports shows all."""


def count() -> int:
    """How many plans wait."""
    inside = scope_for(Permission.IMPORTS_RUN)
    return queries.count_planned(inside, current_user.office_id, current_user.id)


def cards() -> list[Card]:
    """The newest plans that wait, each with its rows."""
    inside = scope_for(Permission.IMPORTS_RUN)
    found = queries.planned_of(inside, current_user.office_id, current_user.id, limit=NAMED)
    return [_card(batch) for batch in found]


def _card(batch: ImportBatch) -> Card:
    tally = tally_of(batch)
    if tally.waiting:
        label = _(
            "rows of “%(file)s” to review, %(count)s of them wait for an answer",
            file=batch.file_name,
            count=tally.waiting,
        )
    else:
        label = _("rows of “%(file)s” to review and import", file=batch.file_name)
    return Card(label, sum(tally.counts.values()), url_for("imports.show", batch_id=batch.id))
