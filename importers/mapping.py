"""Which field each column holds, told from its header with a confidence."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from importers.fields import SEVERAL, Field
from importers.reading.grid import column_letter
from importers.thai.channels import kind_of
from importers.thai.text import key

DATA = Path(__file__).parent / "data"
SURE = 0.75
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]|\*+")
_SOMEBODY_ELSE = (
    "ผู้ปกครอง", "ผู้แนะนำ", "ผู้รับรอง", "ติดต่อฉุกเฉิน", "กรณีฉุกเฉิน", "อ้างอิง", "คู่สมรส", "เจ้าหน้าที่ผู้", "ผู้บันทึก",
)  # fmt: skip
_SHORTEST_PART = 4
_BORN = "เกิด"
"""A header that speaks of birth is about nothing else, however much of another it holds."""
_SURNAME = "ชื่อสกุล"
_F = Field
_UNDER: dict[Field, dict[str, Field]] = {
    _F.CHANNELS: {
        "ชื่อ": _F.CHANNEL_NAME,
        "ชื่อเพจ": _F.CHANNEL_NAME,
        "ชื่อกลุ่ม": _F.CHANNEL_NAME,
        "ประเภท": _F.CHANNEL_KIND,
        "ชนิด": _F.CHANNEL_KIND,
        "ช่องทาง": _F.CHANNEL_KIND,
        "จำนวน": _F.AUDIENCE,
        "คน": _F.AUDIENCE,
    },
    _F.NETWORK: {"ชื่อ": _F.NETWORK, "ประเภท": _F.NETWORK_TYPE},
    _F.ORGANISATION: {"ชื่อ": _F.ORGANISATION},
    _F.ACTIVITY: {"ชื่อ": _F.ACTIVITY, "วันที่": _F.JOINED_ON},
    _F.BIRTH_DATE: {
        "วัน": _F.BIRTH_DATE,
        "วันที่": _F.BIRTH_DATE,
        "เดือน": _F.BIRTH_DATE,
        "ปี": _F.BIRTH_DATE,
        "พศ": _F.BIRTH_DATE,
        "ปีพศ": _F.BIRTH_DATE,
    },
    _F.JOINED_ON: {
        "วัน": _F.JOINED_DAY,
        "วันที่": _F.JOINED_DAY,
        "เดือน": _F.JOINED_MONTH,
        "ปี": _F.JOINED_YEAR,
        "พศ": _F.JOINED_YEAR,
        "ปีพศ": _F.JOINED_YEAR,
    },
}
"""What a short header means below a wider one."""


@dataclass(frozen=True)
class Column:
    """A column: where it is, its header, and what it was taken for.

    Attributes:
        field: ``None`` when unknown or sensitive.
        kind: code of ``ChannelKind`` for a column about one kind of channel.
        sensitive: category of personal data that may not be taken, or an empty text.
    """

    index: int
    header: str
    field: Field | None = None
    confidence: float = 0.0
    kind: str | None = None
    sensitive: str = ""

    @property
    def letter(self) -> str:
        """The letters that Excel shows."""
        return column_letter(self.index)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for storing and for the mapping screen."""
        return {
            "index": self.index,
            "letter": self.letter,
            "header": self.header,
            "field": self.field.value if self.field else None,
            "sure": self.sure,
            "sensitive": self.sensitive,
        }

    @property
    def sure(self) -> bool:
        """Whether the header says clearly enough what the column holds."""
        return self.confidence >= SURE


@lru_cache(maxsize=2)
def words_of(name: str) -> dict[str, str]:
    """Keys of the words in a data file, with what each stands for."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {key(word): target for target, words in rows for word in words.split("|")}


def read_column(index: int, levels: tuple[str, ...]) -> Column:
    """What a column holds, from its header's texts from the widest to the narrowest."""
    header = " / ".join(levels)
    found = _meaning(levels)
    return replace(found, index=index, header=header)


@lru_cache(maxsize=5_000)
def _meaning(levels: tuple[str, ...]) -> Column:
    whole = " ".join(levels)
    blank = Column(0, whole)
    if not levels or any(word in whole for word in _SOMEBODY_ELSE):
        return blank
    if category := _sensitive(whole):
        return replace(blank, sensitive=category)
    if len(levels) > 1 and (found := _under(levels)):
        return found
    field, confidence = _best(whole, levels[-1])
    channel = _channel(levels)
    if channel and confidence < 0.9:
        return channel
    if field is None and len(levels) > 1:
        field, confidence = _alias(levels[0])
        confidence *= 0.8
    return replace(blank, field=field, confidence=confidence) if field else blank


def _sensitive(text: str) -> str:
    words = words_of("sensitive.csv")
    wanted = key(text)
    for word, category in words.items():
        if word == wanted or (len(word) >= _SHORTEST_PART and word in wanted):
            return category
    return ""


