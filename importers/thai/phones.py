"""Telephone numbers: lost zeros, Thai digits, ``+66``, two in one cell, extensions and ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import arabic, clean, has_thai_digits, is_blank, to_text

REGION, COUNTRY = "TH", "66"
_MOBILE = re.compile(r"0?(?:6[1-6]|[89][0-9])-?[0-9]{3}-?[0-9]{4}")
"""A mobile number as most people write it; every one of them can be dialled."""
_LABEL = re.compile(r"(?:โทรศัพท์มือถือ|โทรศัพท์|มือถือ|เบอร์|โทร|tel|mobile|phone|call)\.?\s*:?\s*", re.I)
_ASIDE = re.compile(r"\([^0-9()]*\)|\.0(?=\s|$)")
_SEPARATOR = re.compile(r"\s*(?:[,;/\n]|\bและ\b|หรือ|และ|\s{2,})\s*")
_EXTENSION = re.compile(r"\s*(?:ต่อ|กด|ext\.?|#)\s*[:.]?\s*([0-9]{1,6})$", re.I)
_RANGE = re.compile(r"^(.*[0-9])\s*(?:-|–|ถึง)\s*([0-9]{1,2})$")
_LETTER_O = re.compile(r"(?<=[0-9oO\-\s+])[oO]|^[oO](?=[0-9oO\-\s])")
_NOT_DIGIT = re.compile(r"[^0-9+]")


@dataclass(frozen=True, slots=True)
class Phone:
    """A valid number as ten or nine digits with their zero, and its extension."""

    number: str
    extension: str = ""

    def __str__(self) -> str:
        return f"{self.number} ต่อ {self.extension}" if self.extension else self.number


def read_phones(cell: Cell) -> Finding[tuple[Phone, ...]]:
    """Read all numbers of a cell; one that is none refuses the whole cell."""
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    raw = to_text(cell)
    if _MOBILE.fullmatch(raw) and not raw.startswith(COUNTRY):
        number = f"0{raw.replace('-', '').removeprefix('0')}"
        remarks = () if raw.startswith("0") else (Remark(Code.PHONE_ZERO, number),)
        return Finding((Phone(number),), remarks)
    if is_blank(clean(raw)):
        return Finding(None)
    return _several(raw)


def _several(raw: str) -> Finding[tuple[Phone, ...]]:
    text = _ASIDE.sub("", _LABEL.sub("", arabic(raw)))
    phones: list[Phone] = []
    remarks = [Remark(Code.THAI_DIGITS)] if has_thai_digits(raw) else []
    for part in _parts(text):
        phone, found = _one(clean(part))
        if phone is None:
            return refuse(Code.PHONE_INVALID, text=clean(part))
        phones += [phone] if phone not in phones else []
        remarks += found
    if len(phones) > 1:
        remarks.append(Remark(Code.PHONE_SEVERAL, params={"count": len(phones)}))
    return Finding(tuple(phones), tuple(remarks))


def _parts(text: str) -> list[str]:
    parts = [part for part in _SEPARATOR.split(text.strip()) if part]
    if len(parts) == 1 and len(_NOT_DIGIT.sub("", text)) >= 18:
        matches = [m.raw_string for m in phonenumbers.PhoneNumberMatcher(text, REGION)]
        return matches if len(matches) > 1 else parts
    return parts


def _one(text: str) -> tuple[Phone | None, list[Remark]]:
    remarks: list[Remark] = []
    if _LETTER_O.search(text):
        text = _LETTER_O.sub("0", text)
        remarks.append(Remark(Code.PHONE_LETTER_O))
    extension = _EXTENSION.search(text)
    text = text[: extension.start()] if extension else text
    number = _valid(text)
    if number is None and (span := _RANGE.match(text)) and (number := _valid(span[1])):
        remarks.append(Remark(Code.PHONE_RANGE, number, {"text": text}))
    if number is None:
        return None, []
    if not text.lstrip("( ").startswith(("0", "+", COUNTRY)):
        remarks.append(Remark(Code.PHONE_ZERO, number))
    if extension:
        remarks.append(Remark(Code.PHONE_EXTENSION, params={"text": extension[1]}))
    return Phone(number, extension[1] if extension else ""), _with_number(remarks, number)


def _with_number(remarks: list[Remark], number: str) -> list[Remark]:
    return [Remark(r.code, r.proposal or number, r.params) for r in remarks]


def _valid(text: str) -> str | None:
    """The number in national digits if it can be dialled, else ``None``."""
    if re.search(r"[^0-9+\-–—.()\s]", text):
        return None
    digits = _NOT_DIGIT.sub("", text)
    if _MOBILE.fullmatch(digits):
        return f"0{digits.removeprefix('0')}"
    try:
        number = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 66 or not phonenumbers.is_valid_number(number):
        return None
    return f"0{number.national_number}"
