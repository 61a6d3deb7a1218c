"""The form of the words at the head of a report; it stands on the page of an unclosed period."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out
from registry.errors import NotFound, Refused
from registry.periods import catalogue
from registry.periods.calendar import Period
from reports.foreword.forms import ForewordForm
from reports.foreword.services import foreword_of, save

bp = Blueprint("foreword", __name__, url_prefix="/reports", template_folder="../templates")


@bp.route("/<period>/foreword", methods=["GET", "POST"])
@allow(Permission.REPORTS_CLOSE)
def edit(period: str) -> ResponseReturnValue:
    """Write what is printed on the report of a period besides its figures."""
    try:
        one = Period.parse(period)
    except Refused:
        raise NotFound from None
    if catalogue.sealed(one.code) is not None:
        return redirect(url_for("reports.show", code=one.code))
    form = ForewordForm(obj=foreword_of(one.code))
    if carry_out(form, lambda: _save(form, one)):
        flash(_("Saved. It is sealed and printed with the report."), "success")
        return redirect(url_for("reports.show", code=one.code))
    page = render_template("reports/foreword.html", form=form, period=one)
    return page, 422 if form.errors or form.form_errors else 200


def _save(form: ForewordForm, period: Period) -> None:
    row, words, office = foreword_of(period.code), form.words(), current_user.office_id
    if row is None:
        save(actor(), office, period, words, version=0)
        return
    with compared(form, row, {name: getattr(row, name) for name in vars(words)}):
        save(actor(), office, period, words, version=version_of(form))
