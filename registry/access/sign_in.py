"""Sign-in by Flask-Security: its settings, its doors and what follows a sign-in."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import Security, SQLAlchemyUserDatastore, signals
from flask_wtf.csrf import CSRFError

from registry.access import proofs, sessions, sign_in_views
from registry.access.expired_views import expired_page, is_own_form
from registry.access.gate import PUBLIC, mark_of
from registry.access.models import User
from registry.access.passwords import SangPasswords
from registry.access.second_factor import SangTotp
from registry.access.throttle import TooManyAttempts
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import begin_write, db
from registry.error_pages import error_page
from registry.vault import derive

FORMS: dict[str, Any] = {
    "login_form": proofs.SignInForm,
    "verify_form": proofs.AgainForm,
    "change_password_form": proofs.NewPasswordForm,
    "two_factor_verify_code_form": proofs.CodeForm,
    "mf_recovery_form": proofs.RecoveryForm,
}
WORDS = {
    "GENERIC_AUTHN_FAILED": _l("The e-mail address or the password is not right."),
    "INVALID_PASSWORD": _l("The password is not right."),
    "RETYPE_PASSWORD_MISMATCH": _l("The two new passwords differ."),
    "PASSWORD_IS_THE_SAME": _l("The new password is the present one; choose another."),
    "TWO_FACTOR_INVALID_TOKEN": _l("The code is not right, or it was used already."),
    "INVALID_RECOVERY_CODE": _l("The recovery code is not right, or it was used already."),
    "TWO_FACTOR_PERMISSION_DENIED": _l("Please sign in with your password first."),
    "REAUTHENTICATION_REQUIRED": _l("Please type your password again to go on."),
}
NEWS = {
    "PASSWORD_CHANGE": _l("Your password was changed; your other browsers were signed out."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _l("Welcome. Your code was right."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _l("The second factor is set up."),
    "TWO_FACTOR_DISABLED": _l("The second factor is turned off."),
    "REAUTHENTICATION_SUCCESSFUL": _l("Thank you."),
}


ARGON2 = {"argon2__memory_cost": 19456, "argon2__time_cost": 2, "argon2__parallelism": 1}
"""OWASP's first choice: 19 MiB each, so that many at once do not fill the memory."""


def _config(app: Flask) -> dict[str, Any]:
    """Flask-Security's settings.

    The keys derive from the data key: an operator may change ``SANG_SECRET_KEY`` (which signs
    everybody out) without making passwords and second factors worthless.
    """
    secret = app.extensions["sang_settings"].data_key.get_secret_value()
    codes = base64.urlsafe_b64encode(derive(secret, "recovery-codes"))
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
        "PASSWORD_SALT": derive(secret, "password").hex(),
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "CACHE_CONTROL": None,
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [f"{app.root_path}/translations"],
        "POST_LOGOUT_VIEW": "security.login",
        "CHANGEABLE": True,
        "CHANGE_URL": "/account/password",
        "POST_CHANGE_VIEW": "/",
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "VERIFY_URL": "/account/verify",
        "FRESHNESS": timedelta(minutes=30),
        "FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_SETUP_URL": "/account/second-factor",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
        "TWO_FACTOR_RESCUE_URL": "/login/rescue",
        "TWO_FACTOR_SELECT_URL": "/login/select",
        "TWO_FACTOR_POST_SETUP_VIEW": "account.own",
        "TOTP_SECRETS": {"1": derive(secret, "second-factor").hex()},
        "TOTP_ISSUER": "Sang",
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [codes],
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
        "MULTI_FACTOR_RECOVERY_URL": "/login/recovery",
    }


def _on_sign_in(app: Flask, *, user: User, authn_via: list[str] | None, **_: Any) -> None:
    """A new session for whoever proved who they are; after a new password the others end."""
    begin_write()
    sessions.adopt(user)
    actor = Actor(user.id, "web", user.office_id)
    if authn_via == ["change"]:
        user.must_change_password = False
        sessions.end_all(user.id, but_this=True)
        record(actor, Action.USER_PASSWORD, "user", user.id)
    else:
        record(actor, Action.USER_SIGN_IN, "user", user.id)


def _on_second_factor(app: Flask, *, user: User, method: str = "off", **_: Any) -> None:
    """The second factor was set up, changed or turned off: other browsers must show it anew."""
    if method != "off" and session.get("tf_state") == "ready":
        return
    if method == "off":
        user.mf_recovery_codes = None
    sessions.end_all(user.id, but_this=True)
    actor = Actor(user.id, "web", user.office_id)
    record(actor, Action.USER_SECOND_FACTOR, "user", user.id, kind=method)


def _too_many(error: TooManyAttempts) -> ResponseReturnValue:
    db.session.rollback()
    return error_page(429, str(error))


def _lost_form(error: CSRFError) -> ResponseReturnValue:
    """A form without its token: kept, if it is ours and only its session is gone."""
    if not is_own_form():
        return error_page(400)
    if request.endpoint == "security.login":
        flash(_("The page was open for too long. Please sign in again."), "warning")
        return redirect(url_for("security.login"))
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    public = mark_of(app, request.endpoint or "") == PUBLIC
    return expired_page(needs_sign_in=not public)


def init_app(app: Flask) -> None:
    """Install Flask-Security behind the gate."""
    app.config.update({f"SECURITY_{name}": value for name, value in _config(app).items()})
    app.config.update({f"SECURITY_MSG_{name}": (text, "error") for name, text in WORDS.items()})
    app.config.update({f"SECURITY_MSG_{name}": (text, "success") for name, text in NEWS.items()})
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, User, None),  # type: ignore[arg-type]
        password_util_cls=SangPasswords,
        totp_cls=SangTotp,
        **FORMS,
    )
    security.want_json(lambda _request: False)
    app.login_manager.user_loader(sessions.load)  # type: ignore[attr-defined]
    app.login_manager._request_callback = None  # type: ignore[attr-defined]
    app.login_manager.session_protection = None  # type: ignore[attr-defined]
    for name, door in sign_in_views.DOORS.items():
        app.view_functions[f"security.{name}"] = door
    app.extensions["sang_readers"] |= {"security.login", "security.change_password"}
    signals.user_authenticated.connect(_on_sign_in, app)
    for signal in (signals.tf_code_confirmed, signals.tf_profile_changed, signals.tf_disabled):
        signal.connect(_on_second_factor, app)
    app.register_error_handler(TooManyAttempts, _too_many)
    app.register_error_handler(CSRFError, _lost_form)
