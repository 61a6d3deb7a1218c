"""Sets of whole numbers as compressed bitmaps: their unions count things once, exactly."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap as BitMap


def packed(keys: Iterable[int]) -> bytes:
    """A set as bytes; keys are below 2³²."""
    return bytes(BitMap(keys).serialize())


def opened(data: bytes | None) -> BitMap:
    """The set that bytes stand for."""
    return BitMap.deserialize(bytes(data)) if data else BitMap()
