"""E-mail addresses, LINE IDs, web addresses and consent."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import arabic, clean, is_blank, key, to_text

_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LINE_LABEL = re.compile(
    r"^(?:(?:id\s*line|line\s*id|ไอดี(?:ไลน์)?|ไลน์)\s*[:：.=]?\s*"
    r"|(?:line|id)(?:\s*[:：=]\s*|\s+))",
    re.I,
)
_LINE_ID = re.compile(r"@?[a-z0-9._-]{2,30}")
_PLAIN_LINE_ID = re.compile(r"(?!id|line)@?[a-z0-9._-]{2,30}")
"""One that is written as it is kept, without a word before it."""
_SCHEME = re.compile(r"https?://", re.I)
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/:?#].*)?", re.I)
_YES = {
    "ยินยอม", "ยินยอมให้ใช้ข้อมูล", "ให้ความยินยอม", "ยินยอมแล้ว", "ใช่", "ตกลง", "อนุญาต", "รับทราบและยินยอม",
    "yes", "y", "true", "1", "✓", "✔", "√", "☑", "✅", "ü", "มี", "ลงนามแล้ว", "ok",
}  # fmt: skip
_NO = {
    "ไม่ยินยอม",
    "ไม่ให้ความยินยอม",
    "ไม่",
    "ไม่ใช่",
    "ไม่อนุญาต",
    "ปฏิเสธ",
    "no",
    "n",
    "false",
    "0",
    "✗",
    "✘",
    "☐",
}
_TICKS = {"/", "//", "v", "V"}


def read_email(cell: Cell) -> Finding[str]:
    """Read an address in lower case; spaces inside are taken out."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    raw = clean(to_text(cell))
    if is_blank(raw):
        return Finding(None)
    text = raw.replace(" ", "").lower().removeprefix("mailto:")
    if not _EMAIL.fullmatch(text) or ".." in text:
        return refuse(Code.EMAIL_INVALID, text=raw)
    return Finding(text)


def read_line_id(cell: Cell) -> Finding[str]:
    """Read a LINE ID; a display name is kept as it is and said to be unusual."""
    if type(cell) is str and _PLAIN_LINE_ID.fullmatch(cell) and not is_blank(cell):
        return Finding(cell)
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    raw = clean(to_text(cell))
    if is_blank(raw):
        return Finding(None)
    text = _LINE_LABEL.sub("", arabic(raw)).strip()
    if _LINE_ID.fullmatch(text.lower()):
        return Finding(text.lower())
    return Finding(text or raw, (Remark(Code.LINE_ID_UNUSUAL, params={"text": raw}),))


def read_url(cell: Cell) -> Finding[str]:
    """Read a web address; only ``http`` and ``https`` are taken."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    text = clean(to_text(cell))
    if is_blank(text):
        return Finding(None)
    if _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or " " in text:
        return refuse(Code.URL_INVALID, text=text[:80])
    return Finding(text)


def looks_like_url(text: str) -> bool:
    """Whether a text is a web address, with or without its scheme."""
    return bool(_SCHEME.match(text) or _BARE_HOST.fullmatch(text))


@lru_cache(maxsize=10_000, typed=True)
def read_consent(cell: Cell) -> Finding[bool]:
    """Read a tick, a yes or a no; anything else is a question, never a yes."""
    if isinstance(cell, bool):
        return Finding(cell)
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    raw = clean(to_text(cell))
    if raw in _TICKS:
        return Finding(True)
    if is_blank(raw):
        return Finding(None)
    for words, value in ((_YES, True), (_NO, False)):
        if raw.lower() in words or key(raw) in words:
            return Finding(value)
    return refuse(Code.CONSENT_UNREADABLE, text=raw)
