"""What a workbook becomes once it was read: sheets, rows, cells; no styles, formulas or macros."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

DONE = "✓"
"""How a row's text in our column of results begins when nothing is left to do with it."""


@dataclass(frozen=True)
class BadCell:
    """A cell that holds an error (``#REF!``) or a formula whose result was never saved."""

    text: str


Cell = str | int | float | bool | datetime | date | time | BadCell | None


@dataclass(frozen=True)
class Row:
    """One row that is not blank: the number that Excel shows, and its cells from column A on."""

    number: int
    cells: list[Cell]

    def at(self, column: int) -> Cell:
        """The cell in a column counted from 0, ``None`` beyond the last one."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True)
class Merge:
    """A merged range: rows as Excel numbers them, columns from 0, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """A sheet without its blank rows."""

    name: str
    hidden: bool = False
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)


@dataclass
class Workbook:
    """Every sheet of a file, in its order."""

    sheets: list[Sheet]


def column_letter(index: int) -> str:
    """The letters that Excel shows for a column counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The column counted from 0 for Excel's letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
