"""The calendar of reports as a page and as a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import allow, scope, today
from registry.access.roles import Permission
from registry.errors import Refused
from registry.i18n import language
from registry.periods.calendar import Period, PeriodKind, utc_now
from reports.addresses import address
from reports.due_dates.entries import WHAT_NAMES, Entry, What, by_month, entries
from reports.due_dates.ics import Event, ics

bp = Blueprint(
    "report_calendar", __name__, url_prefix="/reports/calendar", template_folder="../templates"
)


@bp.get("/")
@allow(Permission.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """The days of a fiscal year, month by month."""
    year = _year()
    return render_template(
        "due_dates/index.html",
        year=year,
        before=year.previous(),
        after=year.next(),
        months=by_month(entries(scope(), year, today()), year),
        what=WHAT_NAMES,
        What=What,
        now=Period.containing(today()),
        today=today(),
    )


def _year() -> Period:
    """The fiscal year of the address, else that of today."""
    try:
        found = Period.parse(request.args.get("year", ""))
    except Refused:
        found = Period.containing(today(), PeriodKind.YEAR)
    return Period.containing(found.start, PeriodKind.YEAR)


@bp.get("/sang.ics")
@allow(Permission.REPORTS_VIEW)
def file() -> ResponseReturnValue:
    """The same days as a file for a calendar program; what stands in it moves no more."""
    year = _year()
    name = _("Reports, %(year)s", year=year.label(language()))
    events = [_event(one) for one in entries(scope(), year, today())]
    headers = {"Content-Disposition": f'attachment; filename="sang-{year.code}.ics"'}
    return Response(ics(name, events, utc_now()), mimetype="text/calendar", headers=headers)


def _event(one: Entry) -> Event:
    code, label = one.period.code, one.period.label(language(), "short")
    summary = f"{WHAT_NAMES[one.what]}: {label}"
    return Event(f"{one.what}-{code}@sang", one.day, summary, address(f"/reports/{code}"))
