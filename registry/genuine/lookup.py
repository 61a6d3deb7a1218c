"""From what somebody holds in the hand to the message or certificate that it came from.

A draft, a message on its way and one that never was are the same to the public: not known.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from registry.db import db
from registry.messages.models import (
    CODE_LENGTH,
    CODE_LETTERS,
    OUT,
    KeyMessage,
    MessageMove,
    MessageState,
)
from registry.portal.models import CERTIFICATE_LETTERS, Certificate

MOST = 5
"""Messages that one pasted text may hold."""
LONGEST = 4_000
CODE = re.compile(
    f"(?<![0-9a-z])(?:[{CODE_LETTERS}]{{{CERTIFICATE_LETTERS}}}|[{CODE_LETTERS}]{{{CODE_LENGTH}}})"
    "(?![0-9a-z])"
)
ADDRESS = re.compile(r"https?://[^\s<>\"']+")


class Standing(StrEnum):
    """How a genuine message stands today."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class Genuine:
    """A message that an office published."""

    message: KeyMessage
    standing: Standing
    reason: str | None = None


def message_of(code: str, today: date) -> Genuine | None:
    """The published message of a code, or None."""
    query = select(KeyMessage).where(KeyMessage.code == code, KeyMessage.state.in_(sorted(OUT)))
    found = db.session.scalar(query.options(joinedload(KeyMessage.office)))
    if found is None:
        return None
    standing = standing_of(found, today)
    return Genuine(found, standing, _reason(found) if standing is Standing.WITHDRAWN else None)


def standing_of(message: KeyMessage, today: date) -> Standing:
    """How a published message stands on a day; out of date counts before a correction."""
    if message.as_state is MessageState.WITHDRAWN:
        return Standing.WITHDRAWN
    if message.valid_until is not None and message.valid_until < today:
        return Standing.OUTDATED
    corrected = message.as_state is MessageState.CORRECTED or message.correction
    return Standing.CORRECTED if corrected else Standing.PUBLISHED


def _reason(message: KeyMessage) -> str | None:
    query = select(MessageMove.reason).where(
        MessageMove.message_id == message.id, MessageMove.after == MessageState.WITHDRAWN.value
    )
    return db.session.scalars(query.order_by(MessageMove.id.desc())).first()


def certificate_of(code: str) -> Certificate | None:
    """The certificate of a code, or None."""
    return db.session.scalar(select(Certificate).where(Certificate.code == code))


def codes_in(text: str) -> list[str]:
    """Codes of published messages and of certificates that stand in a text, each once.

    Args:
        text: a code, perhaps with spaces or hyphens, an address, or a whole message.
    """
    text = text[:LONGEST]
    written = [*CODE.findall(text.lower()), re.sub(r"[\s-]", "", text.lower())]
    wanted = list(dict.fromkeys(code for code in written if CODE.fullmatch(code)))[:50]
    known = set(db.session.scalars(_published().where(KeyMessage.code.in_(wanted))))
    known.update(db.session.scalars(select(Certificate.code).where(Certificate.code.in_(wanted))))
    found = [code for code in wanted if code in known]
    return (found or _codes_by_words(text))[:MOST]


def _published() -> Select[str]:
    return select(KeyMessage.code).where(KeyMessage.state.in_(sorted(OUT)))


def _codes_by_words(text: str) -> list[str]:
    """Messages whose link, title or sentence stands in a text, the latest first."""
    links = ADDRESS.findall(text)[:20]
    lines = [line.strip() for line in unicodedata.normalize("NFC", text).splitlines()]
    lines = [line for line in lines if line][:60]
    same = or_(
        KeyMessage.link.in_(links), KeyMessage.title.in_(lines), KeyMessage.sentence.in_(lines)
    )
    query = _published().where(same).order_by(KeyMessage.published_at.desc()).limit(MOST)
    return list(db.session.scalars(query))
