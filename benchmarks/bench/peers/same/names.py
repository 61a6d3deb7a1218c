"""Names in the form in which the registry compares them; the standard library alone."""

from __future__ import annotations

import re

_NOISE = re.compile(r"[\s().,:;/\\*'\"“”‘’\-–—_+&|\[\]{}?!]+")
_LEADING_VOWEL = re.compile("([เแโใไ])([ก-ฮ])")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_ALIKE = str.maketrans("ศษณญธฑฒถฐฎฏภผฆขฬ", "สสนยทททททดตพพคคล")


def name_keys(first_name: str, last_name: str | None) -> tuple[str, str]:
    """Key of a whole name, and its block: the first letters, those that sound alike as one."""
    first, last = _key(first_name), _key(last_name or "")
    block = (first[:1] + last[:1]) if last else first[:2]
    return f"{first} {last}".strip()[:200], block.translate(_ALIKE)


def _key(text: str) -> str:
    return _LEADING_VOWEL.sub(r"\2\1", _NOISE.sub("", text.translate(_DIGITS).lower()))
