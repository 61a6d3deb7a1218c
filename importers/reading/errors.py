"""Sentences for refused files."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from importers.reading.reasons import Reason
from registry.errors import Refused

SENTENCES = {
    Reason.EMPTY_FILE: _l("The file %(name)s is empty; choose the file that holds the members."),
    Reason.TOO_LARGE: _l(
        "The file %(name)s is %(size)s MB; at most %(limit)s MB can be taken, so split it into "
        "smaller files."
    ),
    Reason.UNKNOWN_KIND: _l(
        "The file %(name)s is of a kind that cannot be read; save it as .xlsx, .xls, .ods or .csv."
    ),
    Reason.NOT_A_WORKBOOK: _l(
        "The file %(name)s is named like a workbook but is really %(found)s; "
        "choose the workbook itself."
    ),
    Reason.OTHER_DOCUMENT: _l(
        "The file %(name)s is %(found)s, not a workbook; copy its table into Excel and save it "
        "as .xlsx."
    ),
    Reason.WEB_PAGE: _l(
        "The file %(name)s is a web page saved under the name of a workbook; open it in Excel "
        "and save it as .xlsx."
    ),
    Reason.PASSWORD: _l(
        "The file %(name)s is protected by a password; remove the password in Excel and upload "
        "it again."
    ),
    Reason.DAMAGED: _l(
        "The file %(name)s is damaged and cannot be opened; open it in Excel, save it again and "
        "upload the new file."
    ),
    Reason.BOMB: _l(
        "The file %(name)s unpacks to far more than a sign-up sheet holds; copy the rows into a "
        "new workbook and upload that."
    ),
    Reason.MEMORY: _l(
        "The file %(name)s asks for more memory than is allowed, usually because of a stray cell "
        "far from the table; copy the rows into a new workbook and upload that."
    ),
    Reason.TIME: _l(
        "Reading the file %(name)s took too long; split it into smaller files and upload again."
    ),
    Reason.TOO_MANY_ROWS: _l(
        "The sheet %(sheet)s of %(name)s has more than %(limit)s rows; split it into smaller files."
    ),
    Reason.TOO_WIDE: _l(
        "The sheet %(sheet)s of %(name)s has something in column %(column)s, far to the right of "
        "any table; delete it or copy the rows into a new workbook."
    ),
    Reason.ENCODING: _l(
        "The letters of %(name)s cannot be read; save it in Excel as “CSV UTF-8” or as .xlsx."
    ),
    Reason.QUOTE: _l(
        "A quotation mark in line %(row)s of %(name)s is never closed; open the file in Excel, "
        "correct that line and save it again."
    ),
    Reason.INCOMPLETE: _l(
        "Of the sheet %(sheet)s of %(name)s only a part could be read; open the file in Excel, "
        "save it again as .xlsx and upload the new file."
    ),
    Reason.NOTHING_READ: _l(
        "No cell with anything in it was found in %(name)s; check that the right file was saved."
    ),
    Reason.ALL_HIDDEN: _l(
        "Every sheet of %(name)s that holds anything is hidden; show the sheet in Excel and "
        "upload the file again."
    ),
}


FOUND = {
    "png": _l("a PNG picture"),
    "jpeg": _l("a JPEG picture"),
    "gif": _l("a GIF picture"),
    "pdf": _l("a PDF document"),
    "word": _l("a Word document"),
    "powerpoint": _l("a PowerPoint presentation"),
    "odt": _l("a text document"),
    "zip": _l("a ZIP archive"),
    "rar": _l("a RAR archive"),
    "program": _l("a program"),
    "text": _l("plain text"),
    "unknown": _l("something else"),
}


class Unreadable(Refused):
    """A whole file is refused, with a code and one sentence in the reader's language."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        super().__init__(reason.value)
        self.code = reason
        self.params = params

    def __str__(self) -> str:
        params = dict(self.params)
        if "found" in params:
            params["found"] = str(FOUND[str(params["found"])])
        return str(SENTENCES[self.code]) % params
