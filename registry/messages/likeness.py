"""When two pieces of evidence are the same or alike: keys of links, hashes of pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

LONGEST_KEY = 500
ALIKE = 6
"""Bits by which the difference hashes of two pictures that are alike may differ."""
BAND_BITS = 16
TRACKING = re.compile(
    "utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|ttclid|twclid|yclid|igshid|igsh|si|mibextid|"
    "rdid|_rdr|_rdc|mc_cid|mc_eid|feature",
    re.IGNORECASE,
)
"""Parameters of an address that say who shared it, not what it shows."""
_TWIN_HOST = re.compile(r"^(?:(?:www|m|mobile|web)\.)+(?=[^.]+\.)")


def link_key(link: str) -> str:
    """What is equal for links to the same post: no scheme, no tracking, one spelling of the host.

    A key longer than 500 letters is its hash.
    """
    parts = urlsplit(link.strip())
    host = _TWIN_HOST.sub("", (parts.hostname or "").rstrip("."))
    path = quote(unquote(parts.path), safe="/@:").rstrip("/")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    told = sorted((name, value) for name, value in asked if not TRACKING.fullmatch(name))
    key = f"{host}{path}?{urlencode(told)}" if told else f"{host}{path}"
    return key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()


def bands(dhash: str) -> tuple[int, ...]:
    """The four numbers of 16 bits of a difference hash."""
    return tuple(int(dhash[start : start + 4], 16) for start in range(0, 16, 4))


def near(band: int) -> list[int]:
    """A band and those that differ from it in one bit.

    Of four bands with at most seven differing bits one differs in at most one bit, so that a
    search through these misses no picture that is alike.
    """
    return [band, *(band ^ (1 << bit) for bit in range(BAND_BITS))]


def distance(one: str, other: str) -> int:
    """How many of the 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def nearest(dhash: str, candidates: Sequence[tuple[int, str]]) -> tuple[int, int] | None:
    """Of pictures (id, hash) the one most alike, the earliest of equals: its id and distance."""
    found = [(distance(dhash, other), item_id) for item_id, other in candidates]
    bits, item_id = min(found, default=(ALIKE + 1, 0))
    return (item_id, bits) if bits <= ALIKE else None
