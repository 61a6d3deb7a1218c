"""The doors of Flask-Security, with a count of wrong tries and an audit event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import recovery_codes, views
from sqlalchemy import func, select

from registry.access import sessions, throttle
from registry.access.addresses import is_local
from registry.access.gate import actor, allow, public
from registry.access.models import User
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import begin_write, commit, db

Door = Callable[[], ResponseReturnValue]


def _judged(what: str, account: str, door: Door) -> ResponseReturnValue:
    """Open a door that asks for a proof; every wrong one is counted, right or not in the end."""
    _refuse_foreign_next()
    if request.method != "POST" or not account:
        return door()
    begin_write()
    throttle.attempt(what, account, request.remote_addr or "")
    commit()
    if what == "code":
        begin_write()
    response = door()
    begin_write()
    if g.get("proved"):
        throttle.forgive(what, account)
    else:
        record(Actor(None), Action.USER_SIGN_IN_FAILED, "user", _id_of(account), kind=what)
    commit()
    return response


def _refuse_foreign_next() -> None:
    """Refuse an address to go on to that would lead away from this site."""
    targets = [target for target in request.values.getlist("next") if target]
    if not all(is_local(target, request.host_url) for target in targets):
        abort(400)


def _id_of(account: str) -> int | str:
    """The id of the account that was tried; an unknown address is not written down."""
    known = (func.lower(User.email) == account.strip().lower()) | (User.fs_uniquifier == account)
    return db.session.scalar(select(User.id).where(known)) or "unknown"


@public
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail address and password."""
    account = "" if current_user.is_authenticated else request.form.get("email", "")
    return _judged("password", account, views.login)


@public
def sign_out() -> ResponseReturnValue:
    """End this browser's session, and with it every copy of its cookie."""
    if current_user.is_authenticated:
        sessions.end_current()
        record(actor(), Action.USER_SIGN_OUT, "user", current_user.id)
    response = views.logout()
    session.pop(sessions.TOKEN, None)
    session.pop(sessions.SEEN, None)
    commit()
    return response


@public
def code() -> ResponseReturnValue:
    """The code of the authenticator app: at sign-in, or to prove that a new app works."""
    if current_user.is_authenticated and "tf_state" not in session:
        return redirect(url_for("account.own"))  # Flask-Security would sign the user out
    return _judged("code", _half_signed_in(), views.two_factor_token_validation)


@public
def recovery() -> ResponseReturnValue:
    """A recovery code in place of the app's."""
    return _judged("code", _half_signed_in(), recovery_codes.mf_recovery)


def _half_signed_in() -> str:
    """Whose code is awaited: Flask-Security keeps it in the session after a right password."""
    if current_user.is_authenticated:
        return str(current_user.fs_uniquifier)
    return str(session.get("tf_user_id", ""))


@public
def second_factor() -> ResponseReturnValue:
    """Set up the second factor: at the first sign-in of a role that needs it, or later."""
    return views.two_factor_setup()  # type: ignore[no-any-return]


@allow(Permission.ACCOUNT_OWN)
def codes() -> ResponseReturnValue:
    """Make recovery codes."""
    return recovery_codes.mf_recovery_codes()  # type: ignore[no-any-return]


@allow(Permission.ACCOUNT_OWN)
def password() -> ResponseReturnValue:
    """Change one's own password."""
    return _judged("password", current_user.email, views.change_password)


@allow(Permission.ACCOUNT_OWN)
def again() -> ResponseReturnValue:
    """Show the password again before something delicate."""
    return _judged("password", current_user.email, views.verify)


@allow(Permission.ACCOUNT_OWN)
def unused(**_: Any) -> ResponseReturnValue:
    """A door of Flask-Security that Sang has no use for."""
    abort(404)


DOORS: dict[str, Callable[..., ResponseReturnValue]] = {
    "login": sign_in,
    "logout": sign_out,
    "two_factor_token_validation": code,
    "mf_recovery": recovery,
    "two_factor_setup": second_factor,
    "mf_recovery_codes": codes,
    "change_password": password,
    "verify": again,
    "two_factor_rescue": unused,
    "tf_select": unused,
    "two_factor_setup_validate": unused,
}
"""Every endpoint of Flask-Security; each door carries its mark for the gate."""
