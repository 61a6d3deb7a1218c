"""Columns as an office decided them: kept for the next sheet with the same header."""

from __future__ import annotations

from sqlalchemy import select

from importers.fields import Field
from importers.models import ImportBatch, ImportMapping
from importers.own_column import is_ours
from registry.audit.services import Actor
from registry.db import db
from registry.periods.calendar import utc_now

Remembered = dict[str, dict[int, Field | None]]


def remembered_of(office_id: int) -> Remembered:
    """Everything that an office decided about columns, by the shape of the header."""
    query = select(ImportMapping).where(ImportMapping.office_id == office_id)
    return {one.shape: _fields(one) for one in db.session.scalars(query)}


def _fields(mapping: ImportMapping) -> dict[int, Field | None]:
    """The fields by place; one that there is no more is asked about again."""
    known = {field.value for field in Field}
    return {
        int(place): Field(name) if name else None
        for place, name in mapping.fields.items()
        if not name or name in known
    }


def mapping_of(batch: ImportBatch) -> ImportMapping | None:
    """What the office of a batch decided about sheets with its header."""
    query = select(ImportMapping).where(
        ImportMapping.office_id == batch.office_id,
        ImportMapping.shape == (batch.summary or {}).get("shape", ""),
    )
    return db.session.scalar(query)


def remember(actor: Actor, batch: ImportBatch) -> None:
    """Keep what was decided about a batch's columns for the next sheet with the same header."""
    told = batch.summary.get("columns", [])
    columns = [one for one in told if not is_ours(one["index"], one["header"])]
    fields = {
        str(place): batch.fields[str(column["index"])]
        for place, column in enumerate(columns)
        if str(column["index"]) in batch.fields
    }
    mapping = mapping_of(batch)
    if mapping is None:
        mapping = ImportMapping(office_id=batch.office_id, shape=batch.summary["shape"])
        db.session.add(mapping)
    mapping.fields, mapping.decided_by, mapping.decided_at = fields, actor.user_id, utc_now()
    db.session.flush()


def forget_columns(batch: ImportBatch) -> None:
    """Forget what was decided about sheets with a batch's header; its columns are open again."""
    mapping = mapping_of(batch)
    if mapping is not None:
        db.session.delete(mapping)
    batch.fields = {}
    db.session.flush()
