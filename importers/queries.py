"""Reading imports: a batch is seen by those whose scope holds the office that brought it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from importers.models import BatchState, ImportBatch, ImportRow
from importers.results import Status
from registry.access.models import Office, OfficeKind
from registry.access.scope import HEADQUARTERS, Scope
from registry.db import db
from registry.errors import NotFound
from registry.members.queries import of_offices

PAGE = 50


def list_batches(scope: Scope, page: int = 1) -> list[ImportBatch]:
    """Batches, the newest first, fifty at a time."""
    query = (
        select(ImportBatch)
        .where(of_offices(scope, ImportBatch.office_id))
        .options(joinedload(ImportBatch.office), joinedload(ImportBatch.user))
        .order_by(ImportBatch.id.desc())
    )
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def count_batches(scope: Scope) -> int:
    """How many batches there are."""
    query = select(func.count()).where(of_offices(scope, ImportBatch.office_id))
    return db.session.scalar(query.select_from(ImportBatch)) or 0


def planned_of(scope: Scope, office_id: int, user_id: int, *, limit: int) -> Sequence[ImportBatch]:
    """Plans that an office or one of its people is to review, the newest first."""
    query = select(ImportBatch).where(*_planned(scope, office_id, user_id))
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(limit)).all()


def count_planned(scope: Scope, office_id: int, user_id: int) -> int:
    """How many such plans there are."""
    query = select(func.count()).select_from(ImportBatch)
    return db.session.scalar(query.where(*_planned(scope, office_id, user_id))) or 0


def _planned(scope: Scope, office_id: int, user_id: int) -> list[ColumnElement[bool]]:
    own = (ImportBatch.office_id == office_id) | (ImportBatch.user_id == user_id)
    state = ImportBatch.state == BatchState.PLANNED.value
    return [state, own, of_offices(scope, ImportBatch.office_id)]


def batch_for(scope: Scope, batch_id: int) -> ImportBatch:
    """One batch.

    Raises:
        NotFound: there is none, or another office brought it.
    """
    query = select(ImportBatch).where(
        ImportBatch.id == batch_id, of_offices(scope, ImportBatch.office_id)
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"import {batch_id}")
    return found


def offices_to_import_for(scope: Scope) -> list[Office]:
    """Offices for which somebody may bring a sheet in their stead: only headquarters chooses."""
    if not scope.everything:
        return []
    bureau = (Office.kind == OfficeKind.BUREAU.value) & (Office.code != HEADQUARTERS)
    query = select(Office).where(Office.closed_on.is_(None), ~bureau)
    regional = Office.kind == OfficeKind.REGIONAL.value
    provincial = Office.kind == OfficeKind.PROVINCIAL.value
    return list(db.session.scalars(query.order_by(provincial, regional, Office.name_th)))


def batch_by_token(scope: Scope, token: str) -> ImportBatch | None:
    """The batch that an upload already made when it was sent the first time."""
    query = select(ImportBatch).where(
        ImportBatch.form_token == token, of_offices(scope, ImportBatch.office_id)
    )
    return db.session.scalar(query)


def rows_page(
    scope: Scope, batch_id: int, status: Status | None = None, page: int = 1
) -> list[ImportRow]:
    """Rows of a batch in the order of the sheet, perhaps of one status, fifty at a time.

    What lies before a page is passed over in the index; only the rows shown are opened.
    """
    batch = batch_for(scope, batch_id)
    numbers = select(ImportRow.row).where(ImportRow.batch_id == batch.id)
    if status:
        numbers = numbers.where(ImportRow.status == status.value)
    numbers = numbers.order_by(ImportRow.row).limit(PAGE).offset((page - 1) * PAGE)
    query = _rows(scope, batch_id).where(ImportRow.row.in_(db.session.scalars(numbers).all()))
    return list(db.session.scalars(query.order_by(ImportRow.row)))


def row_of(scope: Scope, batch_id: int, number: int) -> ImportRow | None:
    """A row by its number in the sheet."""
    return db.session.scalar(_rows(scope, batch_id).where(ImportRow.row == number))


def all_rows(scope: Scope, batch_id: int) -> list[ImportRow]:
    """All rows of a batch in the order of the sheet."""
    return list(db.session.scalars(_rows(scope, batch_id).order_by(ImportRow.row)))


def _rows(scope: Scope, batch_id: int) -> Select[ImportRow]:
    return (
        select(ImportRow)
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .where(ImportBatch.id == batch_id, of_offices(scope, ImportBatch.office_id))
    )


def in_sight(scope: Scope, batches: Sequence[ImportBatch]) -> set[int]:
    """Those of some batches that may be opened, by number."""
    query = select(ImportBatch.id).where(
        ImportBatch.id.in_([one.id for one in batches]), of_offices(scope, ImportBatch.office_id)
    )
    return set(db.session.scalars(query))
