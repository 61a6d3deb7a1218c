"""How days and periods are written for people: Buddhist years, Thai and English."""

from __future__ import annotations

from datetime import date

BE_OFFSET = 543
THAI_MONTHS = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
THAI_SHORT = [
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
]
ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
ENGLISH_SHORT = [name[:3] for name in ENGLISH_MONTHS]

_MONTHS = {
    ("th", "long"): THAI_MONTHS,
    ("th", "short"): THAI_SHORT,
    ("en", "long"): ENGLISH_MONTHS,
    ("en", "short"): ENGLISH_SHORT,
}
_PERIODS = {
    ("th", "long"): {
        "month": "{month} {year}",
        "quarter": "ไตรมาส {number} ปีงบประมาณ {year}",
        "half": "{half} ปีงบประมาณ {year}",
        "year": "ปีงบประมาณ {year}",
    },
    ("th", "short"): {
        "month": "{month} {two_digits}",
        "quarter": "ไตรมาส {number}/{year}",
        "half": "{half}/{year}",
        "year": "ปีงบฯ {year}",
    },
    ("en", "long"): {
        "month": "{month} {year} B.E.",
        "quarter": "Quarter {number}, fiscal year {year} B.E.",
        "half": "{half}, fiscal year {year} B.E.",
        "year": "Fiscal year {year} B.E.",
    },
    ("en", "short"): {
        "month": "{month} {year}",
        "quarter": "Q{number}/{year}",
        "half": "H{number}/{year}",
        "year": "FY {year}",
    },
}
_HALVES = {"th": ("ครึ่งปีแรก", "ครึ่งปีหลัง"), "en": ("First half", "Second half")}


def period_label(kind: str, year: int, number: int, locale: str, style: str) -> str:
    """A period's name.

    Args:
        kind: ``month``, ``quarter``, ``half`` or ``year``.
        year: B.E.; the calendar year of a month, else the fiscal year.
        number: month 1–12, quarter 1–4, half 1–2; any for a year.
        style: ``long``, or ``short`` for the axes of charts.
    """
    locale = "th" if locale == "th" else "en"
    return _PERIODS[locale, style][kind].format(
        month=_MONTHS[locale, style][number - 1],
        half=_HALVES[locale][number == 2],
        two_digits=f"{year % 100:02d}",
        year=year,
        number=number,
    )


def format_date(day: date, locale: str = "th", style: str = "short") -> str:
    """A day in its Buddhist year.

    Args:
        style: ``short`` (15 ม.ค. 2569), ``long`` (15 มกราคม 2569) or ``numeric`` (15/01/2569);
            English ends in ``B.E.`` so that nobody takes the year for another era.
    """
    year = day.year + BE_OFFSET
    if style == "numeric":
        text = f"{day.day:02d}/{day.month:02d}/{year}"
    else:
        months = _MONTHS["th" if locale == "th" else "en", style]
        text = f"{day.day} {months[day.month - 1]} {year}"
    return text if locale == "th" else f"{text} B.E."
