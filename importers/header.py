"""Finding the header: one to four rows, at any depth, merged or not, told by what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cached_property

from importers.fields import NAME_FIELDS, Field
from importers.mapping import Column, read_column, settle
from importers.reading.grid import BadCell, Cell, Row, Sheet, column_letter
from importers.thai.text import arabic, clean, is_blank, to_text

DEEPEST, LOOK_AT = 4, 30
_LEAST = 2
_ALIKE = 0.8
_LEAF = 0.9
"""Confidence of a column told by the lowest of several rows: no reason to leave the others out."""
_LONGEST = 60
_DATA_LIKE = re.compile(r"[0-9]{5,}|@|^[0-9]+[/\-.][0-9]+[/\-.][0-9]+$|https?://")
REACH = (
    Field.CHANNELS,
    Field.CHANNEL_KIND,
    Field.CHANNEL_NAME,
    Field.CHANNEL_URL,
    Field.AUDIENCE,
)
NAMING = NAME_FIELDS | {Field.ORGANISATION}


@dataclass(frozen=True)
class Header:
    """Where the header is and what its columns hold."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    score: float

    @property
    def numbers(self) -> list[int]:
        """Row numbers as Excel shows them."""
        return [row.number for row in self.rows]

    @cached_property
    def by_field(self) -> dict[Field, tuple[Column, ...]]:
        """Columns of each field, from left to right."""
        fields = {column.field for column in self.columns if column.field}
        return {field: tuple(self.columns_of(field)) for field in fields}

    @cached_property
    def told(self) -> tuple[Column, ...]:
        """Columns whose cells are kept as they were written; never those of national IDs."""
        hidden = {None, Field.NATIONAL_ID}
        return tuple(column for column in self.columns if column.field not in hidden)

    @cached_property
    def reach(self) -> tuple[Column, ...]:
        """Columns about channels, from left to right."""
        return tuple(self.columns_of(*REACH))

    def columns_of(self, *fields: Field) -> list[Column]:
        """Columns that hold any of the fields, from left to right."""
        return [column for column in self.columns if column.field in fields]

    @property
    def complete(self) -> bool:
        """Whether members can be read by it: a name and something more."""
        fields = {column.field for column in self.columns if column.field}
        return bool(fields & NAMING) and len(fields) >= _LEAST


class Top:
    """The first rows of a sheet with their merged cells spread out."""

    def __init__(self, sheet: Sheet) -> None:
        self.rows = [row for row in sheet.rows if row.number not in sheet.hidden_rows][:LOOK_AT]
        self.hidden = sheet.hidden_columns
        self.width = max((len(row.cells) for row in self.rows), default=0)
        self._merged: dict[tuple[int, int], tuple[int, int]] = {}
        last = self.rows[-1].number if self.rows else 0
        for merge in sheet.merges:
            if merge.top <= last:
                self._spread(merge.top, merge.left, min(merge.bottom, last), merge.right)
        self._by_number = {row.number: row for row in self.rows}

    def _spread(self, top: int, left: int, bottom: int, right: int) -> None:
        self.width = max(self.width, min(right + 1, self.width + 50))
        for row in (one.number for one in self.rows if top <= one.number <= bottom):
            for column in range(left, min(right, self.width) + 1):
                self._merged[row, column] = (top, left)

    def cell(self, number: int, column: int) -> Cell:
        """A cell, or the one that its merged range shows."""
        number, column = self._merged.get((number, column), (number, column))
        row = self._by_number.get(number)
        return row.at(column) if row else None

    def text(self, number: int, column: int) -> str:
        """The cleaned text of a cell."""
        return clean(to_text(self.cell(number, column)))

    def joined_above(self, number: int) -> bool:
        """Whether a cell of a row belongs to a merged range that begins above it."""
        return any(row == number > top for (row, _), (top, _) in self._merged.items())

    def texts(self, row: Row) -> list[str]:
        """The different texts of a row, from left to right."""
        found = (self.text(row.number, column) for column in range(self.width))
        return list(dict.fromkeys(text for text in found if text))


