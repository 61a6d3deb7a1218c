"""Names of people who do not exist: those of Faker and syllables put together, in any pairing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from faker.providers.person.th_TH import Provider

from benchmarks.bench.people import ENDINGS, FAMILY, FIRST, SECOND, TITLES
from benchmarks.simulate.columns import Array
from registry.members import normalise

ORGANISATIONS = ("สถานีวิทยุชุมชน", "หนังสือพิมพ์", "โรงเรียน", "องค์การบริหารส่วนตำบล", "สมาคม")
ANY = "ก"


@dataclass(frozen=True)
class Pool:
    """Words, and the parts of ``search_text``, ``name_key`` and ``name_block`` that each gives."""

    words: Array
    search: Array
    keys: Array
    blocks: Array

    def __len__(self) -> int:
        return len(self.words)


def _pool(words: set[str], block: int) -> Pool:
    """A pool, in the order of the words.

    Args:
        block: the letter of the block that the words give: 0 of first names, 1 of surnames.
    """
    ordered = sorted(normalise.clean(word) for word in words)
    pairs = [(word, ANY) if block == 0 else (ANY, word) for word in ordered]
    texts = (
        ordered,
        [normalise.search_key(word) for word in ordered],
        [normalise.key(word) for word in ordered],
        [normalise.name_keys(*pair)[1][block] for pair in pairs],
    )
    return Pool(*(np.array(text, dtype=object) for text in texts))


@cache
def first_names() -> Pool:
    """First names."""
    made = {one + two + more for one in FIRST for two in SECOND for more in ("", *SECOND)}
    return _pool({*Provider.first_names, *made}, 0)


@cache
def surnames() -> Pool:
    """Surnames."""
    ends = {end + more for end in ENDINGS for more in (*ENDINGS, *FAMILY)}
    return _pool({*Provider.last_names, *(family + end for family in FAMILY for end in ends)}, 1)


@cache
def organisations() -> Pool:
    """Whole names of organisations, which have no surname."""
    names = {kind + name for kind in ORGANISATIONS for name in Provider.last_names}
    ordered = sorted(normalise.clean(name) for name in names)
    texts = (
        ordered,
        [normalise.search_key(name) for name in ordered],
        [normalise.name_keys(name, None)[0] for name in ordered],
        [normalise.name_keys(name, None)[1] for name in ordered],
    )
    return Pool(*(np.array(text, dtype=object) for text in texts))


__all__ = ["TITLES", "Pool", "first_names", "organisations", "surnames"]
