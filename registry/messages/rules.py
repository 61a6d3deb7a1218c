"""Rules that several steps share: whose message it is, and what a link may be."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.audit.services import Actor
from registry.documents.links import safe_url
from registry.errors import Refused
from registry.messages.models import EDITABLE, MESSAGE_STATE_NAMES, KeyMessage, Route
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on

MAX_LINK = 500
MOST_LINKS = 5
"""Of one message: all of them fit into one message by LINE, beside its text."""
MOST_TOPICS = 6
LONGEST_TOPIC = 80
LARGEST_AUDIENCE = 100_000_000
LONGEST_REASON = 300
"""Letters of a reason that the audit trail keeps."""
LONGEST_SCRIPT = 5_000
LETTERS_PER_SECOND = 10
"""How fast a calm voice reads Thai or English aloud, by letters that take a place of their own."""
LANGUAGES = {
    "th": _l("Thai"),
    "en": _l("English"),
    "ms": _l("Malay"),
    "my": _l("Burmese"),
    "lo": _l("Lao"),
    "km": _l("Khmer"),
    "vi": _l("Vietnamese"),
    "zh": _l("Chinese"),
}
ROUTE_NAMES = {
    Route.OWN: _l("The office's own channels"),
    Route.CENTRAL: _l("The central website"),
    Route.OUTSIDE: _l("For an outside unit"),
}


def seconds_aloud(text: str | None) -> int:
    """How many seconds it takes to read a text aloud; 0 for none."""
    spoken = [letter for letter in text or "" if unicodedata.category(letter)[0] in "LN"]
    return -(-len(spoken) // LETTERS_PER_SECOND)


def require_own_office(actor: Actor, message: KeyMessage) -> None:
    """Only the office that wrote a message changes it.

    Raises:
        Refused: the actor works elsewhere.
    """
    if actor.office_id != message.office_id:
        raise Refused(
            _(
                "The message “%(title)s” belongs to another office; ask that office to change it.",
                title=message.title,
            )
        )


def require_editable(actor: Actor, message: KeyMessage) -> None:
    """A text changes only while it is a draft or was sent back.

    Raises:
        Refused: it is another office's, or on its way.
    """
    require_own_office(actor, message)
    if message.as_state not in EDITABLE:
        raise Refused(
            _(
                "The message “%(title)s” is “%(state)s” and can no longer be edited; take it back "
                "first, or publish a correction.",
                title=message.title,
                state=MESSAGE_STATE_NAMES[message.as_state],
            )
        )


def clean_link(text: str | None) -> str | None:
    """A web address, or None for a blank.

    Raises:
        Refused: it is not http or https, has no host, or is too long.
    """
    typed = (text or "").strip()
    if not typed:
        return None
    link = safe_url(typed)
    if link is None or len(link) > MAX_LINK:
        raise Refused(
            _("“%(link)s” is not a web address; write it from https:// on.", link=typed[:60])
        )
    return link


def clean_links(typed: Iterable[str]) -> list[str]:
    """Web addresses without blanks and doubles, in their order.

    Raises:
        Refused: one of them is not a web address, or there are too many.
    """
    links = list(dict.fromkeys(link for text in typed if (link := clean_link(text))))
    if len(links) > MOST_LINKS:
        raise Refused(
            _(
                "A message has at most %(limit)s links; leave out the least important ones.",
                limit=MOST_LINKS,
            )
        )
    return links


def clean_topics(typed: Iterable[str], most: int = MOST_TOPICS) -> list[str]:
    """Topics without blanks and doubles, in their order.

    Raises:
        Refused: one of them is too long, or there are too many.
    """
    topics = list(dict.fromkeys(name for text in typed if (name := " ".join(text.split()))))
    if len(topics) > most:
        raise Refused(
            _(
                "Write at most %(limit)s topics here; leave out the least important ones.",
                limit=most,
            )
        )
    for name in topics:
        if len(name) > LONGEST_TOPIC:
            raise Refused(
                _(
                    "The topic “%(name)s” is too long; write at most %(limit)s letters, with a "
                    "comma between topics.",
                    name=name,
                    limit=LONGEST_TOPIC,
                )
            )
    return topics


def now_or(at: datetime | None) -> datetime:
    """A moment given, or this one."""
    return at or datetime.now(UTC)


def require_text(text: str | None, sentence: str) -> str:
    """A text that must not be blank.

    Raises:
        Refused: it is blank; with the sentence given.
    """
    if not (text or "").strip():
        raise Refused(sentence)
    return (text or "").strip()


def need_review(message: KeyMessage, at: datetime) -> None:
    """What went out without waiting for a second person is reviewed afterwards, in good time."""
    hours = setting_on(Dated.REVIEW_HOURS, to_bangkok_date(at))
    due = at + timedelta(hours=hours)
    if message.review_due_at and not message.reviewed_at:
        due = min(due, message.review_due_at)
    message.review_due_at = due
    message.reviewed_at = message.reviewed_by = message.review_note = None


def drop_crisis(message: KeyMessage) -> None:
    """Taken back or sent back before it went out, a text goes the usual way again."""
    if not message.is_out:
        message.crisis_reason = message.review_due_at = None
