"""What was asked for: how many of everything, in which months, by which seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.random import Generator, SeedSequence

from benchmarks.simulate.columns import Array
from registry.periods.calendar import month_of, month_start

EPOCH = date(1970, 1, 1)
DAY = 86_400
BANGKOK = 7 * 3_600
"""Seconds by which the clocks of Bangkok are ahead of UTC, all the year."""
FAR = 1 << 20
"""A day later than all others, in place of an open end."""
RECIPIENTS, DISSEMINATIONS, QUESTIONS = 0.70, 0.29, 0.006
"""Shares of the facts; what is left is news that members send in."""
SEASON = np.array([0.9, 1.0, 1.1, 1.05, 1.1, 1.15, 0.8, 0.95, 1.0, 1.05, 1.15, 1.25])
"""Work by fiscal month: quiet at new year's holidays in April, busy before the year ends."""
GROWTH = 1.2
"""By how much of its beginning the work of a month has grown in the end."""


@dataclass(frozen=True)
class Plan:
    """How much to make.

    Attributes:
        facts: rows of ``recipient``, ``dissemination``, ``question`` and ``member_news`` together.
        months: how many, the last one being that of ``until``.
        until: the last day on which anything happens.
    """

    members: int
    messages: int
    facts: int
    seed: int
    months: int
    until: date

    def random(self, name: str, number: int = 0) -> Generator:
        """Chance for one part of the work: no part depends on how much another one drew."""
        return np.random.default_rng(SeedSequence([self.seed, crc32(name.encode()), number]))

    @property
    def recipients(self) -> int:
        """Rows of ``recipient``."""
        return self.facts - self.disseminations - self.questions - self.news

    @property
    def disseminations(self) -> int:
        """Rows of ``dissemination``."""
        return int(self.facts * DISSEMINATIONS)

    @property
    def questions(self) -> int:
        """Rows of ``question``."""
        return int(self.facts * QUESTIONS)

    @property
    def news(self) -> int:
        """Rows of ``member_news``."""
        return int(self.facts * (1 - RECIPIENTS - DISSEMINATIONS)) - self.questions

    @property
    def last_month(self) -> int:
        """Number of the last month."""
        return month_of(self.until)

    @property
    def first_month(self) -> int:
        """Number of the first month."""
        return self.last_month - self.months + 1

    @property
    def first_day(self) -> int:
        """The first day, counted from 1970."""
        return day_number(month_start(self.first_month))

    @property
    def last_day(self) -> int:
        """The last day, counted from 1970."""
        return day_number(self.until)

    @property
    def now(self) -> int:
        """The second before which everything happened: the end of the last day in Bangkok."""
        return (self.last_day + 1) * DAY - BANGKOK

    @property
    def middle(self) -> date:
        """The first day of the fiscal year in the middle: places and standards change on it."""
        start = month_start(self.first_month + self.months // 2)
        return date(start.year if start.month >= 10 else start.year - 1, 10, 1)

    @cached_property
    def days(self) -> Array:
        """Every day of the months."""
        return np.arange(self.first_day, self.last_day + 1)

    @cached_property
    def busyness(self) -> Array:
        """How much is done on each of :attr:`days`, before the days of the week."""
        passed = (self.days - self.first_day) / max(1, self.last_day - self.first_day)
        found: Array = (1 + GROWTH * passed) * SEASON[(months_of(self.days) - 9) % 12]
        return found


def day_number(day: date) -> int:
    """A day as the number of days since 1970."""
    return (day - EPOCH).days


def month_start_day(month: int) -> int:
    """The first day of a month, counted from 1970."""
    return day_number(month_start(month))


def months_of(days: Array) -> Array:
    """The month's number of each day."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def days_of(moments: Array) -> Array:
    """The day in Bangkok of each moment, counted from 1970."""
    found: Array = (moments + BANGKOK) // DAY
    return found
