"""Page of the administrator: which province belongs to which zone, and from when."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.carry import carry_out, press
from registry.geography import queries, services
from registry.geography.forms import MoveForm

bp = Blueprint("geography", __name__, url_prefix="/settings/zones")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def zones() -> ResponseReturnValue:
    """The zones of today, the moves of the past and those planned; a form for a new one."""
    form = MoveForm()
    if carry_out(form, lambda: _move(form)):
        flash(_("Saved."), "success")
        return redirect(url_for("geography.zones"))
    return render_template(
        "geography/zones.html",
        form=form,
        zones=queries.zones_with_provinces(today()),
        moves=queries.zone_moves(),
        today=today(),
    )


def _move(form: MoveForm) -> None:
    services.move_province(
        form.province.data,
        int(form.zone.data),
        form.on.data,
        form.reason.data,
        actor(),
        today=today(),
    )


@bp.post("/<int:row_id>/take-back")
@MANAGE
def take_back(row_id: int) -> ResponseReturnValue:
    """Take back a move that has not come into force."""
    done = _("The planned move was taken back.")
    press(lambda: services.undo_planned_move(row_id, today(), actor()), done)
    return redirect(url_for("geography.zones"))
