"""The history of a message as people read it: repeated steps are folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from registry.messages.models import TAKEN_BACK, MessageMove, MessageState

S = MessageState
SHOWN = 3
"""Of many steps of one kind in a row, so many of the latest are shown at once."""


@dataclass(frozen=True)
class Part:
    """Some steps in a row: the earlier ones folded away, the latest shown."""

    folded: Sequence[MessageMove]
    shown: Sequence[MessageMove]


def is_onward(move: MessageMove) -> bool:
    """Whether an office published onward what was out already."""
    return move.after == S.PUBLISHED and move.before in (S.PUBLISHED, S.CORRECTED)


def is_hurried(move: MessageMove) -> bool:
    """Whether it was made ready in a crisis, with a reason and read through by nobody."""
    return move.after == S.PROOFREAD and bool(move.reason)


def is_taken_back(move: MessageMove) -> bool:
    """Whether a publication was taken back that had been noted by mistake."""
    return move.after == TAKEN_BACK


def folded(moves: Sequence[MessageMove]) -> list[Part]:
    """The steps in their order; of those published onward in a row all but the latest folded."""
    parts: list[Part] = []
    for onward, run in groupby(moves, is_onward):
        rows = list(run)
        if onward:
            parts.append(Part(rows[:-SHOWN], rows[-SHOWN:]))
        else:
            parts.append(Part((), rows))
    return parts
