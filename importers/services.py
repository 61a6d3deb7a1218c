"""Imports from the file's arrival to its end; the web and the command line use the same steps."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from importers.committing import Preparation, commit_batch
from importers.deciding import ALLOWED, decide
from importers.models import BatchState, ImportBatch
from importers.obstacles import obstacles, why_not
from importers.uploads import check_size, content_of, laid_aside, store
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import language
from registry.jobs import DONE_STATES, Job, enqueue
from registry.periods.calendar import utc_now

__all__ = ["ALLOWED", "COMMIT", "PLAN", "UNDO", "SameFile", "begin_reading", "commit_import",
           "content_of", "decide", "discard", "read_what_came_late", "receive", "replan", "start",
           "start_commit", "start_undo"]  # fmt: skip
PLAN, COMMIT, UNDO = "import:plan", "import:commit", "import:undo"
GONE = (BatchState.UNDONE.value, BatchState.DISCARDED.value, BatchState.FAILED.value)


class SameFile(Refused):
    """The same file was brought before; ``batch_id`` says where."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch_id = batch.id
        super().__init__(
            _(
                "The file “%(file)s” was uploaded already (import no. %(number)s); open that "
                "import, or undo it first if you want to import the file again.",
                file=batch.file_name,
                number=batch.id,
            )
        )


def receive(
    actor: Actor,
    office: Office,
    name: str,
    data: bytes,
    *,
    sheet: str | None = None,
    keep_unknown: bool = False,
    form_token: str | None = None,
) -> ImportBatch:
    """Take a file in, encrypted, for an office; :func:`start` has it planned.

    Raises:
        Unreadable: the file is larger than allowed.
        SameFile: the office has brought this very file before.
    """
    name = Path(name).name[:200]
    check_size(name, len(data))
    _one_at_a_time(office)
    digest = hashlib.sha256(data).hexdigest()
    twin = _twin(office, digest)
    if twin is not None and _abandoned(twin):
        discard(actor, twin)
    elif twin is not None:
        raise SameFile(twin)
    batch = ImportBatch(
        office=office,
        user_id=actor.user_id,
        file_name=name,
        sha256=digest,
        size=len(data),
        stored=store(data),
        state=BatchState.READING.value,
        sheet=sheet,
        keep_unknown=keep_unknown,
        created_at=utc_now(),
        form_token=form_token,
        fields={},
        summary={},
        counts={},
    )
    db.session.add(batch)
    db.session.flush()
    record(actor, Action.IMPORT_PLAN, "import", batch.id, batch=batch.id, file_sha256=digest)
    return batch


def _one_at_a_time(office: Office) -> None:
    """Two uploads of one office at the same moment: the second sees the first."""
    db.session.execute(select(Office.id).where(Office.id == office.id).with_for_update())


def _twin(office: Office, digest: str) -> ImportBatch | None:
    query = select(ImportBatch).where(
        ImportBatch.office_id == office.id,
        ImportBatch.sha256 == digest,
        ImportBatch.state.not_in(GONE),
    )
    return db.session.scalar(query.order_by(ImportBatch.id).limit(1))


def _abandoned(batch: ImportBatch) -> bool:
    """Whether a command brought it and was stopped before it was done."""
    by_command = batch.user_id is None and batch.job_id is None
    return by_command and batch.as_state in (BatchState.READING, BatchState.PLANNED)


def start(batch: ImportBatch) -> None:
    """Have a batch planned in the background."""
    args = {"batch": batch.id, "locale": language()}
    job = enqueue(PLAN, args, user_id=batch.user_id)
    batch.job_id = job.id


def replan(batch: ImportBatch) -> None:
    """Have a batch planned anew, with other columns or because the registry changed.

    While it is read nothing is lost: it is read once more as soon as that is done, see
    :func:`read_what_came_late`.

    Raises:
        Refused: it is being read for the first time.
    """
    if batch.as_state is not BatchState.READING:
        batch.move(BatchState.READING)
    elif _is_running(batch):
        if batch.planned_at is None:
            raise Refused(_("This file is being read at this moment; wait for the plan."))
        batch.unread = True
        return
    start(batch)


def begin_reading(batch: ImportBatch) -> None:
    """What was said until now is in the reading that begins."""
    if batch.unread and batch.as_state is BatchState.READING:
        batch.unread = False


def read_what_came_late(batch: ImportBatch) -> None:
    """Have a plan made anew for what was said while it was made."""
    batch.lock()
    if batch.unread and batch.as_state in (BatchState.PLANNED, BatchState.FAILED):
        batch.unread = False
        replan(batch)


def _is_running(batch: ImportBatch) -> bool:
    job = db.session.get(Job, batch.job_id) if batch.job_id else None
    return job is not None and job.state not in DONE_STATES


def start_commit(actor: Actor, batch: ImportBatch) -> None:
    """Have a plan applied in the background; from now on nothing about it can be decided.

    Raises:
        Refused: it is not waiting for this.
    """
    if batch.unread:
        raise Refused(_("Corrections of this moment are still to be read; look at the new plan."))
    if batch.as_state is not BatchState.COMMITTING:
        batch.move(BatchState.COMMITTING)
    elif _is_running(batch):
        return
    _hand_over(actor, batch, COMMIT)


def start_undo(actor: Actor, batch: ImportBatch) -> None:
    """Have an import taken back in the background.

    Raises:
        Refused: it is not imported, or something was built on it since; names the rows.
    """
    batch.lock()
    if batch.as_state is not BatchState.UNDOING:
        batch.move(BatchState.UNDOING)
        if late := obstacles(batch):
            raise Refused(why_not(batch, late))
    elif _is_running(batch):
        return
    _hand_over(actor, batch, UNDO)


def _hand_over(actor: Actor, batch: ImportBatch, kind: str) -> None:
    """Give a batch to the worker, in the name and the language of whoever pressed the button."""
    batch.notice = None
    args = {"batch": batch.id, "office": actor.office_id, "locale": language()}
    batch.job_id = enqueue(kind, args, user_id=actor.user_id).id


def commit_import(
    actor: Actor, batch: ImportBatch, ready: Preparation | None = None
) -> dict[str, int]:
    """Apply a batch's plan; the caller commits.

    Args:
        ready: what was prepared outside the transaction; made here without.

    Raises:
        PlanOutdated: plan the batch anew (:func:`replan`) and review it again.
    """
    if ready is not None:
        return commit_batch(actor, batch, ready)
    with laid_aside() as spool:
        return commit_batch(actor, batch, Preparation(batch, spool))


def discard(actor: Actor, batch: ImportBatch) -> None:
    """Give a plan up; nothing of it was ever applied."""
    batch.lock()
    batch.move(BatchState.DISCARDED)
    record(actor, Action.IMPORT_DISCARD, "import", batch.id, batch=batch.id)
