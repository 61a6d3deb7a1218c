"""The second factor: codes of an authenticator app, none of which counts twice."""

from __future__ import annotations

from typing import Any

from flask_security import Totp
from passlib.exc import TokenError


class SangTotp(Totp):
    """Remembers when the last code was made, so that one seen over a shoulder is worthless."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        last = user.tf_last_counter if totp_secret == user.tf_totp_secret else None
        code = token.replace(" ", "")
        try:
            match = self._totp.verify(code, totp_secret, window=window, last_counter=last)
        except TokenError:
            return False
        user.tf_last_counter = match.counter
        return True
