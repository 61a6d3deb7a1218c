"""The page on which central staff set how often each office reports."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, today
from registry.access.models import OFFICE_KIND_NAMES, OfficeKind
from registry.access.offices import offices
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.periods.office_report_forms import DutiesForm
from registry.periods.office_report_models import FREQUENCY_NAMES, Frequency, ReportingDuty
from registry.periods.office_report_queries import duties_of, frequency_on
from registry.periods.reporting_duty_services import set_duties

bp = Blueprint("reporting_duties", __name__, url_prefix="/reporting-duties")


@bp.route("/", methods=["GET", "POST"])
@allow(Permission.REPORTS_CLOSE)
def index() -> ResponseReturnValue:
    """Offices with how often they report, and a form for those that are ticked."""
    kind, text = request.args.get("kind", ""), request.args.get("text", "")[:100]
    found = offices(kind=kind if kind in set(OfficeKind) else "", text=text, open_on=today())
    form = DutiesForm(row.code for row in found)
    if request.method == "GET":
        form.valid_from.data = today()
    by_code = {row.code: row for row in found}

    def step() -> None:
        chosen = [by_code[code] for code in form.offices.data or ()]
        frequency = Frequency(form.frequency.data)
        set_duties(actor(), chosen, frequency, form.valid_from.data, today=today())

    if carry_out(form, step):
        flash(_("Saved."), "success")
        return redirect(url_for("reporting_duties.index", kind=kind or None, text=text or None))
    duties = duties_of(scope(), found)
    page = render_template(
        "office_reports/duties.html",
        form=form,
        rows=[
            (row, frequency_on(past := duties.get(row.id, []), today()), _planned(past))
            for row in found
        ],
        kinds=OFFICE_KIND_NAMES,
        names=FREQUENCY_NAMES,
        kind=kind,
        text=text,
    )
    return page, 422 if form.is_submitted() else 200


def _planned(duties: list[ReportingDuty]) -> list[ReportingDuty]:
    """What holds from a later day, the next one first."""
    return [row for row in reversed(duties) if row.valid_from > today()]
