"""Showing what cannot be seen in a text, beside what it is put right to."""

from __future__ import annotations

import re

from importers.thai.text import has_thai_digits

HIDDEN = "▯"
"""Stands for a letter that nobody sees."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_ABOVE = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_PAIR = re.compile(
    f"เเ|[{_ABOVE}]?\u0e4d[{_ABOVE}]?[าๅ]|[\u0e48-\u0e4b][\u0e31\u0e34-\u0e39]"
    f"|([{_ABOVE}])\\1|[ะาำ][{_ABOVE}]"
)
_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def marked(text: str) -> str:
    """A text with what looks right and is not taken apart: ``เ+เม่`` for แ typed as two เ."""
    return _PAIR.sub(_apart, _INVISIBLE.sub(HIDDEN, text))


def _apart(found: re.Match[str]) -> str:
    letters = found[0]
    return "+".join([letters[0], *(_alone(letter) for letter in letters[1:])])


def _alone(letter: str) -> str:
    return f"◌{letter}" if re.match(f"[{_ABOVE}]", letter) else letter


def as_typed(masked: str, original: str) -> str:
    """A masked number in the digits in which it was typed."""
    return masked.translate(_THAI) if has_thai_digits(original) else masked
