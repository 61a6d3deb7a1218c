"""How a message travelled over time: by the hour at first, then by the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from registry.periods.calendar import BANGKOK

HOURLY = 72
"""So many hours after the first publication are told one by one; what follows, by the day."""
SHIFT = 7 * 3600
"""Seconds by which Bangkok is ahead of UTC: hours and days are cut there."""
Hours = Mapping[int | None, int]
"""How many by hour (hours of Bangkok since 1970); None: the hour is not known."""


@dataclass(frozen=True)
class Tick:
    """What happened within an hour or a day.

    Attributes:
        start: its first moment, UTC.
        hourly: an hour, or else a whole day.
        received: receipts.
        passed_on: times that members passed it on, not sent back or withdrawn.
    """

    start: datetime
    hourly: bool
    received: int
    passed_on: int


@dataclass(frozen=True)
class Course:
    """The course of a message.

    Attributes:
        ticks: those in which something happened, in order.
        day_only: what happened at an hour that nobody knows (told by day, or only implied).
    """

    ticks: tuple[Tick, ...]
    received_day_only: int
    passed_day_only: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known to have happened."""
        return not (self.ticks or self.received_day_only or self.passed_day_only)


def course(out: datetime, received: Hours, passed: Hours) -> Course:
    """Fold counts by hour into hours and days.

    Args:
        out: when the message was first published.
    """
    last = hour_of(out) + HOURLY
    folded = [_fold(counts, last) for counts in (received, passed)]
    starts = sorted(set().union(*folded))
    ticks = tuple(
        Tick(start_of(hour), hourly, *(counts[hour, hourly] for counts in folded))
        for hour, hourly in starts
    )
    return Course(ticks, received.get(None, 0), passed.get(None, 0))


def silent_of(figures: Mapping[str, Any]) -> int:
    """How many have not reacted, by figures: whoever may be named to the reader counts alike."""
    recipients, received = (figures[name].value or 0 for name in ("recipients", "received"))
    return int(recipients - received)


def _fold(counts: Hours, last: int) -> Counter[tuple[int, bool]]:
    folded: Counter[tuple[int, bool]] = Counter()
    for hour, count in counts.items():
        if hour is not None:
            hourly = hour < last
            folded[hour if hourly else hour - hour % 24, hourly] += count
    return folded


def hour_of(moment: datetime) -> int:
    """The number of the hour of Bangkok in which a moment lies."""
    return (int(moment.timestamp()) + SHIFT) // 3600


def start_of(hour: int) -> datetime:
    """The first moment of an hour by its number."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=hour * 3600 - SHIFT)


def local(tick: Tick) -> datetime:
    """The beginning of a tick in Bangkok."""
    return tick.start.astimezone(BANGKOK)
