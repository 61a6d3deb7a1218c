"""Names of people in one cell or several; names of organisations told from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import clean, is_blank, lines, to_text
from importers.thai.titles import DATA, is_religious, split_title

_NICKNAME = re.compile(r"\s*[(（]\s*(?:ชื่อเล่น\s*)?([^)）]*)[)）]\s*")
_NUMBERING = re.compile(r"^[0-9๐-๙]{1,4}\s*[.)]\s*")
_BETWEEN_PEOPLE = re.compile(r"\s*(?:,|;|/|\s+และ\s*|\s+กับ\s+)\s*")


@dataclass(frozen=True)
class Name:
    """A person's name; ``aside`` is what stood in brackets (a nickname, say)."""

    title: str
    first: str
    last: str
    aside: str = ""


def read_name(cell: Cell) -> Finding[Name]:
    """Read a whole name from one cell: title, name, surname."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    parts = lines(to_text(cell))
    text = " ".join(parts)
    if is_blank(text):
        return Finding(None)
    if people(parts) > 1:
        return refuse(Code.SEVERAL_MEMBERS, text=text[:120])
    aside = " ".join(found.strip() for found in _NICKNAME.findall(_without_rank_note(text)))
    bare = _NUMBERING.sub("", _drop_aside(text))
    titled = split_title(bare)
    first, _, last = titled.rest.partition(" ")
    return _finding(Name(titled.title, first, last.strip(), aside), glued=titled.glued)


def people(parts: list[str]) -> int:
    """How many people the lines of a name cell hold, told by their titles."""
    pieces = [piece for part in parts for piece in _BETWEEN_PEOPLE.split(part)]
    if len(pieces) <= 1:
        return 1
    named = [piece for piece in pieces if _begins_a_name(piece)]
    return max(1, len(named))


def _begins_a_name(piece: str) -> bool:
    titled = split_title(_NUMBERING.sub("", piece))
    return bool(titled.title and titled.rest)


def _finding(name: Name, *, glued: bool) -> Finding[Name]:
    remarks = []
    if glued:
        parts = (name.title, name.first, name.last)
        remarks.append(Remark(Code.TITLE_SPLIT, " | ".join(part for part in parts if part)))
    if not name.last and not is_religious(name.title):
        remarks.append(Remark(Code.SURNAME_MISSING))
    return Finding(name, tuple(remarks))


def _without_rank_note(text: str) -> str:
    return re.sub(r"\(\s*หญิง\s*\)", "", text)


def _drop_aside(text: str) -> str:
    kept = re.sub(r"\s*\(\s*หญิง\s*\)", " หญิง ", text)
    return clean(_NICKNAME.sub(" ", kept))


@lru_cache(maxsize=1)
def _organisation_words() -> tuple[str, ...]:
    text = (DATA / "organisation_words.txt").read_text(encoding="utf-8")
    return tuple(text.split())


def looks_like_organisation(text: str) -> bool:
    """Whether a name is that of an organisation (``เทศบาล…``, ``วิทยุชุมชน…``)."""
    return not split_title(text).title and text.startswith(_organisation_words())
