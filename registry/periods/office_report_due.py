"""Until when the report of an office is due, and how it stands against that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from flask import current_app
from flask_babel import lazy_gettext as _l

from registry.access.models import Office
from registry.periods.calendar import Period, to_bangkok_date
from registry.periods.office_report_models import Frequency, OfficeReport, ReportState
from registry.periods.workdays import add_working_days, thai_holidays


class Standing(StrEnum):
    """How the report of an office stands, from what is missing to what is confirmed."""

    NOT_DUE = "not_due"
    MISSING = "missing"
    LATE = "late"
    ON_TIME = "on_time"
    CONFIRMED = "confirmed"
    ENDORSED = "endorsed"


STANDING_NAMES = {
    Standing.NOT_DUE: _l("Not due yet"),
    Standing.MISSING: _l("Missing"),
    Standing.LATE: _l("Submitted late"),
    Standing.ON_TIME: _l("Submitted on time"),
    Standing.CONFIRMED: _l("Confirmed by the head"),
    Standing.ENDORSED: _l("Confirmed by the region"),
}
STANDING_TONES = {
    Standing.NOT_DUE: "",
    Standing.MISSING: "bad",
    Standing.LATE: "warn",
    Standing.ON_TIME: "good",
    Standing.CONFIRMED: "good",
    Standing.ENDORSED: "good",
}


@dataclass(frozen=True)
class Expected:
    """A report that an office owes for a period, with the report itself as far as there is one.

    Attributes:
        zone: of the office, by the mapping of the period's last day.
        today: the day on which it is looked at.
        closed: whether the period is closed, so that nothing changes any more.
        due_on: the day on which it is due, once that is entered.
    """

    office: Office
    period: Period
    frequency: Frequency
    zone: int | None
    today: date
    report: OfficeReport | None = None
    reminded_on: date | None = None
    closed: bool = False
    due_on: date | None = None

    @property
    def due(self) -> date:
        """The last day on which it is on time."""
        return self.due_on or due_day(self.period)

    @property
    def received(self) -> bool:
        """Whether the office has submitted it and not taken it back."""
        return self.report is not None and self.report.as_state is not ReportState.DRAFT

    @property
    def submitted_on(self) -> date | None:
        """The day on which it was first submitted."""
        first = self.report.first_submitted_at if self.report else None
        return to_bangkok_date(first) if first else None

    @property
    def on_time(self) -> bool | None:
        """Whether the first submission came in time; None as long as that is open."""
        if self.submitted_on is not None:
            return self.submitted_on <= self.due
        return False if self.today > self.due else None

    @property
    def standing(self) -> Standing:
        """How it stands; a report that was taken back is missing again after its day."""
        if self.report is None or not self.received:
            return Standing.MISSING if self.today > self.due else Standing.NOT_DUE
        if self.report.as_state is not ReportState.SUBMITTED:
            return Standing(self.report.state)
        return Standing.ON_TIME if self.on_time else Standing.LATE


def due_day(period: Period) -> date:
    """So many working days after the end of a period (``SANG_REPORT_DUE_DAYS``).

    Of a period that has ended the day that was entered counts; see :class:`OwedReport`.
    """
    days: int = current_app.extensions["sang_settings"].report_due_days
    return _due_day(period.end, days)


@cache
def _due_day(end: date, days: int) -> date:
    return add_working_days(end, days, thai_holidays([end.year, end.year + 1]))
