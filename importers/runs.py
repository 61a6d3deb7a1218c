"""Whole steps that commit by themselves, for the worker, the command line and the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from importers.committing import PlanOutdated, Preparation
from importers.models import BatchState, ImportBatch, ImportRow
from importers.planning import ROW, describe, planned, write
from importers.services import commit_import, discard, receive, replan
from importers.understood import Progress
from importers.undoing import undo_batch
from importers.uploads import as_file, laid_aside, read_file
from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.settings import Settings
from registry.sweeping import unswept


def _settings() -> Settings:
    settings: Settings = current_app.extensions["sang_settings"]
    return settings


def _silent(step: str, done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


def plan(batch_id: int, progress: Progress | None = None) -> None:
    """Plan a batch: parse and compare outside the write lock, then write the plan at once.

    Safe to run again: a batch that is planned already is left as it is, with its decisions.  A
    file that cannot be read leaves the batch failed, with the sentence that says why.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.as_state is not BatchState.READING:
        return
    try:
        say = progress or _silent
        with unswept(), as_file(batch) as path, planned(batch, path, _settings(), say) as plan:
            db.session.rollback()
            with unit_of_work():
                batch = db.session.get_one(ImportBatch, batch_id)
                if batch.as_state is BatchState.READING:
                    write(batch, plan)
    except Refused as refusal:
        _fail(batch_id, str(refusal))


def _fail(batch_id: int, sentence: str) -> None:
    db.session.rollback()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        if batch.as_state is BatchState.READING:
            batch.move(BatchState.FAILED)
            batch.error = sentence[:500]


def rehearse(
    office: Office, path: Path, *, sheet: str | None = None, progress: Progress | None = None
) -> tuple[ImportBatch, list[ImportRow]]:
    """Plan a file and keep nothing: the batch and its rows are in no database.

    Raises:
        Refused: the file cannot be read.
    """
    read_file(path)
    batch = ImportBatch(
        office=office,
        file_name=path.name,
        state=BatchState.READING.value,
        sheet=sheet,
        keep_unknown=False,
        fields={},
    )
    with planned(batch, path, _settings(), progress or _silent, prepare=_readable) as plan:
        describe(batch, plan)
        rows = [ImportRow(**dict(zip(ROW, row, strict=True))) for row in plan.rows.all()]
    return batch, rows


def _readable(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Rows of a plan without a database to read what is JSON in them."""
    return [[_read(value) if isinstance(value, orjson.Fragment) else value for value in row]
            for row in rows]  # fmt: skip


def _read(part: orjson.Fragment) -> Any:
    return orjson.loads(orjson.dumps(part))


def plan_file(
    path: Path, actor: Actor, *, sheet: str | None = None, progress: Progress | None = None
) -> ImportBatch:
    """Take a file in and plan it, in this process.

    Raises:
        Refused: the file cannot be read, or was brought before.
    """
    office = db.session.get_one(Office, actor.office_id)
    data = read_file(path)
    with unit_of_work():
        number = receive(actor, office, path.name, data, sheet=sheet).id
    plan(number, progress)
    batch = db.session.get_one(ImportBatch, number)
    if batch.as_state is BatchState.FAILED:
        raise Refused(batch.error or _("The file could not be read."))
    return batch


def apply(batch_id: int, actor: Actor) -> ImportBatch:
    """Apply a plan; where that is refused the plan is given up, so the file may come again.

    Raises:
        Refused: with one sentence; nothing was applied.
    """
    try:
        return _write(batch_id, actor)
    except Refused:
        give_up(batch_id, actor)
        raise


def _write(batch_id: int, actor: Actor, say: Progress = _silent) -> ImportBatch:
    """Prepare outside the write lock, then write at once."""
    with unswept(), laid_aside() as spool:
        say("prepared", 0, 0)
        ready = Preparation(db.session.get_one(ImportBatch, batch_id), spool)
        db.session.rollback()
        say("written", 0, 0)
        with unit_of_work():
            batch = db.session.get_one(ImportBatch, batch_id)
            commit_import(actor, batch, ready)
    return batch


def commit(batch_id: int, actor: Actor, progress: Progress) -> None:
    """Apply a plan in the background; refused, it is back for review with a notice.

    Safe to run again: a batch that is imported already is left as it is.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.as_state is not BatchState.COMMITTING:
        return
    try:
        _write(batch_id, actor, progress)
    except (PlanOutdated, IntegrityError, StaleDataError) as error:
        known = isinstance(error, PlanOutdated)
        _back_for_review(batch_id, str(error) if known else _registered_meanwhile(), anew=True)
    except Refused as refusal:
        _back_for_review(batch_id, str(refusal), anew=False)


def _back_for_review(batch_id: int, sentence: str, *, anew: bool) -> None:
    db.session.rollback()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        if batch.as_state is not BatchState.COMMITTING:
            return
        batch.notice = sentence[:500]
        if anew:
            replan(batch)
        else:
            batch.move(BatchState.PLANNED)


def _registered_meanwhile() -> str:
    return str(
        _(
            "Somebody registered one of these members at this moment; nothing was written, please "
            "review the new plan."
        )
    )


def undo(batch_id: int, actor: Actor, progress: Progress) -> None:
    """Take an import back in the background; refused, it stays imported, with a notice.

    Safe to run again: a batch that is undone already is left as it is.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.as_state is not BatchState.UNDOING:
        return
    db.session.rollback()
    progress("undoing", 0, 0)
    try:
        with unit_of_work():
            undo_batch(actor, db.session.get_one(ImportBatch, batch_id))
    except (IntegrityError, StaleDataError):
        _stays(batch_id, _used_meanwhile())
    except Refused as refusal:
        _stays(batch_id, str(refusal))


def _stays(batch_id: int, sentence: str) -> None:
    db.session.rollback()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        if batch.as_state is BatchState.UNDOING:
            batch.move(BatchState.COMMITTED)
            batch.notice = sentence[:500]


def _used_meanwhile() -> str:
    return str(
        _(
            "Somebody worked with one of these members at this moment; nothing was undone, please "
            "look at the import again."
        )
    )


def give_up(batch_id: int, actor: Actor) -> None:
    """Discard a plan."""
    with unit_of_work():
        discard(actor, db.session.get_one(ImportBatch, batch_id))


def import_file(path: Path, actor: Actor, *, sheet: str | None = None) -> ImportBatch:
    """Take a file in, plan it and apply the plan.

    Raises:
        Refused: with one sentence; nothing was applied.
    """
    return apply(plan_file(path, actor, sheet=sheet).id, actor)
