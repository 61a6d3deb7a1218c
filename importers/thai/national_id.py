"""The thirteen digits of a national ID."""

from __future__ import annotations

import re
from operator import mul

from stdnum.exceptions import ValidationError
from stdnum.th import pin

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import arabic, clean, has_thai_digits, is_blank, to_text

LENGTH = 13
_PUNCTUATION = re.compile(r"[\s\-–—._/]")
_DIGITS = re.compile(r"[0-9]+")
_PLAIN = re.compile(r"[1-8][0-9]{12}|[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]")
"""As nearly all people write it; what follows the general rules takes ten times as long."""
_WEIGHTS = range(LENGTH, 1, -1)
_SHORTENED = re.compile(r"^[0-9](\.[0-9]+)?e\+?[0-9]+$", re.IGNORECASE)


def read_national_id(cell: Cell) -> Finding[str]:
    """Read a national ID and check its last digit; remarks never repeat the number itself."""
    if type(cell) is str and _PLAIN.fullmatch(cell) and _fits(number := cell.replace("-", "")):
        return Finding(number)
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    raw = clean(to_text(cell))
    if is_blank(raw):
        return Finding(None)
    text = arabic(raw)
    if _SHORTENED.match(text):
        return refuse(Code.NATIONAL_ID_SHORTENED)
    number = _PUNCTUATION.sub("", text)
    if not _DIGITS.fullmatch(number):
        return refuse(Code.NATIONAL_ID_LETTERS)
    if len(number) != LENGTH:
        return refuse(Code.NATIONAL_ID_LENGTH, count=len(number))
    if number.startswith("0"):
        return refuse(Code.NATIONAL_ID_TYPE_0)
    try:
        pin.validate(number)
    except ValidationError:
        return refuse(Code.NATIONAL_ID_CHECKSUM)
    return Finding(number, (Remark(Code.THAI_DIGITS),) if has_thai_digits(raw) else ())


def _fits(number: str) -> bool:
    """Whether the last of thirteen digits is the one that the others give."""
    total: int = sum(map(mul, _WEIGHTS, map(int, number)))
    return (11 - total % 11) % 10 == int(number[-1])