def _under(levels: tuple[str, ...]) -> Column | None:
    """A short header below a wider one: ``ช่องทาง`` over ``ชื่อ``, ``Facebook`` over ``ผู้ติดตาม``."""
    parent, leaf = levels[-2], key(_BRACKETS.sub("", levels[-1])) or key(levels[-1])
    about, _ = _alias(parent)
    kind = kind_of(parent) if about in (None, _F.CHANNELS) else None
    if kind:
        about = _F.CHANNELS
    if about is None:
        return None
    field = _short(about).get(leaf)
    if field is None and about is _F.CHANNELS:
        own, _ = _alias(levels[-1])
        field = own if own in (_F.AUDIENCE, _F.CHANNEL_URL, _F.CHANNEL_NAME) else None
        if field is None and not kind and (kind := kind_of(levels[-1])):
            field = _F.CHANNELS
    return Column(0, "", field, 0.95, kind) if field else None


@cache
def _short(about: Field) -> dict[str, Field]:
    return {key(word): field for word, field in _UNDER.get(about, {}).items()}


def _channel(levels: tuple[str, ...]) -> Column | None:
    """A column whose header is a kind of channel: ``เพจเฟซบุ๊ก``, ``กลุ่มไลน์ (จำนวนสมาชิก)``."""
    kind = kind_of(_BRACKETS.sub("", levels[-1])) or kind_of(levels[-1])
    return Column(0, "", _F.CHANNELS, 0.9, kind) if kind else None


def _best(whole: str, leaf: str) -> tuple[Field | None, float]:
    for text, weight in ((whole, 1.0), (leaf, 0.96)):
        field, confidence = _alias(text)
        if field:
            return field, confidence * weight
    return _near(leaf)


def _alias(text: str) -> tuple[Field | None, float]:
    words = words_of("headers.csv")
    for candidate, confidence in ((text, 1.0), (_BRACKETS.sub("", text), 0.97)):
        if field := words.get(key(candidate)):
            return Field(field), confidence
    return None, 0.0


def _near(text: str) -> tuple[Field | None, float]:
    """A header that contains a known word, or is nearly one."""
    words, wanted = words_of("headers.csv"), key(_BRACKETS.sub("", text))
    inside = [word for word in words if len(word) >= _SHORTEST_PART and word in wanted]
    if _BORN in wanted:
        inside = [word for word in inside if words[word].startswith("birth")]
    if inside:
        likely = max(inside, key=lambda word: (wanted.startswith(word), len(word)))
        if len(likely) * 2 >= len(wanted):
            return Field(words[likely]), 0.8
    hit = process.extractOne(wanted, words.keys(), scorer=fuzz.ratio, score_cutoff=85)
    return (Field(words[hit[0]]), 0.7) if hit and len(wanted) >= _SHORTEST_PART else (None, 0.0)


def settle(columns: list[Column]) -> list[Column]:
    """Give each field to one column, where several claim it, and see ``ชื่อ`` for what it is.

    A lone ``ชื่อ`` without ``นามสกุล`` holds the whole name.
    """
    best: dict[Field, Column] = {}
    for column in columns:
        if column.field and column.field not in SEVERAL:
            rival = best.get(column.field)
            if rival is None or column.confidence > rival.confidence:
                best[column.field] = column
    kept = [
        column
        if column.field is None or column.field in SEVERAL or best[column.field] is column
        else replace(column, field=None, confidence=0.0)
        for column in columns
    ]
    return _whole_names(_days(_surnames(_bangkok(kept))))


def _surnames(columns: list[Column]) -> list[Column]:
    """Right of ``ชื่อ`` (or ``ชื่อตัว``), the word ``ชื่อสกุล`` means the surname alone."""
    if _F.LAST_NAME in {column.field for column in columns}:
        return columns
    given = {column.index for column in columns if column.field is _F.FIRST_NAME}
    return [
        replace(column, field=_F.LAST_NAME)
        if column.index - 1 in given and column.header.split(" / ")[-1].strip() == _SURNAME
        else column
        for column in columns
    ]


def _days(columns: list[Column]) -> list[Column]:
    """Left of a month and a year, the word ``วันที่`` means the day of the month alone."""
    parts = {column.index for column in columns if column.field is _F.JOINED_MONTH}
    if not parts or _F.JOINED_YEAR not in {column.field for column in columns}:
        return columns
    return [
        replace(column, field=_F.JOINED_DAY)
        if column.field is _F.JOINED_ON and column.index + 1 in parts
        else column
        for column in columns
    ]


def _bangkok(columns: list[Column]) -> list[Column]:
    """Beside ``แขวง``, the word ``เขต`` means a district of Bangkok, not a zone."""
    fields = {column.field for column in columns}
    if _F.DISTRICT in fields or not any("แขวง" in column.header for column in columns):
        return columns
    return [
        replace(column, field=_F.DISTRICT) if column.field is _F.ZONE else column
        for column in columns
    ]


def _whole_names(columns: list[Column]) -> list[Column]:
    fields = {column.field for column in columns}
    if _F.FIRST_NAME not in fields or _F.LAST_NAME in fields:
        return columns
    taken = _F.FULL_NAME in fields
    return [
        replace(column, field=None if taken else _F.FULL_NAME)
        if column.field is _F.FIRST_NAME
        else column
        for column in columns
    ]
