"""Quiet hours: over midnight and within a day, to the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from registry.audit.services import Actor
from registry.db import unit_of_work
from registry.messages.quiet import after_quiet, machines_from
from registry.periods.calendar import BANGKOK
from registry.periods.dated import Dated, set_from

NIGHT, NOON = ("21:00", "06:00"), ("12:00", "13:00")


def there(day: int, clock: str) -> datetime:
    """A moment of June 2026 in Bangkok."""
    hour, minute = clock.split(":")
    return datetime(2026, 6, day, int(hour), int(minute), tzinfo=BANGKOK)


@pytest.mark.parametrize(
    ("hours", "asked", "sent"),
    [
        (NIGHT, (10, "20:59"), (10, "20:59")),
        (NIGHT, (10, "21:00"), (11, "06:00")),
        (NIGHT, (10, "23:59"), (11, "06:00")),
        (NIGHT, (11, "00:00"), (11, "06:00")),
        (NIGHT, (11, "05:59"), (11, "06:00")),
        (NIGHT, (11, "06:00"), (11, "06:00")),
        (NIGHT, (30, "22:00"), (31, "06:00")),
        (NOON, (10, "11:59"), (10, "11:59")),
        (NOON, (10, "12:00"), (10, "13:00")),
        (NOON, (10, "13:00"), (10, "13:00")),
        (("00:00", "05:00"), (10, "00:00"), (10, "05:00")),
        (("22:00", "00:00"), (10, "22:30"), (11, "00:00")),
    ],
)
def test_a_moment_moves_to_the_end_of_the_quiet_hours(
    hours: tuple[str, str], asked: tuple[int, str], sent: tuple[int, str]
) -> None:
    day, clock = sent
    expected = there(30, clock).replace(month=7, day=1) if day == 31 else there(day, clock)
    assert after_quiet(there(*asked).astimezone(UTC), hours) == expected


def test_what_is_urgent_does_not_wait(app: Flask) -> None:
    with app.app_context():
        night = there(10, "22:00")
        assert machines_from(night, urgent=True) == night
        assert machines_from(night, urgent=False) == there(11, "06:00")


def test_the_hours_are_a_setting_with_a_day_of_effect(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        today = date(2026, 6, 1)
        set_from(Dated.QUIET_HOURS, "20:00-07:30", date(2026, 6, 12), "คำสั่ง", Actor.system(),
                 today=today)  # fmt: skip
        assert machines_from(there(11, "20:30"), urgent=False) == there(11, "20:30")
        assert machines_from(there(12, "20:30"), urgent=False) == there(13, "07:30")
