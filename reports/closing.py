"""Closing a period from beginning to end; commands and jobs call it, and it commits once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.disk import locked
from registry.errors import Refused
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from reports.archive import folder_name, tidy
from reports.chain import all_closed, archive_root, home
from reports.drafting import make_draft
from reports.sealing import Tell, silent
from reports.services import closable, enter

FIRST_REVISION = 1


@dataclass(frozen=True)
class Closed:
    """The outcome of a closing."""

    code: str
    revision: int
    folder: str
    manifest_sha256: str
    figures: int


def close(actor: Actor, code: str, *, today: date | None = None, tell: Tell = silent) -> Closed:
    """Close a period: seal its facts, compute, render, enter it in the catalogue.

    Everything but entering it happens outside the writing transaction, so nobody waits.  Killed
    at any point it leaves all or nothing (see :mod:`reports.archive`) and can be repeated.

    Raises:
        Refused: the period may not be closed; one sentence.
    """
    today = today or to_bangkok_date(utc_now())
    closable(code, today)
    with locked(archive_root()):
        settle()
        try:
            return _close(actor, closable(code, today), tell)
        finally:
            db.session.rollback()
            settle()


def _close(actor: Actor, period: Period, tell: Tell) -> Closed:
    _require_room(period)
    draft = make_draft(period, FIRST_REVISION, tell)
    with unit_of_work():
        row = enter(actor, period, draft)
        made = Closed(row.code, row.revision, row.folder, row.manifest_sha256, len(draft.figures))
    return made


def settle() -> None:
    """Finish the renames of closings that were killed, and remove the drafts of the others."""
    for row in all_closed():
        home(row)
    tidy(archive_root())


def _require_room(period: Period) -> None:
    """A folder that the catalogue does not know is evidence of something: leave it alone."""
    name = folder_name(period.code, FIRST_REVISION)
    if (archive_root() / name).exists():
        raise Refused(
            _(
                "The archive already holds %(name)s, which the catalogue does not know (was an "
                "older backup restored?); move that folder away first.",
                name=name,
            )
        )
