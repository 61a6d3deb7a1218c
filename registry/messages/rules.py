"""Rules that several steps share: whose message it is, and what a link may be."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.documents.links import safe_url
from registry.errors import Refused
from registry.messages.models import EDITABLE, MESSAGE_STATE_NAMES, KeyMessage

MAX_LINK = 500
LARGEST_AUDIENCE = 100_000_000
LONGEST_REASON = 300
"""Letters of a reason that the audit trail keeps."""


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
