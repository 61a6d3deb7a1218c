"""A header's shape, and what people said that the columns below such a header hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from importers.fields import Field
from importers.header import Header
from importers.mapping import Column
from importers.options import Options
from importers.own_column import theirs
from importers.thai.text import key


def shape_of(header: Header) -> str:
    """What sheets with the same headers in the same order share: 64 hex digits.

    The column with our results, which comes back in a corrected workbook, is none of them.
    """
    texts = "\n".join(key(column.header) for column in theirs(header.columns))
    return sha256(texts.encode()).hexdigest()


def recall(header: Header, options: Options) -> dict[int, Field | None]:
    """What the office said about such a header before, by column from 0; sensitive ones stay out.

    A field that the sheet's program knows no more is forgotten.
    """
    known = options.remembered.get(shape_of(header), {}) if options.remembered else {}
    return {
        column.index: known[place]
        for place, column in enumerate(theirs(header.columns))
        if place in known and not column.sensitive
    }


def corrected(header: Header, said: Mapping[int, Field | None]) -> Header:
    """The header with the columns that a person mapped by hand; sensitive ones stay out."""
    if not said:
        return header
    return replace(header, columns=tuple(_corrected(column, said) for column in header.columns))


def _corrected(column: Column, said: Mapping[int, Field | None]) -> Column:
    if column.sensitive or column.index not in said:
        return column
    return replace(column, field=said[column.index], confidence=1.0)
