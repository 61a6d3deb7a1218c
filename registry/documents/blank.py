"""Blank sheets that people fill in: choices in lists, hints beside cells, numbers kept as text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from registry.documents.cells import clean_text
from registry.documents.page import Page, Style, sheet_name
from registry.documents.workbook import OPTIONS

Choices = Sequence[str] | Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Blank:
    """A column to fill in.

    Args:
        title: its header.
        width: in characters.
        choices: what can be chosen; by the value of another column where they depend on it.
        within: the title of that other column.
        strict: whether nothing else may be written.
        hint: what Excel shows beside the cell.
    """

    title: str
    width: float = 16
    choices: Choices = ()
    within: str = ""
    strict: bool = False
    hint: str = ""


def write_blank(
    name: str, heading: str, columns: Sequence[Blank], *, lists: str, rows: int, frozen: int
) -> bytes:
    """An .xlsx with a heading, a header row and nothing below but lists to choose from.

    Args:
        name: of the sheet.
        lists: name of the hidden sheet that holds what can be chosen.
        rows: how many rows can be filled in with lists and hints.
        frozen: how many columns stay in sight.
    """
    buffer, taken = io.BytesIO(), set[str]()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties({"title": clean_text(heading)})
        page = Page(book, sheet_name(name, taken))
        kept = _Lists(Page(book, sheet_name(lists, taken)))
        page.put(0, 0, heading, Style.TITLE)
        page.put_row(1, [column.title for column in columns], [Style.HEADER] * len(columns))
        page.freeze(2, frozen)
        letters = {column.title: _letters(place) for place, column in enumerate(columns)}
        for place, column in enumerate(columns):
            page.texts(place, column.width)
            source = kept.source(column, letters.get(column.within, ""))
            if source or column.hint:
                asked = {"hint": column.hint, "source": source, "strict": column.strict}
                page.ask(place, (2, rows + 1), **asked)  # type: ignore[arg-type]
        kept.page.hide()
    return buffer.getvalue()


class _Lists:
    """The hidden sheet: each list in a column of its own, a dependent one in two."""

    def __init__(self, page: Page) -> None:
        self.page, self._next = page, 0

    def source(self, column: Blank, other: str) -> str:
        """Write a column's choices down; the formula that finds them."""
        if not column.choices:
            return ""
        if isinstance(column.choices, Mapping):
            return self._dependent(column.choices, other)
        letter = self._write(column.choices)
        return f"{self._name}!${letter}$1:${letter}${len(column.choices)}"

    def _dependent(self, choices: Mapping[str, Sequence[str]], other: str) -> str:
        """Those of the choices beside which the other column's value stands."""
        pairs = [(key, value) for key, values in choices.items() for value in values]
        keys, values = (self._write([pair[side] for pair in pairs]) for side in (0, 1))
        where = f"{self._name}!${keys}$1:${keys}${len(pairs)}"
        row = f"${other}3"
        start = f"{self._name}!${values}$1,MATCH({row},{where},0)-1,0"
        return f"OFFSET({start},COUNTIF({where},{row}),1)"

    @property
    def _name(self) -> str:
        return f"'{self.page.name}'"

    def _write(self, texts: Sequence[str]) -> str:
        column, self._next = self._next, self._next + 1
        for row, text in enumerate(texts):
            self.page.put(row, column, text, Style.TEXT)
        return _letters(column)


def _letters(column: int) -> str:
    return str(xlsxwriter.utility.xl_col_to_name(column))
