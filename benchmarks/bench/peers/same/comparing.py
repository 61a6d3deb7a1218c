"""How alike a row and a registered member are, by the rules of the registry; without Django."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rapidfuzz import fuzz, process

MAJORITY = 20
SIMILAR = 86
"""Likeness of names, 0–100, below which two names are different ones."""
LIKELY, SAME, IDENTICAL = 40, 95, 100
"""Scores from which somebody may be, is, and is by the national ID the same person."""
CONTACTS = ("phone", "line_id", "email")
CONTACT_POINTS, NAME_POINTS, SAME_YEAR, OTHER_YEAR = 45, 50, 15, -30


class Told(NamedTuple):
    """What a row says of who somebody is; ``digest`` is of the national ID."""

    digest: str | None
    phone: str | None
    line_id: str | None
    email: str | None
    name_key: str
    name_block: str
    province_code: str
    birth_year: int | None
    joined_on: date

    @property
    def minor(self) -> bool:
        """Whether somebody was below the age of majority on joining."""
        return bool(self.birth_year and self.joined_on.year - self.birth_year < MAJORITY)

    def identities(self) -> Iterator[tuple[str, ...]]:
        """What no second row of the file may say again."""
        if self.digest:
            yield "digest", self.digest
        for name in CONTACTS:
            if value := getattr(self, name):
                yield name, self.name_key, value


class Known(NamedTuple):
    """What the registry says of a member."""

    id: int
    national_id_hash: str | None
    phone: str | None
    line_id: str | None
    email: str | None
    name_key: str
    birth_year: int | None


class Match(NamedTuple):
    """A member who may be meant."""

    score: int
    id: int
    reasons: tuple[str, ...] = ()


NOBODY = Match(0, 0)


def best(told: Told, candidates: Iterable[Known]) -> Match:
    """The likeliest of some candidates; of two that are as likely the one registered first."""
    matches = (compare(told, known) for known in candidates)
    return max(matches, key=lambda match: (match.score, -match.id), default=NOBODY)


def compare(told: Told, known: Known) -> Match:
    """Score a candidate; two different national IDs are two people."""
    if told.digest and known.national_id_hash:
        equal = told.digest == known.national_id_hash
        return Match(IDENTICAL, known.id, ("national_id",)) if equal else NOBODY
    reasons = [
        name
        for name in CONTACTS
        if getattr(told, name) and getattr(told, name) == getattr(known, name)
    ]
    score = CONTACT_POINTS * len(reasons)
    years = told.birth_year, known.birth_year
    if likeness := fuzz.ratio(told.name_key, known.name_key, score_cutoff=SIMILAR):
        reasons.append("name")
        score += round(NAME_POINTS * likeness / 100)
        score += OTHER_YEAR if all(years) and years[0] != years[1] else 0
    if reasons and years[0] and years[0] == years[1]:
        reasons.append("birth_year")
        score += SAME_YEAR
    return Match(min(score, 99), known.id, tuple(reasons)) if score >= LIKELY else NOBODY


def similar(names: Sequence[str], known: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of names with the places of known names that are like them."""
    likeness = process.cdist(names, known, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    return zip(*(places.tolist() for places in likeness.nonzero()), strict=True)
