"""Making the file of a table: its rows one by one to the disk, then the audit event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import User
from registry.access.roles import Permission
from registry.access.scope import Scope, scope_of
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.cells import Cell
from registry.errors import NotFound, Refused
from reports.exports.files import Made, write
from reports.exports.models import SavedExport
from reports.exports.question import Question
from reports.exports.table import columns, rows
from reports.sealing import Tell, silent

MOST_ROWS = 3_000_000


def scope_for_user(user_id: int | None, today: date) -> Scope:
    """How far a person sees figures on a day.

    Raises:
        Refused: the account may not see them any more.
    """
    user = db.session.get(User, user_id)
    scope = scope_of(user, Permission.FIGURES_VIEW, today) if user and user.active else Scope()
    if scope == Scope():
        raise Refused(_("This account may no longer see figures, so no table was made."))
    return scope


def make(scope: Scope, question: Question, folder: Path, tell: Tell = silent) -> Made:
    """Write the table of a question into a folder of its own.

    Raises:
        Refused: it has too many rows, or the disk does not take it.
    """
    some = _bounded(rows(scope, question, tell))
    try:
        return write(folder, f"sang-{question.span}", question.format, columns(question), some)
    except OSError as error:
        raise Refused(
            _(
                "The table could not be written (%(why)s); tell the administrator, then have it "
                "made again.",
                why=error.strerror or _("the disk cannot be used"),
            )
        ) from error


def _bounded(found: Iterator[list[Cell]]) -> Iterator[Sequence[Cell]]:
    for number, row in enumerate(found):
        if number == MOST_ROWS:
            raise Refused(
                _(
                    "The table has more than %(n)s rows; choose fewer periods, dimensions or "
                    "measures.",
                    n=f"{MOST_ROWS:,}",
                )
            )
        yield row


def note(actor: Actor, question: Question, made: Made, object_id: object) -> None:
    """Write down who took which figures out of the system."""
    cut = question.cut
    limits = [f"{name}={','.join(map(str, values))}" for name, values in cut.where]
    record(
        actor,
        Action.FIGURES_EXPORT,
        "export",
        object_id,
        fields=question.names,
        period=question.span,
        query="&".join([f"by={','.join(cut.by)}", *limits, f"as_of={cut.as_of}"]),
        format=question.format,
        count=made.rows,
        file_sha256=made.sha256,
    )


def saved_of(email: str, name: str) -> SavedExport:
    """A definition by its name and the address of whose it is.

    Raises:
        NotFound: that person kept none of this name.
    """
    query = select(SavedExport).join(User, SavedExport.user_id == User.id)
    row = db.session.scalar(query.where(User.email == email, SavedExport.name == name))
    if row is None:
        raise NotFound(_("%(email)s saved no table named “%(name)s”.", email=email, name=name))
    return row
