"""Channels that a member looks after: often several in one wide cell, with their audiences."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.contacts import looks_like_url, read_url
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.numbers import read_count
from importers.thai.text import arabic, clean, is_blank, key, said, to_text
from importers.thai.titles import DATA

OTHER = "other"
_BETWEEN = re.compile(
    r"\s*(?:[\r\n;|]+|,(?![0-9]{3}(?![0-9]))|(?<=\s)/(?=\s)|\s+และ(?=\S)|•|●"
    r"|\s+(?=[0-9]{1,2}[.)]\s))\s*"
)
_MARK = re.compile(r"[\r\n;|•●/]|,(?![0-9]{3}(?![0-9]))|\sและ|[0-9][.)]\s")
"""What stands between two channels, without the spaces around it: quickly looked for."""
_LEAD = re.compile(r"^(?:ช่องทาง|ช่อง|สื่อ|ทาง)\s*(?=[A-Za-z\u0e00-\u0e7f])")
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}\s*[.)]\s+|[-–•*]\s*)")
_AUDIENCE = re.compile(
    r"(?=[\s:(\-–=~0-9จผสยปรเก])"  # what it may begin with, so that most letters are passed by
    r"[\s:(\-–=]*(?P<count>(?:(?:จำนวน|ผู้ติดตาม|สมาชิก|ยอด|ประมาณ|ราว|ราวๆ|เกือบ|กว่า|~)\s*)*"
    r"[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:ร้อย|พัน|หมื่น|แสน|ล้าน|k|m)?\s*(?:กว่า|\+|เศษ)?\s*"
    r"(?:คน|ราย|ท่าน|ครัวเรือน|หลังคาเรือน|ครอบครัว|ฉบับ|followers?|members?|likes?|subs(?:cribers)?|ผู้ติดตาม|สมาชิก|ไลก์|ผู้ฟัง)?)\s*\)?$",
    re.IGNORECASE,
)
_COUNTED_ONES = ("จำนวน", "ผู้ฟัง", "ผู้ติดตาม", "สมาชิก", "คน")
_COUNTING = re.compile(rf"(?<=\S)[\s(:\-–]+(?:{'|'.join(_COUNTED_ONES)})$")
_SEPARATORS, _AROUND = ' :：-–=.([“"', " ()[]“”\"'"
_DIGIT = re.compile(r"[0-9]")
_MANY_DIGITS = 3
_COUNTED = re.compile(r"[ก-ฮa-z~+]", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAYBE_URL = re.compile(r"[a-z0-9]\.[a-z]|//", re.IGNORECASE)
_HOSTS = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.me": "facebook", "fb.watch": "facebook",
    "tiktok.com": "tiktok", "youtube.com": "youtube", "youtu.be": "youtube", "x.com": "x",
    "twitter.com": "x", "instagram.com": "instagram", "line.me": "line_oa", "lin.ee": "line_oa",
}  # fmt: skip


@dataclass(frozen=True)
class ChannelText:
    """One channel as read from a sheet; ``kind`` is a code of ``ChannelKind``."""

    kind: str
    name: str
    url: str | None = None
    audience: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for storing."""
        return {
            "kind": self.kind,
            "name": self.name,
            "url": self.url,
            "audience": self.audience,
        }


@lru_cache(maxsize=1)
def _kinds() -> list[tuple[str, str]]:
    """Words with their kinds, the longest first."""
    with (DATA / "channel_kinds.csv").open(encoding="utf-8", newline="") as file:
        pairs = [
            (word, row["kind"]) for row in csv.DictReader(file) for word in row["words"].split("|")
        ]
    return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)


