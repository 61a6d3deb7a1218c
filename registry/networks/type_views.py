"""Pages of the administrator: network types."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.networks import types
from registry.networks.type_forms import NewTypeForm, TypeForm

bp = Blueprint("network_types", __name__, url_prefix="/settings/network-types")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def index() -> ResponseReturnValue:
    """The list, and a form for a new type."""
    form = NewTypeForm()
    if carry_out(
        form,
        lambda: types.add_type(form.code.data, form.name_th.data, form.name_en.data, actor()),
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("network_types.index"))
    return render_template(
        "settings/network_types.html",
        form=form,
        rows=types.network_types(),
        members=types.members_by_type(),
    )


@bp.route("/<code>", methods=["GET", "POST"])
@MANAGE
def edit(code: str) -> ResponseReturnValue:
    """Change a type."""
    row = types.type_for(code)
    form = TypeForm(obj=row)
    if carry_out(
        form,
        lambda: types.change_type(
            row,
            form.name_th.data,
            form.name_en.data,
            form.position.data,
            form.active.data,
            actor(),
        ),
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("network_types.index"))
    return render_template("settings/network_type.html", form=form, row=row)
