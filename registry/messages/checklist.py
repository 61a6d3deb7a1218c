"""What the author confirms before a message goes to the head.

The points come from two guidelines of Thai agencies on publishing and on social media; they are
the default until an office has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.errors import Refused


class Check(StrEnum):
    """One point of the checklist."""

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


def confirmed(answers: Mapping[str, bool]) -> dict[str, bool]:
    """The answers as they are kept with the message.

    Raises:
        Refused: a point is not confirmed; the sentence names it.
    """
    missing = [str(SHORT[check]) for check in Check if not answers.get(check.value)]
    if missing:
        raise Refused(
            _("Confirm every point before submitting; still open: %(points)s.")
            % {"points": ", ".join(missing)}
        )
    return {check.value: True for check in Check}
