"""The order of Thai words."""

from __future__ import annotations

import re

_LEADING_VOWEL = re.compile("([เแโใไ])([ก-ฮ])")
_TONES = re.compile("[\u0e47-\u0e4e]")


def leading_vowels_behind(text: str) -> str:
    """Each leading vowel behind its consonant: code points are then nearly a dictionary's order."""
    return _LEADING_VOWEL.sub(r"\2\1", text)


def dictionary_order(text: str) -> tuple[str, str]:
    """Sort by this as a Thai dictionary does; marks above the letters decide last."""
    return leading_vowels_behind(_TONES.sub("", text)), text
