"""The page of targets: those of a fiscal year, and a form for one of them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.access.versions import shown_version, version_of
from registry.carry import carry_out, press
from registry.fields import read_id
from registry.geography.queries import zones
from registry.i18n import name_of
from registry.periods.calendar import Period
from reports.targets import services
from reports.targets.forms import TargetForm, typed
from reports.wording import title_of, with_unit

bp = Blueprint("targets", __name__, url_prefix="/reports/targets", template_folder="../templates")
CLOSE = allow(Permission.REPORTS_CLOSE)


@bp.route("/", methods=["GET", "POST"])
@CLOSE
def index() -> ResponseReturnValue:
    """The targets of a fiscal year; set one, or another value for one."""
    year, places = _year(), _places()
    chosen = read_id(request.args.get("target"))
    shown = typed(services.target_for(chosen)) if chosen else {}
    form = TargetForm(list(places.items()), data=shown)
    if carry_out(form, lambda: _save(form, year, chosen)):
        flash(_("The target was set. Reports that are closed from now on show it."), "success")
        return redirect(url_for("targets.index", year=year))
    now = Period.containing(today()).fiscal_year
    page = render_template(
        "reports/targets.html",
        year=year,
        year_choices=[(one, one) for one in sorted({now - 1, now, now + 1, year}, reverse=True)],
        rows=services.targets_of(year),
        form=form,
        chosen=chosen,
        places=places,
        title_of=title_of,
        with_unit=with_unit,
    )
    return page, 422 if form.errors or form.form_errors else 200


def _year() -> int:
    """The fiscal year of the address; the present one unless it names one."""
    year = read_id(request.args.get("year"))
    return year if year and year < 10_000 else Period.containing(today()).fiscal_year


def _places() -> dict[str, str]:
    return {"": _("Whole country")} | {f"zone={zone.code}": name_of(zone) for zone in zones()}


def _save(form: TargetForm, year: int, chosen: int | None) -> None:
    services.set_target(actor(), form.aim(year), version=version_of(form), shown=chosen)


@bp.post("/<int:target_id>/remove")
@CLOSE
def remove(target_id: int) -> ResponseReturnValue:
    """Take a target back."""
    row = services.target_for(target_id)
    year = row.fiscal_year
    version = shown_version(request.form.get("version"))
    press(lambda: services.remove(actor(), row, version=version), _("The target was taken back."))
    return redirect(url_for("targets.index", year=year))
