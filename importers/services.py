"""Imports from the file's arrival to its end; the web and the command line use the same steps."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from importers.committing import commit_batch
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.planning import match, read, write
from importers.results import Status
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.jobs import Progress, enqueue
from registry.periods.calendar import utc_now
from registry.settings import Settings
from registry.vault import decrypt, encrypt

PLAN = "import:plan"
ALLOWED = {
    Status.NEW: {Decision.SKIP},
    Status.UPDATE: {Decision.SKIP, Decision.OVERWRITE},
    Status.POSSIBLE_DUPLICATE: {Decision.SKIP, Decision.DIFFERENT, Decision.SAME},
    Status.AMBIGUOUS: {Decision.SKIP, Decision.ACCEPT},
}


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


def _settings() -> Settings:
    settings: Settings = current_app.extensions["sang_settings"]
    return settings


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
    """Take a file in, encrypted, for an office; :func:`start` or :func:`plan` goes on from there.

    Raises:
        SameFile: the office has brought this very file before.
    """
    digest = hashlib.sha256(data).hexdigest()
    gone = (BatchState.UNDONE.value, BatchState.DISCARDED.value, BatchState.FAILED.value)
    twin = db.session.scalar(
        select(ImportBatch).where(
            ImportBatch.office_id == office.id,
            ImportBatch.sha256 == digest,
            ImportBatch.state.not_in(gone),
        )
    )
    if twin is not None:
        raise SameFile(twin)
    batch = ImportBatch(
        office=office,
        user_id=actor.user_id,
        file_name=Path(name).name[:200],
        sha256=digest,
        size=len(data),
        stored=_store(data),
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


def _store(data: bytes) -> str:
    folder = _settings().uploads
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(16)}.bin"
    (folder / name).write_bytes(encrypt(data))
    return name


def content_of(batch: ImportBatch) -> bytes:
    """The uploaded file.

    Raises:
        NotFound: its time is over and it was removed.
    """
    path = _settings().uploads / (batch.stored or "-")
    if not batch.stored or not path.exists():
        raise NotFound
    return decrypt(path.read_bytes())


@contextmanager
def _as_file(batch: ImportBatch) -> Iterator[Path]:
    """The upload as a file that only lives while it is read."""
    with tempfile.TemporaryDirectory(prefix="sang-upload-") as folder:
        path = Path(folder) / "upload"
        path.touch(mode=0o600)
        path.write_bytes(content_of(batch))
        yield path


def start(batch: ImportBatch) -> None:
    """Have a batch planned in the background."""
    job = enqueue(PLAN, {"batch": batch.id}, user_id=batch.user_id)
    batch.job_id = job.id


def plan(batch_id: int, progress: Progress | None = None) -> None:
    """Plan a batch: parse and compare outside the write lock, then write the plan at once.

    A file that cannot be read leaves the batch failed, with the sentence that says why.
    """
    say = progress or _silent
    batch = db.session.get_one(ImportBatch, batch_id)
    if batch.as_state not in (BatchState.READING, BatchState.PLANNED):
        return
    try:
        with _as_file(batch) as path:
            analysis = read(batch, path, _settings(), say)
        say("matched", 0, len(analysis.rows))
        compared = match(batch, analysis)
    except Refused as refusal:
        _fail(batch_id, str(refusal))
        return
    db.session.rollback()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        if batch.as_state is BatchState.PLANNED:
            batch.move(BatchState.READING)
        if batch.as_state is BatchState.READING:
            write(batch, analysis, compared)


def _silent(step: str, done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


def _fail(batch_id: int, sentence: str) -> None:
    db.session.rollback()
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, batch_id)
        if batch.as_state is BatchState.PLANNED:
            batch.move(BatchState.READING)
        batch.move(BatchState.FAILED)
        batch.error = sentence[:500]


def replan(batch: ImportBatch) -> None:
    """Have a batch planned anew, with other columns or because the registry changed."""
    if batch.as_state is not BatchState.READING:
        batch.move(BatchState.READING)
    start(batch)


def decide(batch: ImportBatch, rows: list[int] | None, status: Status, decision: Decision) -> int:
    """Decide about rows of one status: those named, or all that have not been decided.

    Returns:
        How many rows took the decision.

    Raises:
        Refused: the decision does not fit the status, or the batch is not under review.
    """
    if batch.as_state is not BatchState.PLANNED:
        raise Refused(_("This import is not waiting for decisions; reload the page."))
    if decision not in ALLOWED.get(status, set()):
        raise Refused(_("Rows of this kind cannot be decided that way; choose one of the buttons."))
    statement = update(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.status == status.value
    )
    if rows is not None:
        statement = statement.where(ImportRow.row.in_(rows))
    else:
        statement = statement.where(ImportRow.decision.is_(None))
    if decision is Decision.SAME:
        return _same(batch, rows)
    done = db.session.execute(statement.values(decision=decision.value))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _same(batch: ImportBatch, rows: list[int] | None) -> int:
    """ "Same person": the row becomes an update of its best match, which must be in sight."""
    from registry.members.models import Member

    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.status == Status.POSSIBLE_DUPLICATE.value
    )
    if rows is not None:
        query = query.where(ImportRow.row.in_(rows))
    count = 0
    for row in db.session.scalars(query):
        best = next((match for match in row.matches if match["inside"]), None)
        if best is None:
            continue
        member = db.session.get_one(Member, best["member_id"])
        row.member_id, row.member_version = member.id, member.version
        row.decision = Decision.SAME.value
        count += 1
    return count


def commit_import(actor: Actor, batch: ImportBatch) -> dict[str, int]:
    """Apply a batch's plan; the caller commits.

    Raises:
        ChangedMeanwhile: plan the batch anew (:func:`replan`) and review it again.
    """
    return commit_batch(actor, batch)


def discard(actor: Actor, batch: ImportBatch) -> None:
    """Give a plan up; nothing of it was ever applied."""
    batch.move(BatchState.DISCARDED)
    record(actor, Action.IMPORT_DISCARD, "import", batch.id, batch=batch.id)


def import_file(path: Path, actor: Actor, *, sheet: str | None = None) -> ImportBatch:
    """Take a file in, plan it and apply the plan, in this process (commands, demonstration).

    Raises:
        Refused: with one sentence; nothing was applied.
    """
    office = db.session.get_one(Office, actor.office_id)
    with unit_of_work():
        number = receive(actor, office, path.name, path.read_bytes(), sheet=sheet).id
    plan(number)
    batch = db.session.get_one(ImportBatch, number)
    if batch.as_state is BatchState.FAILED:
        raise Refused(batch.error or "")
    with unit_of_work():
        batch = db.session.get_one(ImportBatch, number)
        commit_import(actor, batch)
    return batch
