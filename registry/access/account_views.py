"""One's own account: name, language, password, second factor, signed-in browsers."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from registry.access import services, sessions
from registry.access.forms import ProfileForm
from registry.access.gate import actor, allow, today
from registry.access.models import second_factor_required
from registry.access.roles import ROLE_NAMES, Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import commit

bp = Blueprint("account", __name__, url_prefix="/account")
OWN = allow(Permission.ACCOUNT_OWN)


@bp.route("/", methods=["GET", "POST"])
@OWN
def own() -> ResponseReturnValue:
    """One's own account."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        _save(form)
        flash(_("Saved."), "success")
        return redirect(url_for("account.own"))
    return render_template(
        "account/own.html",
        form=form,
        roles=ROLE_NAMES,
        today=today(),
        browsers=sessions.open_sign_ins(current_user.id),
        this_browser=g.get("sign_in_id"),
        required=second_factor_required(current_user),
    )


def _save(form: ProfileForm) -> None:
    user = current_user._get_current_object()
    services.set_own_profile(user, name=form.name.data, locale=form.locale.data, actor=actor())
    commit()
    session["locale"] = form.locale.data
    refresh()


@bp.post("/sign-out-others")
@OWN
def sign_out_others() -> ResponseReturnValue:
    """End one's other signed-in browsers."""
    count = sessions.end_all(current_user.id, but_this=True)
    record(actor(), Action.USER_SIGN_OUT, "user", current_user.id, kind="others", count=count)
    commit()
    flash(_("%(n)s other browsers were signed out.", n=count), "success")
    return redirect(url_for("account.own"))


@bp.get("/back")
@OWN
def back() -> ResponseReturnValue:
    """After signing in beside a kept form: close this tab and send the form again."""
    return render_template("account/back.html")
