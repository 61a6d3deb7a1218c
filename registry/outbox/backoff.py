"""What an answer means for a request, and how long the next try waits."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

FIRST, LONGEST = timedelta(seconds=4), timedelta(minutes=30)
KEY_LIFE = timedelta(hours=24)
"""How long LINE remembers a retry key, counted from the first try."""
MARGIN = timedelta(minutes=5)


class Outcome(StrEnum):
    """What becomes of a request after a try."""

    SENT = "sent"
    AGAIN = "again"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"


class Trouble(StrEnum):
    """Why something was not sent, in words that a row can keep."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    QUOTA = "quota"
    TOO_LATE = "too_late"
    NO_ADDRESS = "no_address"
    HOST = "host"
    REDIRECT = "redirect"
    CERTIFICATE = "certificate"
    NO_SECRET = "no_secret"  # noqa: S105 - a word, not a secret
    NOT_SET_UP = "not_set_up"


TROUBLE_NAMES = {
    Trouble.NO_ANSWER: _l(
        "No answer came, so that it may or may not have arrived; ask, then decide."
    ),
    Trouble.BUSY: _l("The other side was busy; it is tried again by itself."),
    Trouble.REFUSED: _l(
        "The other side refused it; check the address and the text, then send it again."
    ),
    Trouble.FORBIDDEN: _l(
        "LINE does not allow this account to send it; check the account's plan and rights."
    ),
    Trouble.TOKEN: _l(
        "LINE refused the channel access token; an administrator must set a new one, then go on."
    ),
    Trouble.QUOTA: _l(
        "The month's LINE messages are used up; it goes on when there are new ones, or send it "
        "by another channel."
    ),
    Trouble.TOO_LATE: _l(
        "It could not be sent for a day; whether it arrived is not known. Ask, then decide."
    ),
    Trouble.NO_ADDRESS: _l(
        "There is no address any more: unlinked, left, or without consent; repair the record."
    ),
    Trouble.HOST: _l(
        "The address is not among the hosts that an administrator allowed; ask them to add it."
    ),
    Trouble.REDIRECT: _l(
        "The address leads on to another one, which is refused; enter the final address."
    ),
    Trouble.CERTIFICATE: _l(
        "The site's certificate is not valid, so nothing was sent; its owner must renew it."
    ),
    Trouble.NO_SECRET: _l(
        "The signing key of this webhook is not set on the server; ask an administrator to set it."
    ),
    Trouble.NOT_SET_UP: _l(
        "This way of sending is not set up on the server; ask an administrator to set it up."
    ),
}


@dataclass(frozen=True)
class Answer:
    """How a try went.

    Attributes:
        doubtful: it may have had its effect although the answer does not say so.
    """

    outcome: Outcome
    trouble: Trouble | None = None
    status: int | None = None
    provider_id: str | None = None
    doubtful: bool = False


def sent(status: int | None = None, provider_id: str | None = None) -> Answer:
    """It arrived."""
    return Answer(Outcome.SENT, None, status, provider_id)


def again(trouble: Trouble, status: int | None = None, *, doubtful: bool = False) -> Answer:
    """It is worth another try."""
    return Answer(Outcome.AGAIN, trouble, status, doubtful=doubtful)


def failed(trouble: Trouble, status: int | None = None) -> Answer:
    """Certainly not sent, and another try would end the same."""
    return Answer(Outcome.FAILED, trouble, status)


def unknown(status: int | None = None) -> Answer:
    """Nobody can say whether it arrived."""
    return Answer(Outcome.UNKNOWN, Trouble.NO_ANSWER, status, doubtful=True)


def held(trouble: Trouble, status: int | None = None) -> Answer:
    """Certainly not sent; the whole way waits until something is repaired."""
    return Answer(Outcome.HELD, trouble, status)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: doubling, with jitter so that not all come at once."""
    longest: timedelta = min(FIRST * 2 ** min(attempts, 16), LONGEST)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret


def is_too_late(first_tried_at: datetime | None, due_at: datetime) -> bool:
    """Whether a try at a moment would come after the retry key was forgotten."""
    return first_tried_at is not None and due_at > first_tried_at + KEY_LIFE - MARGIN
