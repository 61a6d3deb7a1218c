"""Thai and English names of months, with and without dots."""

from __future__ import annotations

import re

from registry.periods.wording import ENGLISH_MONTHS, THAI_MONTHS, THAI_SHORT


def _names() -> dict[str, int]:
    names = {}
    columns = zip(THAI_MONTHS, THAI_SHORT, ENGLISH_MONTHS, strict=True)
    for number, (full, short, name_en) in enumerate(columns, 1):
        english = name_en.lower()
        stem = re.sub("(คม|ยน|พันธ์)$", "", full)
        for name in (full, stem, short, short.replace(".", ""), english, english[:3]):
            names[name.replace(".", "")] = number
    return names | {"กรกฏาคม": 7, "กรกฏา": 7, "พฤษจิกายน": 11, "กุมภาพันธุ์": 2, "sept": 9}


MONTHS = _names()
_TOKEN = "|".join(
    r"\.?".join(re.escape(letter) for letter in name)
    if len(name) <= 4 and not name.isascii()
    else re.escape(name)
    for name in sorted(MONTHS, key=len, reverse=True)
)
MONTH_PATTERN = rf"(?P<month_name>(?:{_TOKEN})\.?)"


def month_number(name: str) -> int | None:
    """1–12 for a month's name in any of its forms; ``None`` for other words."""
    return MONTHS.get(name.replace(".", "").replace(" ", "").lower())
