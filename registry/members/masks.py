"""How personal numbers look to those who have not asked to see them."""

from __future__ import annotations

import re

LEADING_VOWELS = "เแโใไ"


def mask_national_id(value: str | None) -> str:
    """``1-23xx-xxxxx-xx-3``; an absent number is an empty text."""
    if not value:
        return ""
    return f"{value[0]}-{value[1:3]}xx-xxxxx-xx-{value[-1]}"


def mask_phone(value: str | None) -> str:
    """``08x-xxx-1234``; an absent number is an empty text."""
    digits = re.sub(r"[^0-9]", "", (value or "").replace("+66", "0"))
    if not digits:
        return ""
    if not 9 <= len(digits) <= 10:
        return f"xxx-xxx-{digits[-2:]}"
    return f"{digits[:2]}x-xxx-{digits[6:]}"


def mask_name(*parts: str | None) -> str:
    """``ม… ใจ…``: of each part the first letter, with the vowel that is written before it."""
    shown = [part[: 2 if part[0] in LEADING_VOWELS else 1] + "…" for part in parts if part]
    return " ".join(shown)


def show_national_id(value: str | None) -> str:
    """``1-2345-67890-12-3``, as printed on the card."""
    if not value:
        return ""
    return "-".join((value[0], value[1:5], value[5:10], value[10:12], value[12:]))


def show_phone(value: str | None) -> str:
    """``081-234-5678`` or ``053-112-233``."""
    digits = re.sub(r"[^0-9]", "", (value or "").replace("+66", "0"))
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) > 8 else digits
