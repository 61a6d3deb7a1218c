"""The checklist of a period: whose reports came in, and what else is open before it is closed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.roles import Permission
from registry.carry import press
from registry.db import MANY
from registry.messages import open_queries, unreviewed_queries
from registry.periods import office_report_queries as queries
from registry.periods import office_report_services as services
from registry.periods.calendar import Period
from registry.periods.office_report_due import STANDING_NAMES, STANDING_TONES, Expected, due_day
from registry.periods.office_report_views import bp, period_of

P = Permission


@bp.get("/<period>")
@allow(P.REPORTS_VIEW)
def checklist(period: str) -> ResponseReturnValue:
    """The reports that offices of the scope owe for a period, and how they stand."""
    chosen, state = period_of(period), request.args.get("state", "")[:12]
    rows = queries.expected(scope(), [chosen], today()) if chosen.start <= today() else []
    waiting, counts = queries.for_the_region(_of_the_region(chosen)), queries.Counts.of(rows)
    return render_template(
        "office_reports/checklist.html",
        most=MANY,
        period=chosen,
        ended=chosen.has_ended(today()),
        closed=any(row.closed for row in rows),
        rows=[row for row in rows if state in ("", row.standing)],
        due=counts.due or due_day(chosen),
        counts=counts,
        state=state,
        standings=STANDING_NAMES,
        tones=STANDING_TONES,
        reads=may(P.OFFICE_REPORTS_READ),
        waiting=waiting,
        mark=services.mark_of_waiting(waiting),
        open=_open(chosen),
    )


def _of_the_region(period: Period) -> list[Expected]:
    """The reports of the provinces of the signed-in officer's region."""
    if not may(P.OFFICE_REPORTS_ENDORSE):
        return []
    return queries.expected(scope_for(P.OFFICE_REPORTS_ENDORSE), [period], today())


def _open(period: Period) -> dict[str, Any]:
    """What of the period still waits for the offices of the scope; nothing for who sees no rows."""
    found = {}
    if may(P.DISSEMINATION_REVIEW):
        where = scope_for(P.DISSEMINATION_REVIEW)
        found["unreviewed"] = unreviewed_queries.unreviewed_in(where, period)
    if may(P.QUESTIONS_ANSWER):
        where = scope_for(P.QUESTIONS_ANSWER)
        found["questions"], found["corrections"] = open_queries.open_in(where, period)
    return found


@bp.post("/<period>/endorse")
@allow(P.OFFICE_REPORTS_ENDORSE)
def endorse_all(period: str) -> ResponseReturnValue:
    """The region confirms all reports of its provinces that the page showed."""
    waiting = queries.for_the_region(_of_the_region(period_of(period)))
    seen = request.form.get("seen", "")
    press(lambda: services.endorse_all(actor(), waiting, seen), _("Saved."))
    return redirect(url_for("office_reports.checklist", period=period))


@bp.post("/<period>/remind")
@allow(P.REPORTS_CLOSE)
def remind(period: str) -> ResponseReturnValue:
    """Remind the offices whose report is missing, once a day."""
    rows = queries.expected(scope(), [period_of(period)], today())
    count: list[int] = []
    if press(lambda: count.append(services.remind(actor(), rows, today()))):
        said = _("Offices reminded: %(count)s.", count=count[0])
        flash(said if count[0] else _("All of them were reminded today already."), "success")
    return redirect(url_for("office_reports.checklist", period=period))
