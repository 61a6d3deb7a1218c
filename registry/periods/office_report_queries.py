"""Reading the reports of offices: who owes one for a period, and what came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from registry.access.models import Office, OfficeKind
from registry.access.scope import Scope
from registry.db import db
from registry.errors import NotFound
from registry.geography.queries import zones_on
from registry.members.queries import of_offices
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind, periods_between
from registry.periods.office_report_due import Expected, Standing
from registry.periods.office_report_models import (
    OWED,
    Frequency,
    OfficeReport,
    OwedReport,
    ReportingDuty,
    ReportReminder,
    ReportState,
)

REPORTED = (PeriodKind.MONTH, PeriodKind.QUARTER)
"""Lengths of the periods on which offices report."""
MONTHS_BACK = 12
"""Months before the present one whose reports are listed and waited for."""


def office_in(scope: Scope, code: str) -> Office:
    """An office inside the scope.

    Raises:
        NotFound: there is none, or it lies outside.
    """
    query = select(Office).where(Office.code == code, of_offices(scope, Office.id))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"office {code}")
    return found


def recent_periods(today: date) -> list[Period]:
    """The periods on which offices report that began lately, the latest first."""
    now = Period.containing(today)
    first = Period(now.first_month - MONTHS_BACK).start
    periods = [one for kind in REPORTED for one in periods_between(first, today, kind)]
    return sorted(periods, key=lambda one: (one.last_month, one.length), reverse=True)


def expected(
    scope: Scope, periods: Collection[Period], today: date, office: Office | None = None
) -> list[Expected]:
    """The reports that offices owe for some periods, by period, zone and office.

    An office owes what was set for it on the period's last day, if it worked on that day.

    Args:
        office: this one only; all of the scope unless told otherwise.
    """
    asked = [one for one in periods if one.kind in REPORTED]
    query = select(Office).where(of_offices(scope, Office.id))
    if office is not None:
        query = query.where(Office.id == office.id)
    offices = {row.id: row for row in db.session.scalars(query)}
    duties = _duties(offices) if asked else {}
    if not duties:
        return []
    codes = [one.code for one in asked]
    reports, reminded = _reports(offices, codes), _reminded(offices, codes)
    entered = _due(offices, codes)
    closed, zones = catalogue.closed_of(asked), zones_on(one.end for one in asked)
    return [
        Expected(
            office=one,
            period=period,
            frequency=frequency,
            zone=zone,
            today=today,
            report=reports.get((one.id, period.code)),
            reminded_on=reminded.get((one.id, period.code)),
            closed=period in closed,
            due_on=entered.get((one.id, period.code)),
        )
        for period in asked
        for zone, one in _by_zone(offices.values(), period.end, zones[period.end])
        if period.kind in OWED[frequency := frequency_on(duties.get(one.id, ()), period.end)]
    ]


def expected_of(scope: Scope, period: Period, office: Office, today: date) -> Expected:
    """The report that one office owes for a period.

    Raises:
        NotFound: it owes none, or the period has not begun.
    """
    found = expected(scope, [period], today, office) if period.start <= today else []
    if not found:
        raise NotFound(f"{office.code} owes no report for {period.code}")
    return found[0]


def _by_zone(
    offices: Iterable[Office], day: date, zones: Mapping[str, int]
) -> list[tuple[int | None, Office]]:
    """Offices that work on a day, each with its zone: those of headquarters first."""
    placed = [
        (zones.get(one.province_code) if one.province_code else one.zone_code, one)
        for one in offices
        if one.open_on(day)
    ]
    return sorted(placed, key=lambda pair: (pair[0] or 0, pair[1].province_code or "", pair[1].id))


def _duties(offices: Collection[int]) -> dict[int, list[ReportingDuty]]:
    """What was set for offices, the latest first."""
    row = ReportingDuty
    query = select(row).where(row.office_id.in_(offices)).order_by(row.valid_from.desc())
    found: dict[int, list[ReportingDuty]] = {}
    for one in db.session.scalars(query):
        found.setdefault(one.office_id, []).append(one)
    return found


def frequency_on(duties: Iterable[ReportingDuty], day: date) -> Frequency:
    """How often an office reports on a day, by its duties, the latest first."""
    held = (row for row in duties if row.valid_from <= day)
    return next((Frequency(row.frequency) for row in held), Frequency.NEVER)


def duties_of(scope: Scope, offices: Collection[Office]) -> dict[int, list[ReportingDuty]]:
    """What was set for offices of the scope, by office, the latest first."""
    inside = set(db.session.scalars(select(Office.id).where(of_offices(scope, Office.id))))
    return _duties(inside & {one.id for one in offices})


def _reports(offices: Collection[int], codes: list[str]) -> dict[tuple[int, str], OfficeReport]:
    row = OfficeReport
    query = select(row).where(row.office_id.in_(offices), row.period.in_(codes))
    return {(one.office_id, one.period): one for one in db.session.scalars(query)}


def _due(offices: Collection[int], codes: list[str]) -> dict[tuple[int, str], date]:
    row = OwedReport
    query = select(row.office_id, row.period, row.due_on)
    found = db.session.execute(query.where(row.office_id.in_(offices), row.period.in_(codes)))
    return {(office, code): due for office, code, due in found}


def _reminded(offices: Collection[int], codes: list[str]) -> dict[tuple[int, str], date]:
    row = ReportReminder
    query = select(row.office_id, row.period, func.max(row.reminded_on))
    query = query.where(row.office_id.in_(offices), row.period.in_(codes))
    found = db.session.execute(query.group_by(row.office_id, row.period))
    return {(office, code): on for office, code, on in found}


@dataclass(frozen=True)
class Counts:
    """How many reports of a period are expected, and how many of these came in, and how.

    Attributes:
        due: the last day on which they are on time; None where none is expected.
    """

    due: date | None
    expected: int
    received: int
    on_time: int
    late: int
    missing: int
    confirmed: int

    @classmethod
    def of(cls, rows: Collection[Expected]) -> Counts:
        """Count some reports."""
        done = (Standing.CONFIRMED, Standing.ENDORSED)
        return cls(
            due=max((row.due for row in rows), default=None),
            expected=len(rows),
            received=sum(row.received for row in rows),
            on_time=sum(row.received and row.on_time is True for row in rows),
            late=sum(row.received and row.on_time is False for row in rows),
            missing=sum(row.standing is Standing.MISSING for row in rows),
            confirmed=sum(row.standing in done for row in rows),
        )


def counts_of(rows: Iterable[Expected]) -> dict[Period, Counts]:
    """The same by period, for those for which a report is expected."""
    found: dict[Period, list[Expected]] = defaultdict(list)
    for row in rows:
        found[row.period].append(row)
    return {period: Counts.of(some) for period, some in found.items()}


def for_the_region(rows: Iterable[Expected]) -> list[Expected]:
    """Of some reports those that an officer of the region can confirm now."""
    return [
        row
        for row in rows
        if row.office.kind == OfficeKind.PROVINCIAL
        and not row.closed
        and row.report
        and row.report.as_state is ReportState.CONFIRMED
    ]
