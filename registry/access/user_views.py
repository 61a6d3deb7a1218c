"""Pages of the administrator: accounts."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access import passwords, queries, services
from registry.access.forms import ReasonForm, UserForm
from registry.access.gate import actor, allow, scope, today
from registry.access.grants import grants_now
from registry.access.models import User
from registry.access.offices import offices
from registry.access.roles import ROLE_NAMES, Permission
from registry.access.sessions import open_sign_ins
from registry.access.versions import compared, holds_now, version_of
from registry.carry import carry_out, press
from registry.db import commit, db
from registry.errors import Refused
from registry.fields import read_page

bp = Blueprint("users", __name__, url_prefix="/users")
MANAGE = allow(Permission.USERS_MANAGE)


@bp.get("/")
@MANAGE
def index() -> ResponseReturnValue:
    """Accounts, searched and filtered."""
    filters = {name: request.args.get(name, "") for name in ("text", "office", "role", "state")}
    page = queries.users(scope(), page=read_page(request.args), **filters)
    return render_template(
        "users/index.html",
        page=page,
        filters=filters,
        offices=offices(),
        roles=ROLE_NAMES,
        today=today(),
    )


@bp.route("/new", methods=["GET", "POST"])
@MANAGE
def create() -> ResponseReturnValue:
    """A new account; its one-time password is shown once, on the page that answers."""
    form = UserForm()
    if form.validate_on_submit():
        if made := queries.user_of_form(scope(), form.form_token.data):
            return redirect(url_for("users.show", user_id=made.id))
        password = passwords.one_time_password()
        if user := _create(form, password):
            return _with_password(user, password)
    return render_template("users/form.html", form=form, user=None)


def _create(form: UserForm, password: str) -> User | None:
    try:
        user = services.create_user(
            email=form.email.data,
            name=form.name.data,
            office=form.office.data,
            roles=form.chosen(),
            password=password,
            position=form.position.data,
            form_token=form.form_token.data,
            actor=actor(),
        )
    except Refused as refusal:
        _refuse(form, refusal)
        return None
    commit()
    return user


def _refuse(form: UserForm, refusal: Refused) -> None:
    """Undo what was begun; the form shows the sentence and everything that was typed."""
    db.session.rollback()
    form.form_errors.append(str(refusal))


def _with_password(user: User, password: str) -> ResponseReturnValue:
    return render_template("users/password.html", user=user, password=password)


@bp.get("/<int:user_id>")
@MANAGE
def show(user_id: int) -> ResponseReturnValue:
    """An account."""
    user = queries.user_for(scope(), user_id)
    return render_template(
        "users/show.html",
        user=user,
        roles=ROLE_NAMES,
        today=today(),
        browsers=open_sign_ins(user.id),
        reason=ReasonForm(),
    )


@bp.route("/<int:user_id>/edit", methods=["GET", "POST"])
@MANAGE
def edit(user_id: int) -> ResponseReturnValue:
    """Change an account and its roles."""
    user = queries.user_for(scope(), user_id)
    form = UserForm.of(user)
    if carry_out(form, lambda: _update(user, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("users.show", user_id=user_id))
    user = queries.user_for(scope(), user_id)
    return render_template("users/form.html", form=form, user=user)


def _update(user: User, form: UserForm) -> None:
    now = {"name": user.name, "email": user.email, "position": user.position}
    with compared(form, user, now | {"office": user.office.code}, _roles_now(user, form)):
        services.update_user(
            user,
            email=form.email.data,
            name=form.name.data,
            position=form.position.data,
            office=form.office.data,
            roles=form.chosen(),
            actor=actor(),
            version=version_of(form),
        )


def _roles_now(user: User, form: UserForm) -> list[str]:
    """For whom comes late: the roles, where they are not the chosen ones."""
    held = grants_now(user.assignments)
    if set(held) == set(form.chosen()):
        return []
    return [holds_now(_("Roles"), ", ".join(str(ROLE_NAMES[grant.role]) for grant in held))]


@bp.post("/<int:user_id>/disable")
@MANAGE
def disable(user_id: int) -> ResponseReturnValue:
    """Disable an account."""
    user = queries.user_for(scope(), user_id)
    reason = request.form.get("reason", "")
    done = _("The account is disabled and signed out everywhere.")
    return _act(user, done, lambda: services.disable_user(user, actor(), reason))


@bp.post("/<int:user_id>/enable")
@MANAGE
def enable(user_id: int) -> ResponseReturnValue:
    """Open a disabled account again."""
    user = queries.user_for(scope(), user_id)
    done = _("The account is active again.")
    return _act(user, done, lambda: services.enable_user(user, actor()))


@bp.post("/<int:user_id>/password")
@MANAGE
def new_password(user_id: int) -> ResponseReturnValue:
    """A new one-time password, shown once."""
    user = queries.user_for(scope(), user_id)
    password = services.new_password(user, actor())
    commit()
    return _with_password(user, password)


@bp.post("/<int:user_id>/second-factor")
@MANAGE
def drop_second_factor(user_id: int) -> ResponseReturnValue:
    """Take away a lost second factor."""
    user = queries.user_for(scope(), user_id)
    reason = request.form.get("reason", "")
    done = _("The second factor was taken away.")
    return _act(user, done, lambda: services.drop_second_factor(user, actor(), reason))


def _act(user: User, done: str, service: Callable[[], None]) -> ResponseReturnValue:
    """Do one thing to an account and go back to it, saying how it went."""
    user_id = user.id
    press(service, done)
    return redirect(url_for("users.show", user_id=user_id))
