"""Parts of the rollups: partitions that are made anew together, and which there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from registry.db import db
from registry.facts.query import Places
from registry.facts.rollups.catalogue import ROLLED, Rolled
from registry.facts.spans import Months
from registry.members.models import MemberSpan
from registry.messages.ledger_models import Dissemination, Recipient
from registry.messages.models import Publication
from registry.networks.models import Network
from registry.periods.calendar import (
    Period,
    PeriodKind,
    month_of,
    month_start,
    to_bangkok_date,
    utc_now,
)

KINDS = {kind.length: kind for kind in PeriodKind}


@dataclass(frozen=True)
class Part:
    """Partitions of one fact; without provinces all of the months."""

    rolled: Rolled
    months: Months
    places: Places = ()


def all_parts() -> Iterator[Part]:
    """Every partition that is kept."""
    for rolled, numbers in kept_partitions().items():
        for months in in_rows(numbers, rolled.longest):
            yield Part(rolled, months)


def kept_partitions() -> dict[Rolled, list[int]]:
    """The months of all partitions that are kept: of cohorts the first ones of periods."""
    hull, stocks = kept_months(), stock_months()
    now = month_of(to_bangkok_date(utc_now()))

    def numbers(rolled: Rolled) -> list[int]:
        if rolled.fact.cohort:
            begin = Period.containing(month_start(hull.first), KINDS[rolled.length]).first_month
            return list(range(begin, now + 1, rolled.length))
        return stocks if rolled.fact.stock else list(hull.numbers)

    return {rolled: numbers(rolled) for rolled in ROLLED.values()}


def in_rows(numbers: list[int], longest: int) -> Iterator[Months]:
    """Ascending months as runs of at most so many."""
    first = previous = None
    for number in numbers:
        if first is None or previous is None:
            first = number
        elif number > previous + 1 or number - first == longest:
            yield Months(first, previous)
            first = number
        previous = number
    if first is not None and previous is not None:
        yield Months(first, previous)


def kept_months() -> Months:
    """From the month of the first fact to a year from now."""
    days = [
        db.session.scalar(select(func.min(column)))
        for column in (MemberSpan.from_on, Network.founded_on)
    ]
    numbers = [
        db.session.scalar(select(func.min(model.month)))
        for model in (Publication, Recipient, Dissemination)
    ]
    now = month_of(to_bangkok_date(utc_now()))
    known = [number for number in numbers if number is not None]
    known += [month_of(day) for day in days if day is not None]
    return Months(min([*known, now]), max([*known, now]) + 12)


def stock_months() -> list[int]:
    """Months at whose end something is counted: all so far, and the ends of today's periods."""
    today = to_bangkok_date(utc_now())
    ends = {Period.containing(today, kind).last_month for kind in PeriodKind}
    return sorted({*range(kept_months().first - 1, month_of(today) + 1), *ends})
