"""From what somebody holds in the hand to the message or certificate that it came from.

A draft, a message on its way and one that never was are the same to the public: not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from registry.db import db
from registry.genuine.compare import Comparison, compare_message, lines_of, plain
from registry.messages.models import (
    CODE_LENGTH,
    CODE_LETTERS,
    OUT,
    Correction,
    KeyMessage,
    MessageLink,
    MessageState,
)
from registry.portal.models import CERTIFICATE_LETTERS, Certificate

MOST, ASKED = 5, 20
"""Messages that one pasted text may hold, and of how many it is asked whether they do."""
SHORTEST = 16
"""Letters of a line by which a body is sought: shorter ones stand in too many."""
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
    pasted: Comparison | None = None


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
    return Standing.CORRECTED if message.corrections else Standing.PUBLISHED


def certificate_of(code: str) -> Certificate | None:
    """The certificate of a code, or None."""
    return db.session.scalar(select(Certificate).where(Certificate.code == code))


def only_code(text: str, ours: str) -> str | None:
    """The known code, if the text is a code or our address of one, and nothing besides.

    Args:
        text: what was typed; a code perhaps with spaces or hyphens.
        ours: the address under which our codes stand, with the closing slash.
    """
    text = plain(text).lower()
    if text.startswith(ours.lower()):
        text = re.split(r"[?#]", text.removeprefix(ours.lower()))[0].rstrip("/")
    code = spelt(text)
    return code if CODE.fullmatch(code) and _known([code]) else None


def spelt(code: str) -> str:
    """A code as it is kept, however it was written down."""
    return re.sub(r"[\s-]", "", plain(code)).lower()


def codes_in(text: str) -> list[str]:
    """Codes of published messages and of certificates that a text holds or resembles, each once.

    That a text holds something of a message does not make the text genuine: anybody can add a
    line, a link or a code of ours to words of their own.
    """
    wanted = list(dict.fromkeys(CODE.findall(plain(text).lower())))[:50]
    return (_known(wanted) or _codes_by_words(text))[:ASKED]


def compared(text: str, codes: list[str], today: date) -> list[Genuine]:
    """The messages of some codes beside a text: those that say all of it, else the most of it."""
    found = [one for one in (message_of(code, today) for code in codes) if one is not None]
    beside = [replace(one, pasted=compare_message(text, one.message)) for one in found]
    beside.sort(key=lambda one: one.pasted.foreign if one.pasted else 0)
    whole = [one for one in beside if one.pasted and one.pasted.whole]
    return (whole or beside)[:MOST]


def _known(codes: list[str]) -> list[str]:
    """Those that are a published message's or a certificate's, in their order."""
    known = set(db.session.scalars(_published().where(KeyMessage.code.in_(codes))))
    known.update(db.session.scalars(select(Certificate.code).where(Certificate.code.in_(codes))))
    return [code for code in codes if code in known]


def _published() -> Select[str]:
    return select(KeyMessage.code).where(KeyMessage.state.in_(sorted(OUT)))


def _codes_by_words(text: str) -> list[str]:
    """Messages of whose words a line or a link stands in a text, the latest first."""
    links = ADDRESS.findall(text)[:20]
    raw = map(str.strip, text.replace("\x00", "").splitlines())
    lines = list(dict.fromkeys([*raw, *lines_of(text)]))
    lines = [line for line in lines if line][:60]
    linked = select(MessageLink.message_id).where(MessageLink.url.in_(links))
    same = or_(
        KeyMessage.id.in_(linked),
        KeyMessage.title.in_(lines),
        KeyMessage.sentence.in_(lines),
        *_holding(lines),
    )
    query = _published().where(same).order_by(KeyMessage.published_at.desc()).limit(ASKED)
    return list(db.session.scalars(query))


def _holding(lines: list[str]) -> Iterator[ColumnElement[bool]]:
    """Longer texts in which the longest of the lines stand."""
    for line in sorted((one[:200] for one in lines if len(one) >= SHORTEST), key=len)[-4:]:
        yield KeyMessage.body.contains(line, autoescape=True)
        yield KeyMessage.script.contains(line, autoescape=True)
        yield KeyMessage.corrections.any(Correction.text.contains(line, autoescape=True))
