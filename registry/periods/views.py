"""Pages of the administrator: standard times with their days of effect."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.access.versions import mark_of
from registry.carry import carry_out, press
from registry.periods import standards
from registry.periods.confirming import require_shown
from registry.periods.forms import StandardForm

bp = Blueprint("standards", __name__, url_prefix="/settings/standards")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def index() -> ResponseReturnValue:
    """The standards of each step, and a form for a new one."""
    form = StandardForm()
    if request.method == "GET":
        form.step.data = request.args.get("step")
    if carry_out(form, lambda: _set(form)):
        flash(_("Saved."), "success")
        return redirect(url_for("standards.index"))
    return render_template(
        "settings/standards.html",
        form=form,
        standards=standards.standards(),
        names=standards.STEP_NAMES,
        clocks=standards.CLOCKS,
        mark_of=standards.mark_of_standard,
        today=today(),
    )


def _set(form: StandardForm) -> None:
    """Set a standard; one that its day has already only after the page has shown what changes."""
    step, day, minutes = standards.Step(form.step.data), form.valid_from.data, form.minutes.data
    standing = standards.set_for(step, day) if day >= today() else None
    if standing:
        mark = mark_of(standards.mark_of_standard(standing), minutes)
        require_shown(form, mark, _minutes(standing.minutes), _minutes(minutes))
    standards.set_standard(step, minutes, day, form.source.data or "", actor(), today=today())


def _minutes(count: int) -> str:
    return str(_("%(count)s minutes", count=f"{count:,}"))


@bp.post("/<int:row_id>/take-back")
@MANAGE
def take_back(row_id: int) -> ResponseReturnValue:
    """Take back a standard that is not yet in force."""
    done = _("The standard was taken back.")
    seen = request.form.get("seen", "")
    press(lambda: standards.take_back(row_id, actor(), today=today(), seen=seen), done)
    return redirect(url_for("standards.index"))
