"""Forgetting uploads: the file goes, and with it what its rows said in their own words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from importers.models import BATCH_MOVES, BatchState, ImportBatch, ImportRow
from importers.uploads import remove
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db


def batches_to_forget(before: datetime) -> list[int]:
    """Ids of the batches brought before a moment of which more is kept than is needed.

    That is the file; and once an import was undone, the values that it had replaced.
    """
    rows = select(ImportRow.id).where(
        ImportRow.batch_id == ImportBatch.id, ImportRow.before.is_not(None)
    )
    undone = ImportBatch.state.in_([BatchState.UNDONE.value, BatchState.DISCARDED.value])
    query = select(ImportBatch.id).where(
        or_(ImportBatch.stored.is_not(None), undone & rows.exists()),
        ImportBatch.created_at < before,
    )
    return list(db.session.scalars(query.order_by(ImportBatch.id)))


def forget(actor: Actor, batch_id: int) -> None:
    """Remove a batch's file and its rows' texts; counts, decisions and links to members stay.

    A plan that nobody applied in all that time is discarded.  What is needed to undo an import
    stays: the values that it replaced.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    batch.lock()
    remove(batch)
    if BatchState.DISCARDED in BATCH_MOVES[batch.as_state]:
        batch.move(BatchState.DISCARDED)
    batch.error = batch.samples = batch.mended = None
    texts: dict[str, Any] = {"originals": {}, "values": {}, "problems": [], "matches": []}
    if batch.as_state not in (BatchState.COMMITTED, BatchState.UNDOING):
        texts["before"] = None
    db.session.execute(
        update(ImportRow).where(ImportRow.batch_id == batch.id).values(**texts),
        execution_options={"synchronize_session": False},
    )
    record(actor, Action.IMPORT_FORGET, "import", batch.id, batch=batch.id)
