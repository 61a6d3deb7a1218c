"""Whether a pasted text is ours word for word: line by line against all that a message says.

A part of a line is not a line of ours: what is left out of a sentence can turn its sense round.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import gettext as _

from registry.genuine.address import genuine_address
from registry.i18n import LOCALES
from registry.messages.models import KeyMessage, MessageState
from registry.outbox.line.bodies import (
    check_address,
    corrected_title,
    shortened,
    withdrawn_title,
)
from registry.outbox.line.fitting import more_elsewhere

UNSEEN = dict.fromkeys(map(ord, "\x00\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f"))
"""Characters without any width that messengers and editors put in and take out."""


def plain(text: str) -> str:
    """A line as it is read: one spelling of each letter, nothing unseen, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text.translate(UNSEEN)).split())


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold anything, as they are read."""
    return [line for line in map(plain, text.splitlines()) if line]


@dataclass(frozen=True)
class Comparison:
    """A pasted text beside one of our messages.

    Attributes:
        lines: of the pasted text, each with whether the message says it, now or before.
        older: whether a line stood in the message only before it was corrected.
    """

    lines: list[tuple[str, bool]]
    older: bool

    @property
    def whole(self) -> bool:
        """Whether every line is ours."""
        return bool(self.lines) and all(ours for _line, ours in self.lines)

    @property
    def foreign(self) -> int:
        """How many lines are not from us."""
        return sum(not ours for _line, ours in self.lines)


def compare(text: str, now: Iterable[str], before: Iterable[str] = ()) -> Comparison:
    """Compare a pasted text with lines of ours.

    Args:
        now: what the message says, in texts of one or more lines.
        before: what it said until it was corrected.
    """
    said = {line for part in now for line in lines_of(part)}
    once = {line for part in before for line in lines_of(part)}
    lines = lines_of(text)
    older = any(line in once - said for line in lines)
    return Comparison([(line, line in said | once) for line in lines], older)


def compare_message(text: str, message: KeyMessage) -> Comparison:
    """Compare a pasted text with all that a message says in any of its outward forms."""
    return compare(text, [*_words(message), *_around(message)], _before(message))


def _words(message: KeyMessage) -> Iterator[str]:
    """The words of the message and of its corrections."""
    yield from (message.title, message.sentence, message.body, shortened(message.body))
    yield from (text for text in (message.script, message.disclaimer, message.author_line) if text)
    yield from message.links
    yield from (row.text for row in message.corrections)
    yield message.withdrawn_reason or ""


def _around(message: KeyMessage) -> Iterator[str]:
    """The lines that we put around the words, in each language of ours."""
    addresses = {genuine_address(message.code), check_address(message)} - {""}
    yield from (message.code, *addresses)
    for locale in LOCALES:
        with force_locale(locale):
            yield from map(str, _headings(message))
            for address in addresses:
                yield str(_("Is it genuine? %(address)s", address=address))
                yield str(_("Is it genuine? %(url)s", url=address))


def _headings(message: KeyMessage) -> Iterator[object]:
    if message.as_state is MessageState.WITHDRAWN:
        yield withdrawn_title(message)
    if message.corrections:
        yield corrected_title(message)
    yield _("A kind reminder")
    yield more_elsewhere()
    for name in {message.office.name_th, message.office.name_en}:
        yield _("From: %(office)s", office=name)
    yield _("Message code: %(code)s", code=message.code)
    if message.disclaimer:
        yield f"{_('Opinion')}: {message.disclaimer}"


def _before(message: KeyMessage) -> Iterator[str]:
    """What corrections replaced."""
    for row in message.corrections:
        old = row.before or {}
        yield shortened(str(old.get("body") or ""))
        for value in old.values():
            yield from value if isinstance(value, list) else [value or ""]
