"""Which characters the project's typeface can show, read from the font file's ``cmap`` table.

PDF/A refuses a document with a character that has no glyph; a name with an emoji must not stop a
report, so such characters are replaced by a mark.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
MISSING = "?"
_PRIVATE = frozenset(range(0xE000, 0xF900))
_WINDOWS_BMP = (3, 1)
_SEGMENTED = 4
_INVISIBLE = frozenset("\n\t\u200b\u200c\u200d\u2060\u00ad\ufeff")


def showable(text: str) -> str:
    """Text in which every character that the typeface lacks is ``MISSING``."""
    known = _coverage()
    return "".join(char if ord(char) in known else _substitute(char) for char in text)


def _substitute(char: str) -> str:
    return char if char in "\n\t" else "" if char in _INVISIBLE else MISSING


@lru_cache(maxsize=1)
def _coverage() -> frozenset[int]:
    """Code points that every style of the typeface can show."""
    fonts = [frozenset(_code_points(path.read_bytes())) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*fonts) - _PRIVATE


def _code_points(font: bytes) -> Iterator[int]:
    """The code points in the format 4 subtable for Unicode's first plane."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, table + 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", font, table + 4 + 8 * index)
        start = table + offset
        (kind,) = struct.unpack_from(">H", font, start)
        if (platform, encoding) == _WINDOWS_BMP and kind == _SEGMENTED:
            yield from _segments(font, start)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no table {tag!r}")


def _segments(font: bytes, start: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", font, start + 6)
    ends = struct.unpack_from(f">{double // 2}H", font, start + 14)
    starts = struct.unpack_from(f">{double // 2}H", font, start + 16 + double)
    for first, last in zip(starts, ends, strict=True):
        yield from range(first, min(last, 0xFFFE) + 1)
