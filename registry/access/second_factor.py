"""The second factor: codes of an authenticator app, none of which counts twice."""

from __future__ import annotations

from flask_security import Totp, UserMixin
from passlib.exc import TokenError

from registry.access.models import User


class SangTotp(Totp):
    """Remembers when the last code was made, so that one seen over a shoulder is worthless."""

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        assert isinstance(user, User)
        last = user.tf_last_counter if totp_secret == user.tf_totp_secret else None
        code = token.replace(" ", "")
        try:
            match = self._totp.verify(code, totp_secret, window=window, last_counter=last)
        except TokenError:
            return False
        user.tf_last_counter = match.counter
        return True
