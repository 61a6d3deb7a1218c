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
    MessageLink,
    MessageState,
)
from registry.portal.models import CERTIFICATE_LETTERS, Certificate

MOST = 5
"""Messages that one pasted text may hold."""
LONGEST = 25_000
"""Letters of a pasted text: more than any message, its script and its link."""
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
    return Genuine(found, standing_of(found, today), found.withdrawn_reason)


def standing_of(message: KeyMessage, today: date) -> Standing:
    """How a published message stands on a day; out of date counts before a correction."""
    if message.as_state is MessageState.WITHDRAWN:
        return Standing.WITHDRAWN
    if message.valid_until is not None and message.valid_until < today:
        return Standing.OUTDATED
    corrected = message.as_state is MessageState.CORRECTED or message.correction
    return Standing.CORRECTED if corrected else Standing.PUBLISHED


def certificate_of(code: str) -> Certificate | None:
    """The certificate of a code, or None."""
    return db.session.scalar(select(Certificate).where(Certificate.code == code))


def only_code(text: str, ours: str) -> str | None:
    """The known code, if the text is a code or our address of one, and nothing besides.

    Args:
        text: what was typed; a code perhaps with spaces or hyphens.
        ours: the address under which our codes stand, with the closing slash.
    """
    text = text.strip().lower()
    if text.startswith(ours.lower()):
        text = re.split(r"[?#]", text.removeprefix(ours.lower()))[0]
    code = re.sub(r"[\s-]", "", text)
    return code if CODE.fullmatch(code) and _known([code]) else None


def codes_in(text: str) -> list[str]:
    """Codes of published messages and of certificates that a text holds or resembles, each once.

    That a text holds something of a message does not make the text genuine: anybody can add a
    line, a link or a code of ours to words of their own.
    """
    wanted = list(dict.fromkeys(CODE.findall(text.lower())))[:50]
    return (_known(wanted) or _codes_by_words(text))[:MOST]


def _known(codes: list[str]) -> list[str]:
    """Those that are a published message's or a certificate's, in their order."""
    known = set(db.session.scalars(_published().where(KeyMessage.code.in_(codes))))
    known.update(db.session.scalars(select(Certificate.code).where(Certificate.code.in_(codes))))
    return [code for code in codes if code in known]


def _published() -> Select[str]:
    return select(KeyMessage.code).where(KeyMessage.state.in_(sorted(OUT)))


def _codes_by_words(text: str) -> list[str]:
    """Messages whose link, title or sentence stands in a text, the latest first."""
    links = ADDRESS.findall(text)[:20]
    lines = [line.strip() for line in unicodedata.normalize("NFC", text).splitlines()]
    lines = [line for line in lines if line][:60]
    linked = select(MessageLink.message_id).where(MessageLink.url.in_(links))
    same = or_(
        KeyMessage.id.in_(linked), KeyMessage.title.in_(lines), KeyMessage.sentence.in_(lines)
    )
    query = _published().where(same).order_by(KeyMessage.published_at.desc()).limit(MOST)
    return list(db.session.scalars(query))
