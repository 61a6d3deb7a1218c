"""Keeping definitions of tables under a name.

Like saved views they are a person's own convenience, so the audit trail does not note them; that
a table was made is noted, see :mod:`reports.exports.making`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain, count

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import db
from registry.errors import Refused
from registry.periods.calendar import utc_now
from reports.exports.models import SavedExport
from reports.exports.question import PARTS, question

MOST = 50
LONGEST_NAME = 80


def plain(definition: Mapping[str, str]) -> dict[str, str]:
    """What of some texts makes up a definition, without empty ones."""
    return {name: definition[name] for name in PARTS if definition.get(name)}


def save(
    actor: Actor,
    scope: Scope,
    name: str,
    definition: Mapping[str, str],
    today: date,
    *,
    shared: bool = False,
) -> SavedExport:
    """Keep a definition under a name.

    Raises:
        Refused: it makes no table; the name is blank, too long or taken; or there are too many.
    """
    question(scope, definition, today)
    mine = SavedExport.user_id == actor.user_id
    if (db.session.scalar(select(func.count()).where(mine)) or 0) >= MOST:
        raise Refused(_("You have %(n)s saved tables already; delete one first.", n=MOST))
    row = SavedExport(
        user_id=actor.user_id,
        office_id=actor.office_id,
        name=_free(actor, name),
        definition=plain(definition),
        shared=shared,
        created_at=utc_now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def copy(actor: Actor, scope: Scope, row: SavedExport, today: date) -> SavedExport:
    """A copy of one's own, under the next name that is free."""
    stem = row.name[: LONGEST_NAME - 6]
    names = chain([row.name], (f"{stem} ({number})" for number in count(2)))
    free = next(name for name in names if not _taken(actor, name))
    return save(actor, scope, free, row.definition, today)


def rename(actor: Actor, row: SavedExport, name: str) -> None:
    """Give a definition another name.

    Raises:
        Refused: it is blank, too long, or another one has it.
    """
    row.name = _free(actor, name, besides=row.id)
    db.session.flush()


def share(row: SavedExport, shared: bool) -> None:
    """Show a definition to the office, or no longer."""
    row.shared = shared
    db.session.flush()


def delete(row: SavedExport) -> None:
    """Forget a definition."""
    db.session.delete(row)
    db.session.flush()


def _free(actor: Actor, name: str, besides: int = 0) -> str:
    """A name, if the person may give it."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise Refused(_("Give the table a name."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name of a table holds at most %(n)s letters.", n=LONGEST_NAME))
    if _taken(actor, name, besides):
        raise Refused(
            _("You have a table named “%(name)s” already; choose another name.", name=name)
        )
    return name


def _taken(actor: Actor, name: str, besides: int = 0) -> bool:
    mine = (SavedExport.user_id == actor.user_id) & (SavedExport.id != besides)
    return (
        db.session.scalar(select(SavedExport.id).where(mine, SavedExport.name == name)) is not None
    )
