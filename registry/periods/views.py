"""Pages of the administrator: standard times and other settings with their dates of effect."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.messages.checklist import default_points
from registry.periods import dated, standards
from registry.periods.forms import DatedForm, StandardForm

bp = Blueprint("standards", __name__, url_prefix="/settings/standards")
dated_bp = Blueprint("dated", __name__, url_prefix="/settings/dated")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def index() -> ResponseReturnValue:
    """The standards of each step, and a form for a new one."""
    form = StandardForm()
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


@dated_bp.route("/", methods=["GET", "POST"])
@MANAGE
def index_of_settings() -> ResponseReturnValue:
    """Every setting with its values, and a form for a new one."""
    form = DatedForm()
    if request.method == "GET":
        _begin(form)
    if carry_out(form, lambda: _set_dated(form)):
        flash(_("Saved."), "success")
        return redirect(url_for("dated.index_of_settings"))
    return render_template(
        "settings/dated.html",
        form=form,
        settings=dated.all_settings(),
        kinds=dated.KINDS,
        written=_written,
        today=today(),
    )


def _begin(form: DatedForm) -> None:
    """Offer the value that holds today of the setting that the address names."""
    if request.args.get("name") in set(dated.Dated):
        name = dated.Dated(request.args["name"])
        form.name.data = name.value
        form.value.data = _written(name, dated.setting_on(name, today()))


def _written(name: dated.Dated, value: object) -> str:
    if name is dated.Dated.CHECKLIST and value is None:
        return "\n".join(default_points())
    if isinstance(value, bool):
        return str(_("switched on") if value else _("switched off"))
    return dated.as_text(value)


def _set_dated(form: DatedForm) -> None:
    dated.set_from(
        dated.Dated(form.name.data),
        form.value.data or "",
        form.valid_from.data,
        form.source.data or "",
        actor(),
        today=today(),
    )


@dated_bp.post("/<int:row_id>/take-back")
@MANAGE
def take_back_setting(row_id: int) -> ResponseReturnValue:
    """Take back a value that is not yet in force."""
    press(lambda: dated.take_back(row_id, actor(), today=today()), _("The value was taken back."))
    return redirect(url_for("dated.index_of_settings"))
