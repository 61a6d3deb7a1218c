"""Entering what offices owe, when a period has ended: by then it is known, and it stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.access.scope import Scope
from registry.bulk import insert_once
from registry.db import db, unit_of_work
from registry.jobs import Progress, handles
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.periods.office_report_models import OwedReport
from registry.periods.office_report_queries import REPORTED, expected, recent_periods

ENTER = "owed-reports"


def enter(periods: Collection[Period], today: date) -> int:
    """Enter the reports owed for those periods that have ended and are not entered; how many."""
    ended = [one for one in periods if one.kind in REPORTED and one.has_ended(today)]
    entered = select(OwedReport.period).where(OwedReport.period.in_([one.code for one in ended]))
    known = set(db.session.scalars(entered.distinct()))
    fresh = [one for one in ended if one.code not in known]
    rows = [
        {
            "office_id": owed.office.id,
            "period": owed.period.code,
            "on": owed.period.end,
            "month": owed.period.last_month,
            "due_on": owed.due,
        }
        for owed in expected(Scope.all(), fresh, today)
    ]
    if rows:
        db.session.execute(insert_once(OwedReport).values(rows).on_conflict_do_nothing())
    return len(rows)


@handles(ENTER, daily_at=0)
def enter_due(_args: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Enter what is owed for the periods that have ended lately."""
    today = to_bangkok_date(utc_now())
    with unit_of_work():
        return {"entered": enter(recent_periods(today), today)}
