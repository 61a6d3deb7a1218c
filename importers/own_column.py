"""The first column that we put into an office's workbook, when the workbook comes again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from importers.fields import Field
from importers.header import Header
from importers.mapping import Column, words_of
from importers.reading.grid import DONE, Sheet
from importers.thai.text import key


def is_ours(index: int, header: str) -> bool:
    """Whether a column is the one with our results, by its place and what stands above it."""
    return index == 0 and key(header) in _titles()


@cache
def _titles() -> frozenset[str]:
    words = words_of("headers.csv").items()
    return frozenset(word for word, target in words if target == Field.CHECKED.value)


def theirs(columns: Iterable[Column]) -> list[Column]:
    """The columns that the office made itself."""
    return [column for column in columns if not is_ours(column.index, column.header)]


def unfiltered(sheet: Sheet, header: Header) -> Sheet:
    """The sheet with the rows in sight that our own filter hides; the office's stay hidden."""
    if not sheet.hidden_rows or not any(is_ours(c.index, c.header) for c in header.columns):
        return sheet
    done = {row.number for row in sheet.rows if str(row.at(0) or "").startswith(DONE)}
    return replace(sheet, hidden_rows=sheet.hidden_rows - done)
