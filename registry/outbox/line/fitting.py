"""How a text is made to fit where letters are counted: its first and its last words stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from registry.documents.cells import cut_text, units

LONGEST = 4_900
"""LINE takes texts of 5,000 UTF-16 units."""
GAP = "\n\n"


def joined(parts: Iterable[str]) -> str:
    """Paragraphs, without the blank ones."""
    return GAP.join(part for part in parts if part)


def more_elsewhere() -> str:
    """The sentence in place of what did not fit."""
    return str(_("Not everything fits here. Please read all of it where the message is checked."))


def fitted(first: str, notices: Sequence[str], said: Sequence[str], last: str) -> str:
    """A text of four parts that is not too long; cut are the oldest notices, then the middle's end.

    Args:
        first: the heading, whole in any case.
        notices: of corrections, the latest first.
        last: the code by which it is checked, whole in any case.
    """
    whole = joined([first, *notices, *said, last])
    if units(whole) <= LONGEST:
        return whole
    end = joined([more_elsewhere(), last])
    while len(notices) > 1 and units(joined([first, *notices, *said, end])) > LONGEST:
        notices = notices[:-1]
    room = LONGEST - units(joined([first, end])) - 2 * len(GAP)
    return joined([first, _cut(joined([*notices, *said]), max(room, 0)), end])


def _cut(text: str, room: int) -> str:
    """The lines of a text for which there is room; of a single line its beginning."""
    if units(text) <= room:
        return text
    part = cut_text(text, room)
    return part.rpartition("\n")[0].rstrip() or part
