"""Refusals of a sheet that could be opened but not understood."""

from __future__ import annotations

from flask_babel import gettext as _

from importers.thai.titles import split_title
from registry.errors import Refused


class Unusable(Refused):
    """A sheet cannot be imported; ``code`` says why."""

    code = "unusable"


def _may_be_quoted(text: str) -> bool:
    """Whether a text may be a header: it holds no figure, no address and nobody's name."""
    figures = any(letter.isdigit() for letter in text)
    titled = split_title(text)
    return not figures and "@" not in text and not (titled.title and titled.rest)


class NoHeader(Unusable):
    """No row names a column for the members' names and one more."""

    code = "no_header"

    def __init__(self, sheet: str, found: list[str]) -> None:
        self.found = [text for text in found if _may_be_quoted(text)]
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
        super().__init__(
            _(
                "There is no sheet called “%(sheet)s”; the workbook has: %(found)s.",
                sheet=sheet,
                found=", ".join(found),
            )
        )
