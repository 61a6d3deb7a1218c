"""The one sanitiser: every cell of every file that leaves the system passes through here.

Typed-in text can carry formulas (``=HYPERLINK(…)``), control characters that make a whole
workbook unreadable, or more than a cell holds.  Numbers and dates stay numbers and dates.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from flask_babel import gettext as _

from registry.periods.calendar import bangkok

Cell = str | int | float | Decimal | bool | date | datetime | None


class Share(float):
    """A share between 0 and 1: a number as any other, which a workbook shows per cent."""


EXCEL_LIMIT = 32_767
EXACT = 10**15
"""From here on a workbook would round whole numbers."""
_TRIGGERS = frozenset("=+-@＝＋－＠\t\r\n")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n?|\u2028|\u2029")
_PASSED_OVER = " \u00a0\u00ad\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\"'"


def clean_text(text: str) -> str:
    """Text without control characters, halves of surrogate pairs and direction overrides.

    Line ends become ``\\n``; tabs stay.
    """
    return _FORBIDDEN.sub("", _LINE_END.sub("\n", text))


def starts_like_formula(text: str) -> bool:
    """Whether a spreadsheet may take it for a formula, also behind spaces or quotation marks."""
    return text[:1] in _TRIGGERS or text.lstrip(_PASSED_OVER)[:1] in _TRIGGERS


def fit_text(text: str, limit: int = EXCEL_LIMIT) -> str:
    """Text that a cell can hold, counted as Excel counts; a longer one is cut and says so."""
    if len(text) <= limit // 2 or units(text) <= limit:
        return text
    notice = " " + str(_("[cut here: the text is longer than a cell can hold]"))
    return cut_text(text, limit - units(notice)) + notice


def cut_text(text: str, most: int) -> str:
    """The beginning of a text, at most so many UTF-16 units long, as Excel and LINE count."""
    return text.encode("utf-16-le")[: most * 2].decode("utf-16-le", errors="ignore")


def units(text: str) -> int:
    """How long a text is in UTF-16 units: an emoji counts twice."""
    return len(text.encode("utf-16-le")) // 2


def workbook_cell(value: Cell | Enum) -> str | int | float | bool | date | datetime | None:
    """A value as a workbook takes it; strings must still be written *as strings*.

    Numbers that a workbook cannot hold exactly become text; what is no number becomes empty;
    moments become Bangkok's; days before 1900 become ISO text.

    Raises:
        TypeError: a value of any other kind, so that nothing is written by accident.
    """
    value = _plain(value)
    match value:
        case str():
            return _no_markup(fit_text(clean_text(value)))
        case bool() | None:
            return value
        case int():
            return value if abs(value) < EXACT else str(value)
        case datetime():
            local = bangkok(value).replace(tzinfo=None)
            return local if local.year >= 1900 else local.isoformat(" ", "minutes")
        case date():
            return value if value.year >= 1900 else value.isoformat()
    return value


def _no_markup(text: str) -> str:
    """xlsxwriter takes a text between ``<r>`` and ``</r>`` for markup of its own."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def csv_cell(value: Cell | Enum) -> str | int | float:
    """A value as CSV takes it: text that looks like a formula gets an apostrophe in front.

    Days are ISO 8601 (C.E.), moments ISO 8601 in Bangkok: CSV is read by machines.
    """
    value = _plain(value)
    match value:
        case str():
            text = fit_text(clean_text(value), EXCEL_LIMIT - 1)
            return f"'{text}" if starts_like_formula(text) else text
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return bangkok(value).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return value


def _plain(value: Cell | Enum) -> str | int | float | bool | date | datetime | None:
    """Enums by their value, decimals as floats, NaN and infinities as nothing."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | date):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written to a cell")
