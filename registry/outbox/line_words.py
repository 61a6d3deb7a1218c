"""How the bot speaks: texts with buttons under them, and the codes that people type to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from registry.messages.models import CODE_LETTERS

LENGTH = 8
CODE = re.compile(
    rf"(?<![A-Za-z0-9])([{CODE_LETTERS}]{{4}})[ -]?([{CODE_LETTERS}]{{4}})(?![A-Za-z0-9])", re.I
)
LONGEST_LABEL, MOST_BUTTONS, LONGEST_TEXT = 20, 13, 5000
"""LINE's own limits."""
Words = dict[str, Any]
"""A message object of LINE's Messaging API."""


def code_in(text: str) -> str | None:
    """The code that a text consists of, in small letters; None where it says anything else."""
    found = CODE.fullmatch(text.strip())
    return (found[1] + found[2]).lower() if found else None


def shown(code: str) -> str:
    """A code as people read and copy it."""
    return f"{code[:4]}-{code[4:]}"


def say(text: object, buttons: Sequence[tuple[object, str]] = ()) -> Words:
    """A text, with buttons of a label and the data that comes back when it is pressed."""
    words: Words = {"type": "text", "text": str(text)[:LONGEST_TEXT]}
    if buttons:
        words["quickReply"] = {"items": [_button(*one) for one in buttons[:MOST_BUTTONS]]}
    return words


def _button(label: object, data: str) -> Words:
    text = str(label)
    short = text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"
    action = {"type": "postback", "label": short, "data": data, "displayText": text[:300]}
    return {"type": "action", "action": action}
