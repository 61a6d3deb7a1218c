"""Refusals of a sheet that could be opened but not understood."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from importers.mapping import read_column
from importers.thai.titles import split_title
from registry.errors import Refused


class Unusable(Refused):
    """A sheet cannot be imported; ``code`` says why, ``told`` is what it was made of."""

    code = "unusable"
    told: tuple[Any, ...] = ()


def _quotable(found: list[str]) -> list[str]:
    """The texts that may be headers: no figure, no address and nobody's name.

    Beside figures stand people: then only known headers are told, else known ones and lone words.
    """
    people = any(_is_data(text) for text in found)
    return [
        text
        for text in found
        if not _is_data(text)
        and not split_title(text).title
        and (read_column(0, (text,)).field or not (people or " " in text))
    ]


def _is_data(text: str) -> bool:
    return "@" in text or any(letter.isdigit() for letter in text)


class NoHeader(Unusable):
    """No row names a column for the members' names and one more."""

    code = "no_header"

    def __init__(self, sheet: str, found: list[str]) -> None:
        self.told = (sheet, found)
        self.found = _quotable(found)
        texts = ", ".join(f"“{text}”" for text in self.found) or "–"
        super().__init__(
            _(
                "No header row was recognised on the sheet “%(sheet)s”; found there: %(found)s. "
                "Name the columns, for example ชื่อ-สกุล, โทรศัพท์, จังหวัด.",
                sheet=sheet,
                found=texts,
            )
        )


class NoRows(Unusable):
    """There is a header but no member below it."""

    code = "no_rows"

    def __init__(self, sheet: str, row: int) -> None:
        self.told = (sheet, row)
        super().__init__(
            _(
                "The sheet “%(sheet)s” has no member below its header in row %(row)s; "
                "fill in the rows and upload it again.",
                sheet=sheet,
                row=row,
            )
        )


class NoSheet(Unusable):
    """The workbook has no sheet of the name asked for."""

    code = "no_sheet"

    def __init__(self, sheet: str, found: list[str]) -> None:
        self.told = (sheet, found)
        super().__init__(
            _(
                "There is no sheet called “%(sheet)s”; the workbook has: %(found)s.",
                sheet=sheet,
                found=", ".join(found),
            )
        )


KINDS = {kind.code: kind for kind in (NoHeader, NoRows, NoSheet)}
"""Every such refusal by its code."""
