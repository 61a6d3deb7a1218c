"""What people type, as it is kept: one spelling per name, number and year.

Everything that compares members (search, duplicates, imports) uses these functions, so that two
ways of typing the same thing meet.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import phonenumbers
from flask_babel import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.th import pin

from registry.errors import Refused
from registry.periods.wording import BE_OFFSET
from registry.thai import leading_vowels_behind

os.environ.setdefault("PYTHAINLP_DATA", os.path.join(tempfile.gettempdir(), "sang-pythainlp"))

NAMES = ("title", "first_name", "last_name", "organisation")
OLDEST = 110
"""Years of age beyond which a year of birth is a mistake."""

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI_DIGIT = re.compile("[๐-๙]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[\s\u00a0]+")
_MARK = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_OUT_OF_ORDER = re.compile(
    f"เเ|\u0e4d|\u0e45|[\u0e47-\u0e4e][{_MARK}]|([\u0e30-\u0e3a\u0e40-\u0e4e])\\1"
    f"|[ะาำ][{_MARK}]|(?:^| )[{_MARK}]"
)
"""What the (slow) normaliser would change; most names have none of it."""
_UNTIDY = re.compile(rf"[^\S ]|  |^ | $|{_INVISIBLE.pattern}|{_OUT_OF_ORDER.pattern}")
"""What cleaning may change; most texts have none of it."""
_NOISE = re.compile(r"[\s().,:;/\\*'\"“”‘’\-–—_+&|\[\]{}?!]+")
_ALIKE = str.maketrans("ศษณญธฑฒถฐฎฏภผฆขฬ", "สสนยทททททดตพพคคล")
_NOT_DIGIT = re.compile(r"[^0-9]")


def clean(text: str) -> str:
    """One line without invisible letters or runs of spaces, Thai vowels and tones in order."""
    if not _UNTIDY.search(text):
        return text
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()
    return _in_order(text) if _OUT_OF_ORDER.search(text) else text


def _in_order(text: str) -> str:
    from pythainlp.util import normalize

    return str(normalize(text)).strip()


def arabic(text: str) -> str:
    """The same text with Thai digits written 0–9."""
    return text.translate(_DIGITS) if _THAI_DIGIT.search(text) else text


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """A form for comparing and sorting only.

    Lower case, no spaces, no punctuation, and each leading vowel behind its consonant: the
    order of code points is then the order of a Thai dictionary (tone marks aside).
    """
    return leading_vowels_behind(_NOISE.sub("", arabic(clean(text)).lower()))


@lru_cache(maxsize=64)
def derived(
    title: str | None, first_name: str, last_name: str | None, organisation: str | None
) -> Mapping[str, str]:
    """The columns made from a member's names: ``search_text``, ``name_key``, ``name_block``."""
    whole = " ".join(filter(None, (f"{title or ''}{first_name}", last_name, organisation)))
    name, block = name_keys(first_name, last_name)
    return MappingProxyType(
        {"search_text": search_key(whole)[:600], "name_key": name, "name_block": block}
    )


@lru_cache(maxsize=1_000)
def name_keys(first_name: str, last_name: str | None) -> tuple[str, str]:
    """``name_key`` and ``name_block`` of a name.

    The block is the first letter of the name and of the surname, letters that sound alike
    being one; an organisation has the first two letters of its name.
    """
    first, last = key(first_name), key(last_name or "")
    block = (first[:1] + last[:1]) if last else first[:2]
    return f"{first} {last}".strip()[:200], block.translate(_ALIKE)


def names_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """``name_key`` and ``name_block`` of a member's values by field name.

    Empty where a person has no surname yet: half a name is nobody's.
    """
    last = values.get("last_name")
    if not last and values.get("kind") != "organisation":
        return "", ""
    return name_keys(values.get("first_name") or "", last)


def search_key(text: str) -> str:
    """A form in which parts of names are looked for."""
    return arabic(clean(text)).lower()


def phone(text: str) -> str:
    """A Thai number as its national digits: ``0812345678``.

    Raises:
        Refused: nobody can dial it.
    """
    digits = arabic(clean(text))
    try:
        number = phonenumbers.parse(re.sub(r"[^0-9+]", "", digits), "TH")
    except phonenumbers.NumberParseException:
        number = None
    letters = re.search(r"[^0-9+\-–—.()\s]", digits)
    if letters or not number or number.country_code != 66 or not _dialable(number):
        raise Refused(
            _(
                "“%(text)s” is not a Thai telephone number; write nine or ten digits "
                "such as 081-234-5678.",
                text=text[:40],
            )
        )
    return f"0{number.national_number}"


def _dialable(number: phonenumbers.PhoneNumber) -> bool:
    return bool(phonenumbers.is_valid_number(number))


def national_id(text: str, *, reason: str = "") -> str:
    """Thirteen digits; a reason lets a number through whose check digit does not fit.

    Raises:
        Refused: not thirteen digits, or the check digit is wrong and no reason was given; the
            sentence never repeats the number.
    """
    digits = re.sub(r"[\s\-–—._/]", "", arabic(clean(text)))
    if _NOT_DIGIT.search(digits) or len(digits) != 13:
        raise Refused(
            _("A national ID has 13 digits; check the number on the card and type it again.")
        )
    try:
        return str(pin.validate(digits))
    except ValidationError:
        if reason:
            return digits
        raise Refused(
            _(
                "The last digit of this national ID does not fit the others; check the number, "
                "or give a reason if the card really shows it."
            )
        ) from None


def birth_year(text: str, today: date) -> int:
    """A year of birth in C.E.; typed in B.E. (as people do) or C.E., in any digits.

    Raises:
        Refused: not a year in which somebody alive can have been born.
    """
    digits = arabic(clean(text)).removeprefix("พ.ศ.").strip()
    year = int(digits) if re.fullmatch("[0-9]{4}", digits) else 0
    year = year - BE_OFFSET if year >= 2400 else year
    if not today.year - OLDEST <= year <= today.year:
        raise Refused(
            _(
                "“%(text)s” is not a year of birth; write the Buddhist year with four digits, "
                "such as 2530.",
                text=text[:40],
            )
        )
    return year


def line_id(text: str) -> str:
    """A LINE ID: no spaces, lower case."""
    return _SPACES.sub("", arabic(clean(text))).lower()


def email(text: str) -> str:
    """An e-mail address in lower case.

    Raises:
        Refused: it is not one.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(clean(text), check_deliverability=False)
    except EmailNotValidError:
        raise Refused(
            _("“%(text)s” is not an e-mail address; check the spelling.", text=text[:80])
        ) from None
    return found.normalized.lower()
