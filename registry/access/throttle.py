"""Slowing down those who guess: failed attempts are counted in the database.

An attempt is written *before* it is judged and taken away again when it was right, and those of
one account or address are counted one after the other, so that many at once cannot slip past.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from registry.access.models import SignInFailure
from registry.db import db
from registry.errors import Refused
from registry.vault import keyed_hash

WINDOW = timedelta(minutes=15)
PER_ACCOUNT, PER_ADDRESS = 5, 30


class TooManyAttempts(Refused):
    """Too many failures from an account or an address; says how many minutes to wait."""


def attempt(what: str, account: str, address: str) -> None:
    """Count an attempt of an account (``what``: ``password`` or ``code``) from an address.

    Raises:
        TooManyAttempts: the attempt must not even be judged.
    """
    now = datetime.now(UTC)
    key = _key(what, account)
    _alone(key, address)
    wait = max(
        _wait(SignInFailure.account_hash == key, PER_ACCOUNT, now),
        _wait(SignInFailure.address == address, PER_ADDRESS, now),
    )
    if wait:
        raise TooManyAttempts(
            _("Too many failed attempts. Please try again in %(n)s minutes.", n=wait)
        )
    db.session.add(SignInFailure(at=now, account_hash=key, address=address))
    db.session.flush()


def _alone(key: str, address: str) -> None:
    """Wait until nobody else counts this account or address; SQLite has one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        for space, text in enumerate((key, address), start=1):
            db.session.execute(select(func.pg_advisory_xact_lock(space, func.hashtext(text))))


def forgive(what: str, account: str) -> None:
    """The attempt was right: an account's failures are forgotten."""
    key = _key(what, account)
    db.session.execute(delete(SignInFailure).where(SignInFailure.account_hash == key))


def sweep() -> None:
    """Forget what is too old to count; the audit trail remembers that it happened."""
    old = datetime.now(UTC) - WINDOW
    db.session.execute(delete(SignInFailure).where(SignInFailure.at < old))


def _key(what: str, account: str) -> str:
    return keyed_hash(f"{what}:{account.strip().lower()}")


def _wait(which: object, limit: int, now: datetime) -> int:
    """Whole minutes until fewer than ``limit`` failures lie within the window; 0 when so now."""
    query = select(SignInFailure.at).where(which, SignInFailure.at > now - WINDOW)  # type: ignore[arg-type]
    last = list(db.session.scalars(query.order_by(SignInFailure.at.desc()).limit(limit)))
    if len(last) < limit:
        return 0
    return int((last[-1] + WINDOW - now).total_seconds() // 60) + 1
