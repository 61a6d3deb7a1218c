"""Closing by itself: each period so many days after its end, the oldest first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import structlog
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db
from registry.errors import Refused
from registry.i18n import language
from registry.jobs import DONE_STATES, Job, Progress, handles
from registry.periods.calendar import Period, to_bangkok_date, utc_now
from registry.periods.office_report_due import due_day
from reports.closing import Closed, close
from reports.listing import is_expected, listed
from reports.sealing import Tell, silent

log = structlog.get_logger()
CLOSE_DUE = "report-close-due"
HOUR = 2
"""At night in Bangkok, after the day in whose course the last words were due."""


def closes_on(period: Period) -> date | None:
    """The day on which a period closes by itself; None where it is closed by hand.

    Never before the reports of the offices are due.
    """
    days: int | None = current_app.extensions["sang_settings"].report_close_after_days
    if days is None or not is_expected(period):
        return None
    return max(period.end + timedelta(days=days), due_day(period)) + timedelta(days=1)


def waiting(today: date) -> list[Period]:
    """Ended periods that are not closed, the oldest first, a longer one after its parts."""
    ended = (one.period for one in listed(today) if one.state == "ended")
    return sorted(ended, key=lambda one: (one.last_month, one.length))


def close_each(actor: Actor, periods: list[Period], tell: Tell = silent) -> list[Closed]:
    """Close some periods, each as a whole: stopped in the middle, the rest is still open.

    Raises:
        Refused: some cannot be closed, the first of them for this reason; the others are.
    """
    done, refusals = [], []
    for number, period in enumerate(periods):
        tell(period.code, number, len(periods))
        try:
            done.append(close(actor, period.code))
        except Refused as refusal:
            refusals.append(refusal)
        except Exception as error:  # noqa: BLE001 - whatever keeps one open, the others are closed
            db.session.rollback()
            log.error("close_failed", period=period.code, error=type(error).__name__)
            refusals.append(_unexpected(period, error))
    if refusals:
        raise refusals[0]
    return done


def _unexpected(period: Period, error: Exception) -> Refused:
    return Refused(
        _(
            "%(period)s could not be closed (%(why)s); tell the administrator.",
            period=period.label(language()),
            why=type(error).__name__,
        )
    )


@handles(CLOSE_DUE, daily_at=HOUR)
def close_due(_args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Close what is due; what cannot be closed stays open, says why, and is tried again."""
    today = to_bangkok_date(utc_now())
    due = [one for one in waiting(today) if (day := closes_on(one)) and day <= today]
    return {"closed": [one.code for one in close_each(Actor.system(), due, progress)]}


def last_failure() -> str:
    """Why the last night left a period open, for those who can mend it; empty if it did not."""
    ended = select(Job).where(Job.kind == CLOSE_DUE, Job.state.in_(DONE_STATES))
    last = db.session.scalar(ended.order_by(Job.finished_at.desc()).limit(1))
    return (last.error or "") if last is not None else ""
