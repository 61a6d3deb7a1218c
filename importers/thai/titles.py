"""Titles and ranks before a name: the longest first, glued or not, with dots or without."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
_STARTS_A_NAME = re.compile(r"[ก-ฮ](?!์)|[เแโใไA-Za-z]")
_FEMALE = r"(?P<female>\s*\(?\s*หญิง(?:\s*\))?)?"
_NEVER_GLUED = {"คุณ", "อ.", "หม่อม", "พระ"}
_RELIGIOUS = ("พระ", "สามเณร", "แม่ชี")


@dataclass(frozen=True)
class Titled:
    """A name without its title; ``glued`` when no space stood between them."""

    title: str
    rest: str
    glued: bool = False


@lru_cache(maxsize=20_000)
def split_title(text: str) -> Titled:
    """Take the longest title off a cleaned name; a word that only looks like one stays."""
    for pattern, title in _patterns().get(text[:1].lower(), ()):
        found = pattern.match(text)
        if not found:
            continue
        rest = text[found.end() :]
        if not rest.strip():
            return Titled(_written(title, found), "")
        if _is_title(title, found, rest):
            return Titled(_written(title, found), rest.strip(), glued=not rest.startswith(" "))
    return Titled("", text)


def is_religious(title: str) -> bool:
    """Whether people with this title often have no surname."""
    return title.startswith(_RELIGIOUS)


def canonical_title(text: str) -> str:
    """A title column's text in its usual form; unknown ones stay as written."""
    found = split_title(text)
    return found.title if found.title and not found.rest else text


def _is_title(title: str, found: re.Match[str], rest: str) -> bool:
    if rest.startswith(" "):
        return True
    dotted = found.group().rstrip().endswith((".", ")", "ฯ"))
    if title in _NEVER_GLUED or (found.group().isascii() and not dotted):
        return dotted and title not in _NEVER_GLUED
    return bool(_STARTS_A_NAME.match(rest))


def _written(title: str, found: re.Match[str]) -> str:
    if "หญิง" in title or not found["female"]:
        return title
    return f"{title} หญิง"


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Patterns with their titles by first letter, the longest first."""
    with (DATA / "titles.csv").open(encoding="utf-8", newline="") as file:
        pairs = [
            (variant, row["title"].split(" (")[0])
            for row in csv.DictReader(file)
            for variant in row["variants"].split("|")
        ]
    pairs.sort(key=lambda pair: len(pair[0]), reverse=True)
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for variant, title in pairs:
        pattern = re.compile(_loose(variant), re.IGNORECASE)
        found.setdefault(variant[0], []).append((pattern, title))
    return found


def _loose(variant: str) -> str:
    """A pattern that allows spaces after dots and between the words, and ``(หญิง)`` after ranks."""
    letters = "".join(
        r"\.\s*" if letter == "." else r"\s*" if letter == " " else re.escape(letter)
        for letter in variant.rstrip(".")
    )
    if variant == "นางสาว":
        letters = r"นาง\s?สาว"
    if variant.isascii():
        return rf"{letters}(?:\.|(?=\s)|$)(?P<female>(?!))?"
    end = r"\s*\." if variant.endswith(".") else ""
    return rf"{letters}{end}{_FEMALE if _may_be_female(variant) else '(?P<female>(?!))?'}"


def _may_be_female(variant: str) -> bool:
    return not variant.startswith(("นาย", "นาง", "เด็ก", "ด.ช", "ด.ญ", "พระ", "คุณ", "น.ส", "แม่"))
