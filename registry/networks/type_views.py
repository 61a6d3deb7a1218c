"""Pages of the administrator: network types."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from registry.access.gate import actor, allow
from registry.access.roles import Permission
from registry.db import commit, db
from registry.errors import Refused
from registry.networks import types
from registry.networks.type_forms import NewTypeForm, TypeForm

bp = Blueprint("network_types", __name__, url_prefix="/settings/network-types")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def index() -> ResponseReturnValue:
    """The list, and a form for a new type."""
    form = NewTypeForm()
    if form.validate_on_submit() and _done(
        form,
        lambda: types.add_type(form.code.data, form.name_th.data, form.name_en.data, actor()),
    ):
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
    if form.validate_on_submit() and _done(
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
        return redirect(url_for("network_types.index"))
    return render_template("settings/network_type.html", form=form, row=row)


def _done(form: FlaskForm, service: Callable[[], object]) -> bool:
    """Do it and commit, or let the form say why not."""
    try:
        service()
    except Refused as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal))
        return False
    commit()
    flash(_("Saved."), "success")
    return True
