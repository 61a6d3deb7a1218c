"""Text as it was meant: marks in order, nothing invisible, one kind of digit and of space."""

from __future__ import annotations

import re
from functools import lru_cache

from importers.reading.grid import BadCell, Cell
from registry.members.normalise import arabic, key
from registry.members.normalise import clean as put_in_order

__all__ = [
    "arabic",
    "clean",
    "has_thai_digits",
    "is_blank",
    "is_ditto",
    "key",
    "lines",
    "said",
    "to_text",
    "was_repaired",
]

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_THAI_DIGIT = re.compile("[๐-๙]")
_SPACES = re.compile(r"[\s\u00a0]+")
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_MISSPELT = re.compile(
    f"เเ|\u0e4d|\u0e45|[\u0e48-\u0e4b][\u0e31\u0e34-\u0e39]"
    f"|([{_MARKS}])\\1|[ะาำ][{_MARKS}]| [{_MARKS}]"
)
_UNTIDY = re.compile(rf"[^\S ]|  |^ | $|{_INVISIBLE.pattern}|{_MISSPELT.pattern}")
"""What cleaning may change; most cells have none of it."""

BLANKS = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        "--",
        "---",
        ".",
        "..",
        "...",
        "_",
        "ไม่ระบุ",
        "ไม่มี",
        "ไม่มีข้อมูล",
        "ไม่ทราบ",
        "ไม่ประสงค์ให้ข้อมูล",
        "ว่าง",
        "n/a",
        "na",
        "#n/a",
        "none",
        "null",
        "n.a.",
    }
)
_LONGEST_BLANK = max(map(len, BLANKS))
DITTOS = frozenset({'"', "〃", "''", "”", "“", "″", '-"-', '- " -', "„", ",,", "´´", "''-", "-''-"})


def to_text(cell: Cell) -> str:
    """A cell as people would read it; whole numbers without a decimal point."""
    if type(cell) is str:  # nearly all cells, and matching patterns takes its time
        return cell
    if type(cell) is int:
        return str(cell)
    match cell:
        case None:
            return ""
        case BadCell():
            return cell.text
        case bool():
            return "TRUE" if cell else "FALSE"
        case str():
            return cell
        case float():
            return f"{cell:.10f}".rstrip("0").rstrip(".")
        case int():
            return str(cell)
        case _:
            return cell.isoformat()


@lru_cache(maxsize=50_000)
def clean(text: str) -> str:
    """One line without invisible letters, doubled marks, runs of spaces; digits stay as written."""
    if not _UNTIDY.search(text):
        return text
    if _MISSPELT.search(text):
        return put_in_order(text)
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


@lru_cache(maxsize=50_000)
def said(raw: str) -> str:
    """A cell's cleaned text, empty when it is one of the ways to say that there is nothing."""
    text = clean(raw)
    return "" if is_blank(text) else text


def was_repaired(raw: str) -> bool:
    """Whether cleaning does more to a text than trim its spaces."""
    if not _UNTIDY.search(raw):
        return False
    if not _MISSPELT.search(raw):
        return bool(_INVISIBLE.search(raw))
    return clean(raw) != _SPACES.sub(" ", raw).strip()


def lines(text: str) -> list[str]:
    """The lines of a cell that say something, each cleaned."""
    return [line for part in re.split(r"[\r\n]+", text) if (line := clean(part))]


def has_thai_digits(text: str) -> bool:
    """Whether any digit is a Thai one."""
    return bool(_THAI_DIGIT.search(text))


def is_blank(text: str) -> bool:
    """Whether a cleaned text is one of the ways to say that there is nothing."""
    return len(text) <= _LONGEST_BLANK and text.lower() in BLANKS


def is_ditto(text: str) -> bool:
    """Whether a cleaned text means: the same as above."""
    return text in DITTOS
