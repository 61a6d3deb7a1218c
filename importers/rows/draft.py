"""A row while it is being read: its cells by field, its values, and the remarks so far."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from importers.body import Record
from importers.codes import Code, Severity, severity_of
from importers.fields import Field
from importers.header import Header
from importers.mapping import Column
from importers.reading.grid import BadCell, Cell
from importers.results import Problem, RowResult, Status
from importers.thai.dates import shown
from importers.thai.finding import Finding, Params, Remark
from importers.thai.text import arabic, clean, is_blank, to_text, was_repaired

T = TypeVar("T")
Reader = Callable[[Cell], Finding[T]]
_SHOWN, _DIGITS_OF_ID = 120, 13
_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12}(?![0-9])")


class Draft:
    """Collects what is read of one record."""

    def __init__(self, record: Record, header: Header) -> None:
        self.record, self.header = record, header
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self._cells = record.cells
        self._columns = header.by_field
        for index, remarks in record.remarks.items():
            column = next(c for c in header.columns if c.index == index)
            for remark in remarks:
                self.note(column, remark)

    def columns(self, field: Field) -> tuple[Column, ...]:
        """Columns of a field, from left to right."""
        return self._columns.get(field, ())

    def cell(self, column: Column) -> Cell:
        """The record's cell in a column."""
        return self._cells[column.index]

    def first(self, field: Field) -> tuple[Column | None, Cell]:
        """A field's column and cell; all its cells as one text where it has several columns."""
        columns = self._columns.get(field, ())
        if len(columns) == 1:
            column = columns[0]
            return column, self._cells[column.index]
        if not columns:
            return None, None
        texts = [to_text(self.cell(column)) for column in columns]
        kept = [text for text in texts if text and not is_blank(clean(text))]
        return columns[0], " ".join(kept) or None

    def text(self, field: Field) -> str | None:
        """A field's cleaned text, ``None`` when blank; a cell without a value is noted."""
        columns = self._columns.get(field)
        if columns is None:
            return None
        column = columns[0]
        cell = self._cells[column.index] if len(columns) == 1 else self.first(field)[1]
        if type(cell) is str:
            text, repaired = _tidied(cell)
            if repaired:
                self.note(column, Remark(Code.TEXT_REPAIRED, text))
            return text
        if isinstance(cell, BadCell):
            self.note(column, Remark(Code.BAD_CELL, None, {"text": cell.text}))
            return None
        return None if cell is None else _tidied(to_text(cell))[0]

    def read(self, field: Field, reader: Reader[T]) -> T | None:
        """Read a field's cell and note the remarks on it."""
        if field not in self._columns:
            return None
        column, cell = self.first(field)
        return self.take(column, reader(cell))

    def take(self, column: Column | None, finding: Finding[T]) -> T | None:
        """Note a finding's remarks and give its value."""
        for remark in finding.remarks:
            self.note(column, remark, finding.value)
        return finding.value

    def note(self, column: Column | None, remark: Remark, value: object = None) -> None:
        """Add a remark on a cell, or on the row when there is no column for it."""
        proposal = remark.proposal
        if column and column.field is Field.NATIONAL_ID:
            value = None
        if proposal is None and severity_of(remark.code) is Severity.REPAIR and value is not None:
            proposal = _as_text(value)
        self.problems.append(
            Problem(
                row=self.record.row,
                column=column.header if column else "",
                cell=f"{column.letter}{self.record.row}" if column else "",
                code=remark.code,
                value=self._original(column) if column else "",
                proposal=_hide(proposal) if proposal else None,
                params=_without_numbers(remark.params) if remark.params else {},
            )
        )

    def _original(self, column: Column) -> str:
        text = _as_text(self.cell(column))[:_SHOWN]
        if column.field is Field.NATIONAL_ID:
            return f"•••{text[-3:]}" if len(text) > 3 else "•••"
        return _hide(text)

    def result(self) -> RowResult:
        """The finished row; of its originals only those about which something is said."""
        kept = {name: value for name, value in self.values.items() if value or value == 0}
        result = RowResult(
            row=self.record.row,
            status=Status.READY,
            values=kept,
            originals=self._asked() if self.problems else {},
            problems=self.problems,
            also=self.record.also,
        )
        if self.problems:
            result.settle()
        return result

    def _asked(self) -> dict[str, str]:
        """The cells about which something is said, by header."""
        asked = {problem.column for problem in self.problems}
        return {
            column.header: cell if type(cell) is str else _as_text(cell)
            for column in self.header.told
            if column.header in asked and (cell := self._cells[column.index]) is not None
        }


@lru_cache(maxsize=20_000)
def _tidied(raw: str) -> tuple[str | None, bool]:
    """The cleaned text, ``None`` when blank, and whether more was done than trimming it."""
    text = clean(raw)
    return (None, False) if is_blank(text) else (text, was_repaired(raw))


def _without_numbers(params: Params) -> dict[str, str | int]:
    return {name: _hide(text) if isinstance(text, str) else text for name, text in params.items()}


def _hide(text: str) -> str:
    """A text without national IDs, in whichever column somebody wrote them."""
    if len(text) < _DIGITS_OF_ID:
        return text
    plain = arabic(text)
    if not _NUMBER.search(plain):
        return text
    return _NUMBER.sub(lambda found: f"•••{found[0][-3:]}", plain)


def _as_text(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(_as_text(item) for item in value)
    if isinstance(value, date):
        return shown(value) if value.year < 2400 else f"{value:%d/%m/%Y}"
    if isinstance(value, (str, int, float, bool, BadCell)) or value is None:
        return to_text(value)
    return str(value)
