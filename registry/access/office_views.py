"""Pages of the administrator: offices."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access import queries
from registry.access.forms import OfficeForm
from registry.access.gate import actor, allow, scope
from registry.access.models import OFFICE_KIND_NAMES, Office
from registry.access.offices import FIELDS, office_for, offices, update_office
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out

bp = Blueprint("offices", __name__, url_prefix="/offices")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.get("/")
@MANAGE
def index() -> ResponseReturnValue:
    """All offices."""
    kind, text = request.args.get("kind", ""), request.args.get("text", "")
    rows = offices(kind=kind, text=text)
    return render_template(
        "offices/index.html",
        rows=rows,
        accounts=queries.accounts_of(scope(), {row.id for row in rows}),
        kinds=OFFICE_KIND_NAMES,
        filters={"kind": kind, "text": text},
    )


@bp.route("/<code>", methods=["GET", "POST"])
@MANAGE
def edit(code: str) -> ResponseReturnValue:
    """Change an office."""
    office = office_for(code)
    form = OfficeForm(obj=office)
    if carry_out(form, lambda: _update(office, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("offices.index"))
    return render_template("offices/form.html", form=form, office=office_for(code))


def _update(office: Office, form: OfficeForm) -> None:
    with compared(form, office, {name: getattr(office, name) for name in FIELDS}):
        update_office(
            office,
            name_th=form.name_th.data,
            name_en=form.name_en.data,
            short_th=form.short_th.data,
            phone=form.phone.data,
            closed_on=form.closed_on.data,
            actor=actor(),
            version=version_of(form),
        )
