"""The page on which a closed report is classified anew."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.errors import NotFound, Refused
from registry.periods import catalogue
from registry.periods.calendar import Period
from reports.classes.forms import ClassForm
from reports.classes.services import class_of, classify

bp = Blueprint("classes", __name__, url_prefix="/reports", template_folder="../templates")


@bp.route("/<period>/class", methods=["GET", "POST"])
@allow(Permission.REPORTS_CLOSE)
def edit(period: str) -> ResponseReturnValue:
    """Say that a closed report may be disclosed after all, or may not."""
    try:
        one = Period.parse(period)
    except Refused:
        raise NotFound from None
    row = catalogue.sealed(one.code)
    if row is None:
        return redirect(url_for("foreword.edit", period=one.code))
    held = class_of(row)
    form = ClassForm(data={"seen": held.section, "section": held.section})
    if carry_out(form, lambda: _classify(form, one.code)):
        flash(_("The report is classified anew. Documents made from now on say so."), "success")
        return redirect(url_for("reports.show", code=one.code))
    page = render_template("reports/class.html", form=form, period=one, held=held)
    return page, 422 if form.errors or form.form_errors else 200


def _classify(form: ClassForm, code: str) -> None:
    classify(actor(), code, form.section.data, form.reason.data or "", seen=form.seen.data)
