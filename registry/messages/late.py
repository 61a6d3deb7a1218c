"""The day until which a message is to be passed on, and the grace after it for late reports.

A member's own report (link, LINE) is judged by the day on which it came in.  What an office
writes down, often at the month's end, is judged by the day on which the member passed it on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from registry.messages.ledger_models import Dissemination
from registry.messages.models import KeyMessage
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, setting_on

OWN_SOURCES = frozenset({"link", "line"})
"""Sources of reports that members make themselves."""


def last_day(message: KeyMessage) -> date | None:
    """The last day on which a report is taken, the grace included; None: without an end."""
    if message.valid_until is None:
        return None
    grace = int(setting_on(Dated.GRACE_DAYS, message.valid_until))
    return message.valid_until + timedelta(days=grace)


def last_days(messages: Iterable[KeyMessage]) -> dict[int, date | None]:
    """The same for several messages, by id."""
    return {message.id: last_day(message) for message in messages}


def judged_day(source: str, at: datetime, told_at: datetime) -> date:
    """The day in Bangkok by which a report is judged.

    Args:
        at: when it was passed on.
        told_at: when the report came in.
    """
    return to_bangkok_date(told_at if source in OWN_SOURCES else at)


def is_late(row: Dissemination) -> bool:
    """Whether a report came after the day until which its message was to be passed on."""
    until = row.message.valid_until
    return until is not None and judged_day(row.source, row.at, row.recorded_at) > until