def find_header(sheet: Sheet) -> tuple[Header | None, list[str]]:
    """The best header of a sheet, if any is complete, and the texts of the likeliest rows."""
    top = Top(sheet)
    found = [
        _header(top, top.rows[start : start + depth])
        for start in range(len(top.rows))
        for depth in range(1, DEEPEST + 1)
        if start + depth <= len(top.rows)
        and _may_start(top, top.rows[start])
        and not any(_is_group(top, row) for row in top.rows[start + 1 : start + depth])
    ]
    best = _first_of_its_kind(found)
    if best is None:
        return None, [text for row in top.rows[:3] for text in top.texts(row)][:10]
    texts = [column.header for column in best.columns if column.header][:10]
    return (_with_nameless(sheet, best) if best.complete else None), texts


def _with_nameless(sheet: Sheet, header: Header) -> Header:
    """The header with the columns that are filled below it but have no name: nothing is dropped."""
    named = {column.index for column in header.columns} | sheet.hidden_columns
    below = [row for row in sheet.rows if row.number > header.numbers[-1]]
    width = max((len(row.cells) for row in below), default=0)
    least = max(_LEAST, len(below) // 10)
    nameless = [
        Column(index, f"({column_letter(index)})")
        for index in range(width)
        if index not in named and sum(_says(row.at(index)) for row in below) >= least
    ]
    if not nameless:
        return header
    columns = sorted([*header.columns, *nameless], key=lambda column: column.index)
    return replace(header, columns=tuple(columns))


def _says(cell: Cell) -> bool:
    return cell is not None and not is_blank(clean(to_text(cell)))


def _first_of_its_kind(found: list[Header]) -> Header | None:
    """The best header; where it stands several times (once per printed page), the first one."""
    best = max(found, key=lambda header: header.score, default=None)
    while best is not None and (
        above := [
            header
            for header in found
            if header.numbers[-1] < best.numbers[0]
            and header.complete
            and header.score >= _ALIKE * best.score
        ]
    ):
        best = max(above, key=lambda header: header.score)
    return best


def _may_start(top: Top, row: Row) -> bool:
    """A row with one text is a title, unless it is a wide header that begins further right.

    A row that merged cells join to the one above cannot be the first.
    """
    if top.joined_above(row.number):
        return False
    texts = top.texts(row)
    if len(texts) > 1:
        return True
    return bool(texts) and not top.text(row.number, 0) and len(texts[0]) < 25


def _is_group(top: Top, row: Row) -> bool:
    """Whether a row below a header's first one says nothing but one text in the first column."""
    filled = [column for column in range(top.width) if top.text(row.number, column)]
    own = [column for column in filled if clean(to_text(row.at(column)))]
    return own == [0]


def _header(top: Top, rows: list[Row]) -> Header:
    columns = [
        read_column(index, _levels(top, rows, index))
        for index in range(top.width)
        if index not in top.hidden
    ]
    columns = settle([column for column in columns if column.header])
    return Header(tuple(rows), tuple(columns), _score(top, rows, columns))


def _levels(top: Top, rows: list[Row], column: int) -> tuple[str, ...]:
    """A column's texts from above; a wider header to the left covers blanks of upper rows."""
    levels: list[str] = []
    for row in rows:
        text = top.text(row.number, column)
        if not text and row is not rows[-1] and top.text(rows[-1].number, column):
            text = _covering(top, row, column, rows[-1])
        if text and text not in levels and not is_blank(text):
            levels.append(text[:_LONGEST])
    return tuple(levels)


def _covering(top: Top, row: Row, column: int, below: Row) -> str:
    for left in range(column - 1, -1, -1):
        if text := top.text(row.number, left):
            return text if top.text(below.number, left) not in {"", text} else ""
        if not top.text(below.number, left):
            return ""
    return ""


def _score(top: Top, rows: list[Row], columns: list[Column]) -> float:
    """What the columns say, less what looks like data or says nothing."""
    score = 0.0
    seen: set[Field] = set()
    for column in columns:
        if column.field:
            sure = 1.0 if column.confidence >= _LEAF else column.confidence
            again = 0.3 if column.kind else 0.2
            score += sure if column.field not in seen else again
            seen.add(column.field)
        else:
            score += 0.6 if column.sensitive else -0.25
    if seen & NAMING:
        score += 1
    data = sum(_is_data(top.cell(row.number, c)) for row in rows for c in range(top.width))
    return score - 1.5 * data - 0.2 * (len(rows) - 1)


def _is_data(cell: Cell) -> bool:
    if isinstance(cell, (date, time, bool, BadCell)):
        return True
    if isinstance(cell, (int, float)):
        return cell > 100
    return bool(cell) and bool(_DATA_LIKE.search(arabic(clean(cell or ""))))
