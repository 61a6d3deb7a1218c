"""Quiet hours: between these times of Thailand no machine writes to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from registry.periods.calendar import BANGKOK, to_bangkok_date
from registry.periods.dated import Dated, setting_on


def after_quiet(moment: datetime, hours: Sequence[str]) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies.

    Args:
        hours: beginning and end as ``HH:MM`` of Thailand; over midnight where the end is earlier.
    """
    there = moment.astimezone(BANGKOK)
    begin, end = (time.fromisoformat(text) for text in hours)
    clock = there.time()
    quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not quiet:
        return moment
    ends_on = there.date() + timedelta(days=1 if clock >= end else 0)
    return datetime.combine(ends_on, end, BANGKOK).astimezone(UTC)


def machines_from(moment: datetime, *, urgent: bool) -> datetime:
    """When machines may send what is planned for a moment; what is urgent does not wait."""
    if urgent:
        return moment
    return after_quiet(moment, setting_on(Dated.QUIET_HOURS, to_bangkok_date(moment)))
