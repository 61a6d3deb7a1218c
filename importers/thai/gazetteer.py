"""Provinces, districts and subdistricts by any spelling that people use, and the nearest ones."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib import resources

import geothai
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from importers.thai.text import clean, key

_PREFIX = re.compile(
    r"^(?:จังหวัด|จ\.|จว\.|จ\s|อำเภอ|กิ่งอำเภอ|กิ่ง อ\.|อ\.|อ\s|เขต|ตำบล|ต\.|ต\s|แขวง|province of)\s*"
)
_SUFFIXES = ("province", "district", "(จังหวัด)")
_CAPITAL = {"เมือง", "mueang", "muang", "ในเมือง"}
NEAR, ASK, GAP = 86, 55, 4
Code = str


@lru_cache(maxsize=20_000)
def place_key(text: str) -> str:
    """A place's name for comparing: without ``จังหวัด``, ``อ.``, ``แขวง`` and the like."""
    text = clean(text)
    bare = _without_suffix(_PREFIX.sub("", text))
    bare = _PREFIX.sub("", bare) or bare  # people write อ.เขตดินแดง
    return key(bare or text)


def _without_suffix(text: str) -> str:
    small = text.lower()
    suffix = next((suffix for suffix in _SUFFIXES if small.endswith(suffix)), "")
    return text[: len(text) - len(suffix)].strip()


@lru_cache(maxsize=1)
def provinces() -> dict[str, Code]:
    """Codes of provinces by every known spelling's key."""
    found = {}
    for province in geothai.provinces():
        for name in (province.name_th, province.name_en):
            found[place_key(name)] = province.code
    path = resources.files("registry.geography") / "data" / "province_aliases.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()):
        found.setdefault(place_key(row["alias"]), row["province_code"])
    return found


@lru_cache(maxsize=2_000)
def is_official(text: str, province: Code) -> bool:
    """Whether a text is the province's own name, not a nickname or a known misspelling."""
    own = geothai.province(province)
    return own is not None and place_key(text) in {place_key(own.name_th), place_key(own.name_en)}


@lru_cache(maxsize=77)
def districts(province: Code) -> dict[str, Code]:
    """Codes of a province's districts by key; ``เมือง`` alone is the capital's."""
    found = {}
    for row in geothai.districts(province):
        for name in (row.name_th, row.name_en):
            found[place_key(name)] = row.code
        if row.name_th.startswith("เมือง") and row.code.endswith("01"):
            found.update((place_key(name), row.code) for name in _CAPITAL)
    return found


@lru_cache(maxsize=1_000)
def subdistricts(district: Code) -> dict[str, Code]:
    """Codes of a district's subdistricts by key."""
    return {
        place_key(name): row.code
        for row in geothai.subdistricts(district)
        for name in (row.name_th, row.name_en)
    }


@lru_cache(maxsize=1)
def districts_anywhere() -> dict[str, list[Code]]:
    """Codes of all districts by key, for rows that name no province."""
    found: dict[str, list[Code]] = {}
    capital = {place_key(name) for name in _CAPITAL}
    for province in geothai.provinces():
        for name, code in districts(province.code).items():
            if name not in capital:
                found.setdefault(name, []).append(code)
    return found


def nearest(text: str, names: dict[str, Code], limit: int = 3) -> list[tuple[Code, float]]:
    """The likeliest codes with their scores (0–100), best first, each code once."""
    hits = process.extract(
        place_key(text), names.keys(), scorer=fuzz.ratio, limit=limit * 3, score_cutoff=ASK
    )
    best: dict[Code, float] = {}
    for name, score, _ in hits:
        best.setdefault(names[name], score)
    return sorted(best.items(), key=lambda hit: -hit[1])[:limit]


def one_near(text: str, names: dict[str, Code], hits: list[tuple[Code, float]]) -> Code | None:
    """The one code that is surely meant: very near, and clearly nearer than the next."""
    if not hits or (len(hits) > 1 and hits[0][1] - hits[1][1] < GAP):
        return None
    wanted, (code, score) = place_key(text), hits[0]
    slip = len(wanted) >= 4 and any(
        Levenshtein.distance(wanted, name) == 1 for name, known in names.items() if known == code
    )
    return code if slip or score >= NEAR else None


@lru_cache(maxsize=10_000)
def name_of(code: Code) -> str:
    """The Thai name of a province (2 digits), district (4) or subdistrict (6), without ``เขต``."""
    lookup = {2: geothai.province, 4: geothai.district, 6: geothai.subdistrict}
    place = lookup[len(code)](code)
    return place.name_th.removeprefix("เขต") if place else code


@lru_cache(maxsize=10_000)
def postcodes_of(subdistrict: Code) -> tuple[str, ...]:
    """Postcodes in use in a subdistrict."""
    place = geothai.subdistrict(subdistrict)
    return place.postal_codes if place else ()
