"""What people type into a narrow cell: a day of a month, an hour, a number of people."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _

from registry.errors import Refused
from registry.members.normalise import arabic
from registry.messages.rules import LARGEST_AUDIENCE
from registry.periods.calendar import BANGKOK, BE_OFFSET, Period, to_bangkok_date
from registry.periods.wording import ENGLISH_MONTHS, ENGLISH_SHORT, THAI_MONTHS, THAI_SHORT

_NUMBERS = re.compile(r"([0-9]{1,2})(?:[/.\- ]([0-9]{1,2})(?:[/.\- ]([0-9]{2}|[0-9]{4}))?)?")
_WORDS = re.compile(r"([0-9]{1,2})\s*([^\s0-9]+?)\s*(?:พ\.?ศ\.?\s*)?([0-9]{2}|[0-9]{4})?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:\s*(?:น\.?|:[0-9]{2}))?")
_NAMES = {
    name.replace(".", "").lower(): number
    for names in (THAI_MONTHS, THAI_SHORT, ENGLISH_MONTHS, ENGLISH_SHORT)
    for number, name in enumerate(names, 1)
}


def read_time(text: str) -> time:
    """An hour of the day: ``14:30``, ``14.30 น.``, in any digits.

    Raises:
        ValueError: it is none.
    """
    found = _TIME.fullmatch(arabic(text).strip())
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return time(int(found[1]), int(found[2]))
    raise ValueError(_("Write the time as hours and minutes, for example 14:30."))


def read_day_of(text: str, month: Period) -> date:
    """A day typed within a month: ``15``, ``15/7``, ``15/7/69``, ``15 ก.ค. 2569``, ISO.

    What is left out is the month's own; two-digit years are B.E.

    Raises:
        Refused: it is no day.
    """
    typed = arabic(text).strip()
    day, number, year = _parts(typed, month)
    try:
        return date(year, number, day)
    except ValueError:
        raise Refused(
            _("“%(text)s” is not a day; write 15 or 15/7/2569.", text=text.strip()[:30])
        ) from None


def _parts(typed: str, month: Period) -> tuple[int, int, int]:
    """Day, month and C.E. year; zeros where nothing is understood."""
    own_month, own_year = month.start.month, month.start.year
    if found := _ISO.fullmatch(typed):
        return int(found[3]), int(found[2]), _year(found[1])
    if found := _NUMBERS.fullmatch(typed):
        year = _year(found[3]) if found[3] else own_year
        return int(found[1]), int(found[2] or own_month), year
    if found := _WORDS.fullmatch(typed):
        number = _NAMES.get(found[2].replace(".", "").lower(), 0)
        return int(found[1]), number, _year(found[3]) if found[3] else own_year
    return 0, 0, 0


def _year(text: str) -> int:
    number = int(text)
    if number < 100:
        number += 2500
    return number - BE_OFFSET if number > 2400 else number


def read_people(text: str) -> int | None:
    """A number of people in any digits, with or without commas; None for a blank.

    Raises:
        Refused: it is no number, or no real one.
    """
    digits = arabic(text).replace(",", "").replace(" ", "").removesuffix("คน")
    if digits in {"", "-", "–"}:
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise Refused(_("“%(text)s” is not a number of people; write digits only.", text=text[:30]))
    if int(digits) > LARGEST_AUDIENCE:
        raise Refused(
            _("“%(text)s” people are more than Thailand has; check the number.", text=text[:30])
        )
    return int(digits)


def start_of(day: date) -> datetime:
    """The first moment of a day in Bangkok."""
    return datetime.combine(day, time(), BANGKOK).astimezone(UTC)


def noon_of(day: date, published: datetime | None) -> datetime:
    """A moment that stands for a day of which the hour is not known.

    Noon in Bangkok; on the day of publication not before it, and never later than now.
    """
    noon = datetime.combine(day, time(12), BANGKOK).astimezone(UTC)
    if published is not None and to_bangkok_date(published) == day:
        noon = max(noon, published)
    now = datetime.now(UTC)
    return now if now < noon < now + timedelta(days=1) and day == to_bangkok_date(now) else noon
