"""What the author confirms before a message goes to the head.

The default points come from two guidelines of Thai agencies on publishing and on social media;
an administrator sets others from a day on (``Dated.CHECKLIST``).  A message keeps the answers with
the wording as it was when it was submitted, in both languages: whoever reads it reads their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.access.versions import ChangedMeanwhile, mark_of
from registry.errors import Refused
from registry.i18n import in_both, said
from registry.periods.dated import Dated, setting_on


class Check(StrEnum):
    """One point of the default checklist."""

    ACCURACY = "accuracy"
    SECRECY = "secrecy"
    PRIVACY = "privacy"
    COURTESY = "courtesy"
    IDENTITY = "identity"
    DISCLAIMER = "disclaimer"


QUESTIONS = {
    Check.ACCURACY: _l("The content is correct, complete and right for the time and place."),
    Check.SECRECY: _l("It contains no official secret and nothing that may not be disclosed."),
    Check.PRIVACY: _l("It breaks nobody's privacy or confidence; people shown have agreed."),
    Check.COURTESY: _l("The language is correct, polite and constructive."),
    Check.IDENTITY: _l("It goes out under the office's own account, with position and unit shown."),
    Check.DISCLAIMER: _l("It holds no personal opinion, or says clearly that it is one."),
}
SHORT = {
    Check.ACCURACY: _l("correctness"),
    Check.SECRECY: _l("official secrets"),
    Check.PRIVACY: _l("privacy"),
    Check.COURTESY: _l("courtesy"),
    Check.IDENTITY: _l("official identity"),
    Check.DISCLAIMER: _l("personal opinion"),
}
OPINION = "opinion"
"""Name of the box by which the author says that the message states an opinion."""


UNSEEN = "unseen"
"""Name of the answer that says that the page of the form showed other points than those."""


@dataclass(frozen=True)
class Point:
    """A point of the checklist: the name of its box, its wordings, a few words for it.

    The box of a point that an administrator wrote is named after its wording: a tick never
    stands for other words than those that were shown beside it.
    """

    key: str
    words: dict[str, str]
    short: str

    @property
    def text(self) -> str:
        """The wording in the reader's language."""
        return said(self.words)


def default_points() -> list[dict[str, str]]:
    """The wording of the default points by language, each with its key."""
    return [{"key": key.value, **in_both(text)} for key, text in QUESTIONS.items()]


def points_on(day: date) -> list[Point]:
    """The points that an author confirms on a day."""
    points = setting_on(Dated.CHECKLIST, day)
    if points is None:
        return [Point(key.value, in_both(QUESTIONS[key]), str(SHORT[key])) for key in Check]
    return [Point(f"point_{mark_of(words)}", words, f"“{said(words)}”") for words in points]


def mark_of_points(points: Sequence[Point]) -> str:
    """A mark of the points that a form shows, which it sends back."""
    return mark_of([(point.key, point.words) for point in points])


def confirmed(
    points: Sequence[Point], answers: Mapping[str, bool], disclaimer: str | None
) -> dict[str, Any]:
    """The answers as they are kept with the message: ``points`` (key, wordings) and ``opinion``.

    Raises:
        Refused: a point is not confirmed (the sentence names it), or the message states an
            opinion without the words that say whose it is.
        ChangedMeanwhile: the form showed other points.
    """
    if answers.get(UNSEEN):
        raise ChangedMeanwhile(
            _(
                "The checklist was replaced after you opened this page; read the points as they "
                "are now, tick the new ones, then send it again."
            )
        )
    missing = [point.short for point in points if not answers.get(point.key)]
    if missing:
        raise Refused(
            _(
                "Confirm every point before submitting; still open: %(points)s.",
                points=", ".join(missing),
            )
        )
    opinion = bool(answers.get(OPINION))
    if opinion and not disclaimer:
        raise Refused(
            _(
                "The message states an opinion, but it does not say whose: edit it and fill in "
                "“Disclaimer” first."
            )
        )
    kept = [{"key": point.key, **point.words} for point in points]
    return {"points": kept, "opinion": opinion or bool(disclaimer)}
