"""Flask-Security's forms, with our words; each tells whether a proof (password, code) was right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MfRecoveryForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    verify_password,
)
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired

from registry.access import passwords
from registry.access.passwords import LONGEST
from registry.db import begin_write
from registry.fields import at_most
from registry.periods.calendar import to_bangkok_date

_needed = DataRequired(_l("Please fill this in."))
_old = {"autocomplete": "current-password"}
_new = {"autocomplete": "new-password"}
_code = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12}


class Proving:
    """Notes in ``g.proved`` whether the proof was right; what follows a right one is written."""

    def validate(self, **kwargs: Any) -> bool:
        """Judge the proof; a database write is declared only after the slow comparison."""
        g.proved = bool(super().validate(**kwargs))  # type: ignore[misc]
        if g.proved:
            begin_write()
        return bool(g.proved)


class SignInForm(Proving, LoginForm):
    """E-mail address and password; no "remember me", for offices share computers."""

    email = EmailField(
        _l("E-mail address"),
        [_needed, at_most(254)],
        [lambda text: (text or "").strip()],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(_l("Password"), [_needed], render_kw=_old)
    remember = None

    def validate(self, **kwargs: Any) -> bool:
        """Only accounts of an office that is open today; who knows the password learns why."""
        right = super().validate(**kwargs)
        user: Any = self.user
        if right and not user.office.open_on(to_bangkok_date(datetime.now(UTC))):
            self.form_errors.append(
                _(
                    "Your office is closed, so its accounts cannot sign in; ask the administrator "
                    "to move yours to another office."
                )
            )
            g.proved = right = False
        return right


class AgainForm(Proving, VerifyForm):
    """The password once more, before something delicate."""

    password = PasswordField(_l("Password"), [_needed], render_kw=_old)


class NewPasswordForm(Proving, ChangePasswordForm):
    """The old password and twice the new one."""

    password = PasswordField(_l("Present password"), [_needed], render_kw=_old)
    new_password = PasswordField(_l("New password"), [_needed, at_most(LONGEST)], render_kw=_new)
    new_password_confirm = PasswordField(_l("New password, again"), [_needed], render_kw=_new)

    def validate(self, **kwargs: Any) -> bool:
        """A new password that is not good enough is no wrong proof, if the old one is right."""
        right = super().validate(**kwargs)
        g.proved = right or (not self.password.errors and self._is_old())
        return right

    def _is_old(self) -> bool:
        """Flask-Security stops at a blank or mistyped new password, before it looks at the old."""
        typed = self.password.data or ""
        return bool(verify_password(passwords.normal(typed), current_user.password))


class CodeForm(Proving, TwoFactorVerifyCodeForm):
    """A code of the authenticator app."""

    code = StringField(_l("Code from the app"), [_needed], render_kw=_code)


class RecoveryForm(Proving, MfRecoveryForm):
    """A recovery code in place of the app."""

    code = StringField(
        _l("Recovery code"), [_needed], [lambda text: (text or "").strip().lower()],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
