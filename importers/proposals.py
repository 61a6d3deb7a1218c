"""Deciding about proposals: write over single cells, refuse repairs by kind or one by one.

Each of these has the sheet read again, so that the plan always shows what follows from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from importers.asking import types_said
from importers.codes import Code, Severity, severity_of
from importers.deciding import decide
from importers.mending import place_of
from importers.models import BatchState, Decision, ImportBatch, ImportRow
from importers.results import Problem, Status
from importers.samples import shown, unknown_type
from importers.services import replan
from registry.db import db
from registry.errors import Refused
from registry.networks.types import network_types

LONGEST, CHUNK = 2_000, 500
ASKED = (Status.AMBIGUOUS, Status.POSSIBLE_DUPLICATE, Status.UNCHANGED, Status.ERROR)
"""What a row can be whose network type is not in the list."""


def mend(
    batch: ImportBatch, cells: Mapping[str, str], stood: Mapping[str, str] | None = None
) -> list[str]:
    """Write over cells, by address; an empty text empties the cell.

    What others wrote over other cells stays; of the same cell the last word counts.

    Args:
        stood: what whoever writes saw in those cells.

    Returns:
        Cells that somebody else corrected meanwhile and that are now as written here.

    Raises:
        Refused: the batch is not under review, a cell is not one of the plan's, a text too long.
    """
    open_to_words(batch)
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
    before = batch.mended or {}
    batch.mended = {**before, **cells}
    replan(batch)
    return [one for one, text in cells.items() if _unseen(one, text, before, stood or {})]


def say_types(batch: ImportBatch, said: Mapping[str, str]) -> int:
    """Say once for all rows which network type a text means that is not in the list.

    What somebody wrote over single cells meanwhile stays.

    Args:
        said: codes of network types by the text, as :func:`importers.asking.unknown_types` has it.

    Returns:
        In how many cells it is read.

    Raises:
        Refused: the batch is not under review, there is no such type, or no row has the text.
    """
    open_to_words(batch)
    names = {one.code: one.name_th for one in network_types(active_only=True)}
    if not said or not set(said.values()) <= names.keys():
        raise Refused(_("Choose a network type from the list for at least one of the texts."))
    before = batch.mended or {}
    cells = {
        problem.cell: names[said[text]]
        for problem in _unknown_types(batch)
        if (text := unknown_type(problem)) in said and shown(before.get(problem.cell, text)) == text
    }
    if not cells:
        raise Refused(_("No row has such a network type any more; reload the page."))
    batch.mended = {**before, **cells}
    replan(batch)
    return len(cells)


def take_types_back(batch: ImportBatch, name: str) -> None:
    """Take back that network types were corrected to one; the sheet's own texts count again.

    Raises:
        Refused: the batch is not under review.
    """
    open_to_words(batch)
    cells = set(types_said(batch).get(name, ()))
    kept = {place: text for place, text in (batch.mended or {}).items() if place not in cells}
    batch.mended = kept or None
    replan(batch)


def _unknown_types(batch: ImportBatch) -> Iterator[Problem]:
    """What is said about network types that are not in the list, row by row."""
    query = select(ImportRow.problems).where(
        ImportRow.batch_id == batch.id, ImportRow.status.in_(ASKED)
    )
    for stored in db.session.scalars(query.execution_options(yield_per=CHUNK)):
        for problem in map(Problem.of, stored):
            if problem.cell and problem.code is Code.NETWORK_TYPE_UNKNOWN:
                yield problem


def _unseen(address: str, text: str, before: Mapping[str, str], stood: Mapping[str, str]) -> bool:
    """Whether a cell holds a correction that is another one and was not on the page."""
    earlier = before.get(address)
    return earlier is not None and earlier not in (text, stood.get(address))


def restore(batch: ImportBatch, address: str) -> None:
    """Take what was written over a cell back; the sheet's own value counts again.

    Raises:
        Refused: the batch is not under review.
    """
    open_to_words(batch)
    kept = {place: text for place, text in (batch.mended or {}).items() if place != address}
    batch.mended = kept or None
    replan(batch)


def refuse(batch: ImportBatch, repair: str, *, refused: bool = True) -> None:
    """Refuse one repair (``F12:phone_zero``), or take it after all.

    Raises:
        Refused: the batch is not under review, or there is no such repair.
    """
    open_to_words(batch)
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
    open_to_words(batch)
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


def open_to_words(batch: ImportBatch) -> None:
    """Whether something can be said about a sheet: under review, or while it is read once more.

    Raises:
        Refused: neither.
    """
    batch.lock()
    again = batch.as_state is BatchState.READING and batch.planned_at is not None
    if not again and batch.as_state is not BatchState.PLANNED:
        raise Refused(_("This import is not waiting for decisions; reload the page."))


def _under_review(batch: ImportBatch) -> None:
    batch.lock()
    if batch.as_state is not BatchState.PLANNED:
        raise Refused(_("This import is not waiting for decisions; reload the page."))


def _open_columns(batch: ImportBatch) -> set[int]:
    columns = batch.summary.get("columns", [])
    return {column["index"] for column in columns if column["field"] and not column["sensitive"]}


def _header_row(batch: ImportBatch) -> int:
    return int(max(batch.summary.get("header_rows", [0])))
