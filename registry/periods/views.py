"""Pages of the administrator: standard times with their days of effect."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.periods import standards
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
        today=today(),
    )


def _set(form: StandardForm) -> None:
    standards.set_standard(
        standards.Step(form.step.data),
        form.minutes.data or 0,
        form.valid_from.data,
        form.source.data or "",
        actor(),
        today=today(),
    )


@bp.post("/<int:row_id>/take-back")
@MANAGE
def take_back(row_id: int) -> ResponseReturnValue:
    """Take back a standard that is not yet in force."""
    done = _("The standard was taken back.")
    press(lambda: standards.take_back(row_id, actor(), today=today()), done)
    return redirect(url_for("standards.index"))