@lru_cache(maxsize=1)
def _any_kind() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern for all words, the longest first; a Latin one ends where the word does."""
    words = (re.escape(word) + ("(?![a-z0-9])" if word.isascii() else "") for word, _ in _kinds())
    return re.compile("|".join(words)), dict(reversed(_kinds()))


@lru_cache(maxsize=2_000)
def kind_of(text: str) -> str | None:
    """The kind that a whole text names (a column's header, a kind column's cell)."""
    wanted = key(text)
    for word, kind in _kinds():
        if wanted == key(word):
            return kind
    return split_kind(clean(text))[0] if wanted else None


def split_kind(text: str) -> tuple[str | None, str]:
    """The kind that a text begins with, and the name behind it; Latin words need an end of word.

    A name that is glued to the word of its kind keeps it: that is what people call the channel.
    """
    found = _first_kind(_LEAD.sub("", text))
    kind = found[0] if found else None
    while found and _is_glued(found[1]) and (more := _first_kind(found[1])) and more[0] == kind:
        found = more
    if found is None:
        return None, text
    rest = found[1]
    return kind, text if _is_glued(rest) else rest.lstrip(_SEPARATORS).strip()


def _first_kind(text: str) -> tuple[str, str] | None:
    pattern, kinds = _any_kind()
    found = pattern.match(text.lower())
    return (kinds[found[0]], text[found.end() :]) if found else None


def _is_glued(rest: str) -> bool:
    """Whether a name goes on right behind the word of its kind: ``เพจบ้านเรา``."""
    return bool(rest) and rest[0] not in _SEPARATORS


def read_channels(cell: Cell, kind: str | None = None) -> Finding[tuple[ChannelText, ...]]:
    """Read all channels of a cell.

    Args:
        kind: the kind that the column is about, where its header says so.
    """
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    text = to_text(cell)
    if not said(text):
        return Finding(None)
    channels: list[ChannelText] = []
    remarks: list[Remark] = []
    for piece in _pieces(text):
        found = _one(piece, kind)
        if found.value is None:
            return Finding(None, found.remarks)
        channels.append(found.value)
        remarks += found.remarks
    if len(channels) > 1:
        remarks.append(Remark(Code.CHANNEL_SPLIT, params={"count": len(channels)}))
    return Finding(tuple(channels), tuple(remarks))


def _pieces(text: str) -> list[str]:
    text = arabic(text)
    pieces = [clean(piece) for piece in (_BETWEEN.split(text) if _MARK.search(text) else [text])]
    return [bare for piece in pieces if (bare := _NUMBERING.sub("", piece)) and not is_blank(bare)]


def _one(text: str, kind: str | None) -> Finding[ChannelText]:
    text, url = _take_url(text)
    text, audience = _take_audience(text)
    named, name = split_kind(text)
    final = named or kind or _kind_of_url(url)
    remarks = audience.remarks
    if final is None:
        final, remarks = OTHER, (*remarks, Remark(Code.CHANNEL_KIND_UNKNOWN, params={"text": text}))
    if url is not None:
        checked = read_url(url)
        if checked.value is None:
            return Finding(None, checked.remarks)
        url = checked.value
    name = (name if named else text).strip(_AROUND)
    if name.endswith(_COUNTED_ONES):
        name = _COUNTING.sub("", name).strip(_AROUND)
    return Finding(ChannelText(final, name[:200], url, audience.value), remarks)


def _take_url(text: str) -> tuple[str, str | None]:
    if ("." not in text and "//" not in text) or not _MAYBE_URL.search(text):
        return text, None
    if found := _URL.search(text):
        rest = clean(text[: found.start()] + " " + text[found.end() :])
        return rest, found.group().rstrip("),.")
    if looks_like_url(text):
        return "", text
    return text, None


def _take_audience(text: str) -> tuple[str, Finding[int]]:
    found = _AUDIENCE.search(text) if _DIGIT.search(text) else None
    if not found or not _is_audience(found, text):
        return text, Finding(None)
    count = read_count(clean(found["count"]))
    return (text[: found.start()], count) if count.value is not None else (text, Finding(None))


def _is_audience(found: re.Match[str], text: str) -> bool:
    """A bare number belongs to the name (``FM 98.5``, ``ช่อง 9``) unless it is large or counted."""
    count = found["count"]
    if _COUNTED.search(count) or "," in count or text[: found.end()].endswith(")"):
        return True
    if "." in count:
        return False
    kind, name = split_kind(text[: found.start()])
    return bool(kind and not name) or sum(map(str.isdigit, count)) >= _MANY_DIGITS


def _kind_of_url(url: str | None) -> str | None:
    if url is None:
        return None
    host = (urlsplit(url if "//" in url else f"https://{url}").hostname or "").lower()
    for known, kind in _HOSTS.items():
        if host == known or host.endswith(f".{known}"):
            return kind
    return "website"
