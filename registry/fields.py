"""What several forms share: days, numbers of records and pages, a token against sending twice."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import TextInput

from registry.periods.calendar import to_bangkok_date, utc_now

DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{4})-(\d{2})-(\d{2})")
TOKEN = re.compile("[0-9a-f]{32}")
BE_OFFSET = 543
FIRST_YEAR = 1900
"""No day of a member, a network or a message lies before this year (C.E.)."""


def read_day(text: str) -> date:
    """A day written ``15/1/2569`` (B.E.) or ``2026-01-15``; Thai digits are digits too.

    Raises:
        ValueError: it is no day; the sentence says how to write one.
    """
    found = DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(_("Write the date as day/month/year, for example 15/1/2569."))
    day, month, year, *iso = found.groups()
    numbers = [int(part) for part in (iso if iso[0] else (year, month, day))]
    if numbers[0] > 2400:
        numbers[0] -= BE_OFFSET
    if numbers[0] < FIRST_YEAR:
        raise ValueError(_("Write the year with four figures, for example 15/1/2569."))
    try:
        return date(*numbers)
    except ValueError:
        raise ValueError(_("%(text)s is not a day of the calendar.", text=text.strip())) from None


def read_id(text: str | None) -> int | None:
    """A number of a record or of its version, as an address or a form carries it, or None."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if good and text else None


def read_page(args: Mapping[str, str], name: str = "page") -> int:
    """The number of a page in the address, from 1; 1 for anything that is none."""
    text = args.get(name, "")
    return max(1, read_id(text) or 1) if len(text) < 7 else 1


def at_most(letters: int) -> Length:
    """A limit in the reader's language: the library's own sentences know no Thai."""
    return Length(max=letters, message=_l("At most %(max)d letters fit here; shorten it."))


def one_newline(text: str | None) -> str:
    """A filter: browsers send two letters for the end of a line, and their pages count one."""
    return (text or "").replace("\r\n", "\n")


class DayField(Field):
    """A day typed in the Buddhist era; keeps what was typed when it is wrong."""

    widget = TextInput()
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        example = {"placeholder": _l("e.g. 15/1/2569"), "inputmode": "numeric"}
        kwargs.setdefault("render_kw", example)
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return f"{self.data.day}/{self.data.month}/{self.data.year + BE_OFFSET}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; an empty field is no day."""
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = read_day(valuelist[0])


def not_past(_form: Any, field: Any) -> None:
    """A last day that can still come."""
    if field.data is not None and field.data < to_bangkok_date(utc_now()):
        raise ValidationError(_("This day lies in the past; write today or a later day."))


class TokenField(HiddenField):
    """A random text of 32 letters made with the blank form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=lambda: secrets.token_hex(16), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take a token of our own making; anything else is replaced."""
        given = valuelist[0] if valuelist else ""
        self.data = given if TOKEN.fullmatch(given) else secrets.token_hex(16)


class OnceForm(FlaskForm):
    """A form that makes one record however often it is sent: see the record's ``form_token``."""

    form_token = TokenField()
