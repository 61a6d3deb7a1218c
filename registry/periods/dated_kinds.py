"""The settings with a day of effect: their names, their defaults, and how a value is typed.

The defaults are the makers' own choice: no order or source prescribes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.errors import Refused

CLOCK = re.compile(r"(?<!\d)([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?!\d)")
ON = {"on", "turned on", "yes", "เปิด", "ใช่"}
OFF = {"off", "turned off", "no", "ปิด", "ไม่"}
MOST_POINTS, LONGEST_POINT = 20, 300


class Dated(StrEnum):
    """Names of the settings."""

    QUIET_HOURS = "quiet_hours"
    LARGE_AUDIENCE = "large_audience"
    SECOND_PERSON = "second_person"
    GRACE_DAYS = "grace_days"
    LINK_DAYS = "link_days"
    LINE_LINK_MINUTES = "line_link_minutes"
    INBOUND_DAYS_KEPT = "inbound_days_kept"
    REVIEW_HOURS = "review_hours"
    DISCLOSURE_DAYS = "disclosure_days"
    CHECKLIST = "checklist"


def _hours(text: str) -> list[str]:
    found = CLOCK.findall(text)
    clocks = [f"{int(hour):02d}:{minute}" for hour, minute in found]
    if len(clocks) != 2 or clocks[0] == clocks[1]:
        raise Refused(_("Write the quiet hours as two different times, for example 21:00-06:00."))
    return clocks


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        typed = text.strip()
        if not typed.isdecimal() or not least <= int(typed) <= most:
            raise Refused(
                _(
                    "Write a whole number from %(least)s to %(most)s.",
                    least=f"{least:,}",
                    most=f"{most:,}",
                )
            )
        return int(typed)

    return read


def _on_or_off(text: str) -> bool:
    typed = text.strip().lower()
    if typed not in ON | OFF:
        raise Refused(_("Write “on” or “off”."))
    return typed in ON


def _points(thai: str, english: str = "") -> list[dict[str, str]]:
    """Points by language, one on each line; those in English stand in the order of the Thai."""
    words, others = _lines(thai), _lines(english)
    if not 1 <= len(words) <= MOST_POINTS or max(map(len, words + others)) > LONGEST_POINT:
        raise Refused(
            _(
                "Write 1 to %(points)s points, one on each line, of at most %(letters)s letters.",
                points=MOST_POINTS,
                letters=LONGEST_POINT,
            )
        )
    if others and len(others) != len(words):
        raise Refused(
            _(
                "There are %(thai)s points in Thai and %(english)s in English; write each of them "
                "in both languages, or leave the English ones out.",
                thai=len(words),
                english=len(others),
            )
        )
    pairs = dict(reversed(list(zip(words, others or [""] * len(words), strict=True))))
    return [{"th": word, "en": pairs[word]} for word in dict.fromkeys(words)]


def _lines(text: str) -> list[str]:
    return [words for line in text.splitlines() if (words := " ".join(line.split()))]


@dataclass(frozen=True)
class Kind:
    """What a setting is.

    Attributes:
        default: the value before anybody sets one; None for a checklist stands for the points
            of :mod:`registry.messages.checklist`.
        read: from what is typed (a checklist: in Thai, in English) to the value; raises
            ``Refused``.
    """

    title: Any
    help: Any
    default: Any
    read: Callable[..., Any]


KINDS: dict[Dated, Kind] = {
    Dated.QUIET_HOURS: Kind(
        _l("Quiet hours"),
        _l(
            "Nothing but crisis messages, corrections and withdrawals is sent to members between "
            "these times (Thai time). Reminders wait until they are over, those about a crisis "
            "message too."
        ),
        ["21:00", "06:00"],
        _hours,
    ),
    Dated.LARGE_AUDIENCE: Kind(
        _l("Large audience (recipients)"),
        _l("From this many recipients on, a second person confirms the sending."),
        2000,
        _whole(1, 10_000_000),
    ),
    Dated.SECOND_PERSON: Kind(
        _l("Second person for large audiences"),
        _l("Whether a sending to a large audience waits for a second person."),
        True,
        _on_or_off,
    ),
    Dated.GRACE_DAYS: Kind(
        _l("Days of grace for reports after the closing date"),
        _l("Days on which members and offices may still hand in reports."),
        7,
        _whole(0, 365),
    ),
    Dated.LINK_DAYS: Kind(
        _l("Days that a member's personal link lives"),
        _l("After that the member asks the office for a new one."),
        90,
        _whole(1, 730),
    ),
    Dated.LINE_LINK_MINUTES: Kind(
        _l("Minutes that a code for linking a LINE account lives"),
        _l("After that the member asks for a new code."),
        15,
        _whole(1, 1440),
    ),
    Dated.INBOUND_DAYS_KEPT: Kind(
        _l("Days that what members write by LINE is kept"),
        _l("After that the raw text is removed; the figures made from it stay."),
        365,
        _whole(1, 3650),
    ),
    Dated.REVIEW_HOURS: Kind(
        _l("Hours within which a correction or crisis message is reviewed afterwards"),
        _l("Counted from the correction or the marking as a crisis; what is late stays listed."),
        24,
        _whole(1, 720),
    ),
    Dated.DISCLOSURE_DAYS: Kind(
        _l("Days within which a request for official information is answered"),
        _l("Counted from the day on which it came in; a request keeps the day that was set then."),
        15,
        _whole(1, 365),
    ),
    Dated.CHECKLIST: Kind(
        _l("Checklist before a message is submitted"),
        _l("One point on each line; the author confirms each of them."),
        None,
        _points,
    ),
}


def as_text(value: Any) -> str:
    """A value as one types it, so that it can be read again; a checklist in Thai."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        points = isinstance(value[0], dict)
        return "\n".join(point["th"] for point in value) if points else "-".join(value)
    return "" if value is None else str(value)
