"""Facts of the reports that offices owe: which were due, and which came in by their day."""

from __future__ import annotations

from ibis.expr.types import BooleanValue, Table

from registry.facts.fact import PLACE, Fact, Messages, by_publisher, seconds, within
from registry.facts.limits import THAI_OFFSET
from registry.facts.schema import table
from registry.facts.spans import Months
from registry.periods.office_report_models import ReportState

DAY = 24 * 3600


def owed(months: Months, _messages: Messages = ()) -> Table:
    """Reports for periods that ended in the months.

    ``received`` tells whether one is submitted and not taken back, ``submitted`` is the epoch
    second at which it first was, and ``due`` the one at which the day on which it is due is over.
    """
    reports, offices = table("office_report"), table("office")
    reports = reports.select("state", "first_submitted_at", whose="office_id", which="period")
    offices = offices.select(key="id", province="province_code")
    rows = table("owed_report")
    rows = rows.filter(within(months, rows.month))
    rows = rows.left_join(
        reports, [rows.office_id == reports.whose, rows.period == reports.which]
    ).drop("whose", "which")
    rows = rows.left_join(offices, rows.office_id == offices.key).drop("key")
    received = rows.first_submitted_at.notnull() & (rows.state != ReportState.DRAFT.value)
    return rows.mutate(
        received=received,
        submitted=seconds(rows.first_submitted_at),
        due=seconds(rows.due_on.cast("timestamp")) + (DAY - THAI_OFFSET),
    )


def due(rows: Table) -> BooleanValue:
    """Reports that came in, and those whose day was over before today."""
    return rows.received | (rows.due <= rows.now)


def pending(rows: Table) -> BooleanValue:
    """Reports that are due once their day is over, whoever does anything."""
    return ~rows.received


def on_time(rows: Table) -> BooleanValue:
    """Reports that came in by their day."""
    return rows.received & (rows.submitted < rows.due)


OFFICE_REPORTS = Fact(
    "office_reports", owed, PLACE | {"office"}, by_publisher, by_office=True, open=pending
)
"""Few enough to be counted anew each time: no rollup keeps them."""
