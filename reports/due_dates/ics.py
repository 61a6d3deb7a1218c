"""Days as an iCalendar file (RFC 5545), which every calendar program takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LONGEST = 75
"""Bytes of a line; a longer one goes on in the next, which begins with a space."""


@dataclass(frozen=True)
class Event:
    """Something that takes a whole day; of the same ``uid`` a calendar keeps one."""

    uid: str
    day: date
    summary: str
    description: str


def ics(name: str, events: Iterable[Event], made_at: datetime) -> bytes:
    """The file."""
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sang//Reports//EN"),
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for one in events:
        lines += [
            *("BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{stamp}"),
            f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(one.summary)}",
            f"DESCRIPTION:{_text(one.description)}",
            *("TRANSP:TRANSPARENT", "END:VEVENT"),
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _text(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line in pieces that hold whole letters."""
    pieces, piece = [], b""
    for letter in line:
        encoded = letter.encode()
        if len(piece) + len(encoded) > LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += encoded
    return b"\r\n".join([*pieces, piece])
