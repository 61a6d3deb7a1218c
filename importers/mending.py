"""What people say about single cells and proposals, applied when a sheet is read again."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from string import digits

from importers.codes import Code, Severity
from importers.fields import Field
from importers.header import Header
from importers.mapping import Column
from importers.reading.grid import Cell, Row, Sheet, column_index
from importers.results import Problem, RowResult
from importers.samples import NATIONAL_ID, shown
from importers.thai.text import arabic, clean, to_text

ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
Place = tuple[int, int]
"""Row as Excel numbers it, column from 0."""


@dataclass(frozen=True)
class Mend:
    """A cell that somebody wrote over: where, what stood there, what is read instead."""

    row: int
    column: Column
    original: Cell
    text: str


def place_of(address: str) -> Place | None:
    """Row and column of an address such as ``F12``; ``None`` for anything else."""
    found = ADDRESS.fullmatch(address)
    return (int(found[2]), column_index(found[1])) if found else None


def cells_of(written: Mapping[str, str] | None) -> dict[Place, str]:
    """What was written over cells, by place instead of by address."""
    found = {place_of(address): text for address, text in (written or {}).items()}
    return {place: text for place, text in found.items() if place is not None}


def corrected_to(
    written: Mapping[str, str] | None, letters: Collection[str]
) -> dict[str, list[str]]:
    """Addresses of the cells of some columns that were written over, by the text there now."""
    found: dict[str, list[str]] = {}
    for address, text in (written or {}).items():
        if address.rstrip(digits) in letters:
            found.setdefault(text, []).append(address)
    return found


def mended(
    sheet: Sheet, header: Header, cells: Mapping[Place, str]
) -> tuple[Sheet, dict[int, list[Mend]]]:
    """The sheet with cells written over, and what was: by the number of the row.

    Only cells below the header that are read at all can be; a blank text empties one.
    """
    columns = {column.index: column for column in header.columns if column.field}
    last = header.numbers[-1]
    wanted: dict[int, dict[int, str]] = {}
    for (number, index), text in cells.items():
        if number > last and index in columns:
            wanted.setdefault(number, {})[index] = clean(text)
    if not wanted:
        return sheet, {}
    done = {
        row.number: [
            Mend(row.number, columns[i], row.at(i), text) for i, text in wanted[row.number].items()
        ]
        for row in sheet.rows
        if row.number in wanted
    }
    rows = [_mended(row, done.get(row.number, ())) for row in sheet.rows]
    return replace(sheet, rows=rows), done


def _mended(row: Row, mends: Sequence[Mend]) -> Row:
    if not mends:
        return row
    width = max(mend.column.index for mend in mends) + 1
    cells = [*row.cells, *([None] * (width - len(row.cells)))]
    for mend in mends:
        cells[mend.column.index] = mend.text or None
    return Row(row.number, cells)


def judge(
    rows: Sequence[RowResult], mends: Mapping[int, Sequence[Mend]], refused: Collection[str]
) -> None:
    """Note on each row which of its cells were written over and which repairs were refused.

    Args:
        refused: kinds of repairs, or single ones (see :func:`key_of`); such a row cannot come in.
    """
    if not mends and not refused:
        return
    for result in rows:
        for number in (result.row, *result.also):
            result.problems.extend(_note(mend) for mend in mends.get(number, ()))
        if refused:
            result.problems = [_refused(problem, refused) for problem in result.problems]
        result.settle()


def key_of(problem: Problem) -> str:
    """What tells one repair of a sheet from all others: ``F12:phone_zero``."""
    return f"{problem.cell or problem.row}:{problem.code.value}"


def _refused(problem: Problem, refused: Collection[str]) -> Problem:
    if problem.severity is not Severity.REPAIR or problem.code is Code.CELL_MENDED:
        return problem
    if problem.code.value not in refused and key_of(problem) not in refused:
        return problem
    params: dict[str, str | int] = {
        "text": problem.proposal or problem.value or "–",
        "kind": problem.code.value,
    }
    return replace(problem, code=Code.REPAIR_REFUSED, proposal=None, params=params)


def _note(mend: Mend) -> Problem:
    return Problem(
        row=mend.row,
        column=mend.column.header,
        cell=f"{mend.column.letter}{mend.row}",
        code=Code.CELL_MENDED,
        value=_hidden(mend.column, to_text(mend.original)),
        proposal=_hidden(mend.column, mend.text) or "–",
    )


def _hidden(column: Column, text: str) -> str:
    """A cell's text; of a national ID only the last figures, wherever it stands."""
    secret = column.field is Field.NATIONAL_ID or NATIONAL_ID.search(arabic(text))
    return shown(text, Field.NATIONAL_ID) if secret else text[:120]
