"""Widgets that clean a cell as a Django project would: digits, years, dates, names of places."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from datetime import date
from typing import Any

from django.db import connection
from import_export.widgets import Widget

ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
          "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")  # fmt: skip
BE_OFFSET = 543
CHANNELS = {"ไลน์กลุ่ม": "line_group", "เพจเฟซบุ๊ก": "facebook", "หอกระจายข่าว": "loudspeaker",
            "พบปะโดยตรง": "face_to_face"}  # fmt: skip
AGREED = {"ยินยอม": True, "ไม่ยินยอม": False}
KEY = "BENCH_MATCH_KEY"
"""The variable with the key, in hexadecimal, that hashes national IDs in the registry."""


class Words(Widget):
    """Text without blanks around it, nothing for an empty cell."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The text."""
        return str(value).strip() or None if value is not None else None


class Phone(Words):
    """Ten digits with a leading nought."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The digits."""
        return digits(value).zfill(10) if value else None


class ThirteenDigits(Words):
    """A national ID: thirteen digits whose last one is right."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The digits.

        Raises:
            ValueError: the check digit is wrong.
        """
        if not value:
            return None
        number = digits(value)
        weighed = sum(int(one) * (13 - place) for place, one in enumerate(number[:12]))
        if len(number) != 13 or (11 - weighed % 11) % 10 != int(number[12]):
            raise ValueError("the check digit of the national ID is wrong")
        return number


class NationalId(ThirteenDigits):
    """The keyed hash of a national ID."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The hash.

        Raises:
            ValueError: the check digit is wrong.
        """
        number = super().clean(value, row, **kwargs)
        return hashed(number) if number else None


class ChannelText(Words):
    """``ไลน์กลุ่มบ้านสมชาย 1,221 คน``: a kind, a name and how many people it reaches."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Kind, name and audience; none where nobody said.

        Raises:
            ValueError: there is no such kind.
        """
        name, _, audience = str(value).strip().removesuffix("คน").strip().rpartition(" ")
        kind = kind_of(name)
        if kind is None:
            raise ValueError(f"there is no channel like {value}")
        return kind, name, int(digits(audience)) if digits(audience) else None


class Agreed(Widget):
    """Whether somebody agreed; anything but a yes or a no is a question."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Yes, no, or None for an empty cell.

        Raises:
            ValueError: it is neither.
        """
        if not value:
            return None
        answer = AGREED.get(str(value).strip())
        if answer is None:
            raise ValueError(f"{value} is neither consent nor its refusal")
        return answer


class BuddhistYear(Widget):
    """A year B.E. as a year C.E."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The year."""
        return int(digits(value)) - BE_OFFSET if value else None


class BuddhistDate(Widget):
    """``07/03/2567`` or ``7 มี.ค. 67``."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The day."""
        day, month, year = re.split("[/ ]", str(value).translate(ARABIC))
        number = int(month) if month.isdigit() else MONTHS.index(month) + 1
        full = int(year) if len(year) == 4 else 2500 + int(year)
        return date(full - BE_OFFSET, number, int(day))


class Lookup(Words):
    """A code by a name in another table, all of which is read once; a mark before it is left off.

    Args:
        within: the column whose place this one lies in, where names alone are not unique.
    """

    def __init__(self, table: str, mark: str, parent: str = "", within: Lookup | None = None,
                 column: str = "") -> None:  # fmt: skip
        super().__init__()
        self.mark, self.within, self.column = mark, within, column
        with connection.cursor() as cursor:
            cursor.execute(f"select code, name_th, {parent or 'null'} from {table}")  # noqa: S608
            self.codes = {(above, name): code for code, name, above in cursor.fetchall()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The code.

        Raises:
            ValueError: there is no such name.
        """
        name = str(value).strip().removeprefix(self.mark)
        above = self.within.clean(row[self.column], row) if self.within else None
        code = self.codes.get((above, name))
        if code is None:
            raise ValueError(f"there is no {name}")
        return code


def hashed(number: str) -> str:
    """The keyed hash of a national ID, as the registry has it."""
    key = bytes.fromhex(os.environ[KEY])
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def kind_of(text: str) -> str | None:
    """The kind of channel that a text begins with."""
    return next((kind for name, kind in CHANNELS.items() if text.startswith(name)), None)


def digits(value: Any) -> str:
    """The digits of a cell, Arabic ones."""
    return re.sub(r"\D", "", str(value).translate(ARABIC))
