"""Deciding about proposals: write over single cells, refuse repairs by kind or one by one.

Each of these has the sheet read again, so that the plan always shows what follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from importers.codes import Code, Severity, severity_of
from importers.deciding import decide
from importers.mending import place_of
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.results import Status
from importers.services import replan
from registry.db import db
from registry.errors import Refused

LONGEST, CHUNK = 2_000, 500


def mend(batch: ImportBatch, cells: Mapping[str, str]) -> None:
    """Write over cells, by address; an empty text empties the cell.

    Raises:
        Refused: the batch is not under review, a cell is not one of the plan's, a text too long.
    """
    _under_review(batch)
    open_columns = _open_columns(batch)
    for address, text in cells.items():
        place = place_of(address)
        if place is None or place[1] not in open_columns or place[0] <= _header_row(batch):
            raise Refused(_("There is no cell %(cell)s in this list; reload the page.",
                            cell=address[:12]))  # fmt: skip
        if len(text) > LONGEST:
            raise Refused(
                _(
                    "What was written for cell %(cell)s is longer than %(limit)s characters; "
                    "shorten it.",
                    cell=address,
                    limit=LONGEST,
                )
            )
    batch.mended = {**(batch.mended or {}), **cells}
    replan(batch)


def restore(batch: ImportBatch, address: str) -> None:
    """Take what was written over a cell back; the sheet's own value counts again.

    Raises:
        Refused: the batch is not under review.
    """
    _under_review(batch)
    kept = {place: text for place, text in (batch.mended or {}).items() if place != address}
    batch.mended = kept or None
    replan(batch)


def refuse(batch: ImportBatch, repair: str, *, refused: bool = True) -> None:
    """Refuse one repair (``F12:phone_zero``), or take it after all.

    Raises:
        Refused: the batch is not under review, or there is no such repair.
    """
    _under_review(batch)
    place, _colon, kind = repair.rpartition(":")
    if kind not in refusable() or not (place_of(place) or (place.isascii() and place.isdigit())):
        raise Refused(_("There is no such proposal in this list; reload the page."))
    kept = set(batch.refused or ()) - {repair}
    batch.refused = sorted(kept | {repair} if refused else kept)
    replan(batch)


def refuse_kinds(batch: ImportBatch, offered: Collection[str], taken: Collection[str]) -> None:
    """Refuse repairs by kind: of those offered, all that are not taken.

    Raises:
        Refused: the batch is not under review.
    """
    _under_review(batch)
    kinds = set(offered) & refusable()
    single = {one for one in batch.refused or () if one not in kinds}
    wanted = sorted(single | (kinds - set(taken)))
    if wanted != sorted(batch.refused or ()):
        batch.refused = wanted
        replan(batch)


def accept_kind(batch: ImportBatch, kind: str) -> int:
    """Take the rows in as they were read that ask nothing but questions of one kind.

    Returns:
        How many of them were still undecided.

    Raises:
        Refused: the batch is not under review.
    """
    _under_review(batch)
    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id,
        ImportRow.status == Status.AMBIGUOUS.value,
        ImportRow.decision.is_(None),
    )
    unread = (defer(ImportRow.originals), defer(ImportRow.values), defer(ImportRow.before))
    rows = db.session.scalars(query.options(*unread).order_by(ImportRow.row))
    chosen = [row.row for row in rows if _asks(row) == {kind}]
    return sum(
        decide(batch, chosen[start : start + CHUNK], Status.AMBIGUOUS, Decision.ACCEPT)
        for start in range(0, len(chosen), CHUNK)
    )


def _asks(row: ImportRow) -> set[str]:
    return {one.code.value for one in row.remarks if one.severity is Severity.QUESTION}


def refusable() -> set[str]:
    """Kinds of repairs that a person can refuse."""
    repairs = {code.value for code in Code if severity_of(code) is Severity.REPAIR}
    return repairs - {Code.CELL_MENDED.value}


def _under_review(batch: ImportBatch) -> None:
    batch.lock()
    if batch.as_state is not BatchState.PLANNED:
        raise Refused(_("This import is not waiting for decisions; reload the page."))


def _open_columns(batch: ImportBatch) -> set[int]:
    columns = batch.summary.get("columns", [])
    return {column["index"] for column in columns if column["field"] and not column["sensitive"]}


def _header_row(batch: ImportBatch) -> int:
    return int(max(batch.summary.get("header_rows", [0])))
