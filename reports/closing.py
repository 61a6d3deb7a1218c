"""Closing a period, or issuing it anew, from beginning to end.

Commands and jobs call it, and it commits once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import duckdb
from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.disk import locked
from registry.documents.cells import clean_text
from registry.errors import Refused
from registry.i18n import language
from registry.periods import catalogue, owed_reports
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.periods.models import SealedPeriod
from reports.archive import folder_name, tidy
from reports.chain import all_closed, archive_root, home
from reports.drafting import make_draft
from reports.sealing import Tell, silent
from reports.services import WordsChanged, closable, enter, issued, reissuable


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
        Refused: the period may not be closed, or its files cannot be written; one sentence.
    """
    today = today or to_bangkok_date(utc_now())
    closable(code, today)
    with locked(archive_root()):
        db.session.rollback()  # to see what others did while this one waited
        settle()
        try:
            period = closable(code, today)
            with unit_of_work():
                owed_reports.enter([period], today)
            return _seal(actor, period, tell)
        finally:
            db.session.rollback()
            settle()


def reissue(
    actor: Actor, code: str, reason: str, *, seen: int | None = None, tell: Tell = silent
) -> Closed:
    """Seal a closed period anew, as its next revision; those before stay as they are.

    What holds for closing holds here: all or nothing, whenever it is killed.  Asked twice by the
    same one for the same reason it is done once.

    Args:
        seen: the revision that whoever asks has before them; that in force unless told otherwise.

    Raises:
        Refused: the period is not closed, the reason is missing, or somebody issued it anew
            meanwhile; one sentence.
    """
    reason = clean_text(reason).strip()
    before = seen or reissuable(code, reason).revision
    with locked(archive_root()):
        db.session.rollback()  # to see what others did while this one waited
        settle()
        try:
            done = issued(actor, code, reason, before)
            if done is not None:
                return _told(done, len(catalogue.sealed_figures(done.code, done.revision)))
            row = reissuable(code, reason, before)
            return _seal(actor, Period.parse(row.code), tell, row, reason)
        finally:
            db.session.rollback()
            settle()


ATTEMPTS = 3
"""How often a period is sealed again because an office reported meanwhile."""


def _seal(
    actor: Actor,
    period: Period,
    tell: Tell,
    replaced: SealedPeriod | None = None,
    reason: str = "",
) -> Closed:
    for _attempt in range(ATTEMPTS - 1):
        with suppress(WordsChanged):
            return _sealed(actor, period, tell, replaced, reason)
        db.session.rollback()
    return _sealed(actor, period, tell, replaced, reason)


def _sealed(
    actor: Actor,
    period: Period,
    tell: Tell,
    replaced: SealedPeriod | None,
    reason: str,
) -> Closed:
    _require_room(period, replaced.revision + 1 if replaced else 1)
    try:
        draft = make_draft(period, tell, replaced, reason)
    except (OSError, duckdb.IOException) as error:
        raise Refused(
            _(
                "The report of %(period)s could not be written (%(why)s), so nothing was changed; "
                "mend that, then try again.",
                period=period.label(language()),
                why=getattr(error, "strerror", None) or _("the disk cannot be used"),
            )
        ) from error
    with unit_of_work():
        return _told(enter(actor, period, draft, replaced), len(draft.figures))


def _told(row: SealedPeriod, figures: int) -> Closed:
    return Closed(row.code, row.revision, row.folder, row.manifest_sha256, figures)


def settle() -> None:
    """Finish the renames of closings that were killed, and remove the drafts of the others."""
    for row in all_closed():
        home(row)
    tidy(archive_root())


def _require_room(period: Period, revision: int) -> None:
    """A folder that the catalogue does not know is evidence of something: leave it alone."""
    name = folder_name(period.code, revision)
    if (archive_root() / name).exists():
        raise Refused(
            _(
                "The archive already holds %(name)s, which the catalogue does not know (was an "
                "older backup restored?); move that folder away first.",
                name=name,
            )
        )
