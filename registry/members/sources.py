"""Where a member's consent can be read, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext as _

FORM = "form"
_ROW = re.compile(r"(?P<file>.+) #(?P<row>[0-9]+) \((?P<sign>[0-9a-f]{12})\)", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """A source for people; ``sign`` is the beginning of the file's fingerprint, if it is one."""

    words: str
    sign: str = ""


def consent_source(source: str) -> Told:
    """The source of a consent as it is stored: the form, a row of a file, or what was typed."""
    if source == FORM:
        return Told(str(_("Registration form")))
    if found := _ROW.fullmatch(source):
        words = _("row %(row)s of the file %(file)s", row=found["row"], file=found["file"])
        return Told(str(words), found["sign"])
    return Told(source)


def row_source(file: str, row: int | None, sha256: str) -> str:
    """What is stored for a consent that was read in a row of a file."""
    return f"{file[:160]} #{row} ({sha256[:12]})"
