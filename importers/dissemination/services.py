"""From the uploaded file to the ledger: keep what was read, show it, save it once."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select, update

from importers.dissemination.models import DisseminationSheet, SheetState
from importers.dissemination.reading import ReadSheet
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import grid, grid_entries
from registry.messages.grid import GridRow, Sheet
from registry.messages.grid_entries import Saved
from registry.messages.queries import messages_by_ids
from registry.networks.queries import network_for
from registry.periods.calendar import Period, month_start, to_bangkok_date
from registry.periods.wording import format_date


def keep(
    actor: Actor, scope: Scope, read: ReadSheet, filename: str, sha256: str
) -> DisseminationSheet:
    """Keep what was read from a file; the same file again leads to the same sheet.

    Raises:
        NotFound: the network lies outside the scope.
        Refused: this very file was saved already.
    """
    network = network_for(scope, read.network_id)
    twin = _twin(actor, sha256)
    if twin is not None and twin.committed_at is not None:
        day = format_date(to_bangkok_date(twin.committed_at))
        raise Refused(_("Already saved on %(day)s: the file %(name)s.", name=filename, day=day))
    if twin is not None:
        return twin
    month = Period.parse(read.month).first_month
    sheet = DisseminationSheet(
        office_id=actor.office_id,
        user_id=actor.user_id,
        network_id=network.id,
        month=month,
        filename=filename[:200],
        sha256=sha256,
        typed=read.typed,
        uploaded_at=datetime.now(UTC),
    )
    db.session.add(sheet)
    db.session.flush()
    return sheet


def _twin(actor: Actor, sha256: str) -> DisseminationSheet | None:
    query = select(DisseminationSheet).where(
        DisseminationSheet.sha256 == sha256,
        DisseminationSheet.office_id == actor.office_id,
        DisseminationSheet.state != SheetState.DISCARDED.value,
    )
    return db.session.scalar(query.order_by(DisseminationSheet.id.desc()).limit(1))


def sheet_for(
    scope: Scope, sheet_id: int, *, office_id: int, lock: bool = False
) -> DisseminationSheet:
    """A sheet that one's own office uploaded for a network in scope.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    query = select(DisseminationSheet).where(
        DisseminationSheet.id == sheet_id, DisseminationSheet.office_id == office_id
    )
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"sheet {sheet_id}")
    network_for(scope, found.network_id)
    return found


def grid_of(scope: Scope, sheet: DisseminationSheet) -> Sheet:
    """The grid that a sheet fills in: its network, month, and the messages it is about."""
    ids = {int(key.split("-")[0]) for key in sheet.typed}
    network = network_for(scope, sheet.network_id)
    month = Period.containing(month_start(sheet.month))
    return Sheet(network, month, messages_by_ids(scope, ids))


def rows_of(scope: Scope, sheet: DisseminationSheet) -> tuple[list[GridRow], int]:
    """The filled rows, and how many keys of the file name no row that one may fill in."""
    rows = grid.rows_of(scope, grid_of(scope, sheet))
    filled = grid_entries.fill(rows, sheet.typed)
    return filled, len(sheet.typed) - len(filled)


def commit_sheet(actor: Actor, scope: Scope, sheet: DisseminationSheet) -> Saved:
    """Save the rows that hold, in one transaction; rows that do not are left out and counted.

    Raises:
        Refused: the sheet was saved or thrown away already.
    """
    sheet.move(SheetState.COMMITTED)
    rows, _unknown = rows_of(scope, sheet)
    month = Period.containing(month_start(sheet.month))
    saved = grid_entries.save(actor, scope, rows, month, source="sheet")
    sheet.committed_at = datetime.now(UTC)
    sheet.result = vars(saved).copy()
    db.session.flush()
    record(
        actor,
        Action.DISSEMINATION_RECORD,
        "dissemination_sheet",
        sheet.id,
        counts=sheet.result,
        file_sha256=sheet.sha256,
        network=sheet.network_id,
    )
    return saved


def forget_sheets(before: datetime) -> int:
    """Forget what was typed into sheets uploaded before a moment; returns how many were open.

    What was saved stands in the ledger; a sheet that nobody saved in all that time is discarded.
    """
    old = DisseminationSheet.uploaded_at < before
    open_ones = update(DisseminationSheet).where(
        old, DisseminationSheet.state == SheetState.PLANNED.value
    )
    saved = update(DisseminationSheet).where(
        old, DisseminationSheet.state == SheetState.COMMITTED.value
    )
    found = db.session.execute(open_ones.values(typed={}, state=SheetState.DISCARDED.value))
    db.session.execute(saved.values(typed={}))
    return int(found.rowcount)  # type: ignore[attr-defined]


def discard(sheet: DisseminationSheet) -> None:
    """Throw a sheet away without saving.

    Raises:
        Refused: it was saved or thrown away already.
    """
    sheet.move(SheetState.DISCARDED)
    sheet.typed = {}
    db.session.flush()
