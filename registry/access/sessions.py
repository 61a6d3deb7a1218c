"""Signed-in browsers, kept on the server: a copy of a cookie dies with its row.

The cookie (signed by Flask) carries a random token; only its hash is stored.  The gate asks on
every request that the row exists, was not ended, is not too old and was not idle for too long.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta

from flask import current_app, g, has_request_context, request, session
from flask_login import AnonymousUserMixin, current_user
from flask_security.utils import set_request_attr
from sqlalchemy import select, update

from registry.access.models import Office, SignIn, User
from registry.db import db
from registry.periods.calendar import to_bangkok_date

USER, TOKEN, SEEN = "_user_id", "sang_token", "sang_seen"
KEPT = ("locale", "csrf_token")
REFRESH = 60


def start_session(user: User) -> str:
    """Note a new signed-in browser in the caller's transaction and give its token.

    The cookie session of that browser must hold, besides what Flask-Login keeps (``_user_id`` =
    ``user.fs_uniquifier`` and ``_fresh`` = True): ``sang_token`` = the token, ``sang_seen`` =
    ``int(time.time())`` and, for pages that ask for the password again after a while,
    ``fs_paa`` = ``time.time()``.  :func:`session_of` gives all of them.
    """
    token = secrets.token_urlsafe(32)
    web = has_request_context()
    row = SignIn(
        token_hash=_hash(token),
        user_id=user.id,
        started_at=datetime.now(UTC),
        address=request.remote_addr if web else None,
        browser=request.user_agent.string[:200] if web else None,
    )
    db.session.add(row)
    db.session.flush()
    return token


def session_of(user: User) -> dict[str, object]:
    """Sign a user in: the keys and values that the browser's cookie session must hold."""
    now = time.time()
    login = {USER: user.fs_uniquifier, "_fresh": True, "fs_paa": now}
    return login | {TOKEN: start_session(user), SEEN: int(now)}


def load(user_id: str) -> User | None:
    """Flask-Login's user loader: the user whose living session this browser holds, or None."""
    found = _row_and_user(user_id)
    if found is None or _is_idle() or _is_too_old(found[0]):
        return None
    g.sign_in_id = found[0].id
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found[1]


def uphold() -> None:
    """Called by the gate first of all: keep a living session's clock, empty a dead one."""
    if USER not in session and TOKEN not in session:
        return
    if not current_user.is_authenticated:
        _forget()
    elif time.time() - session[SEEN] > REFRESH:
        session[SEEN] = int(time.time())


def _row_and_user(user_id: str) -> tuple[SignIn, User] | None:
    query = (
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .join(Office, Office.id == User.office_id)
        .where(
            SignIn.token_hash == _hash(str(session.get(TOKEN, ""))),
            SignIn.ended_at.is_(None),
            User.active,
            Office.open_on(to_bangkok_date(datetime.now(UTC))),
            User.fs_uniquifier == user_id,
        )
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def adopt(user: User) -> None:
    """Give this browser a new session for a user who has just shown who they are."""
    kept = {key: session[key] for key in (*KEPT, "fs_cc") if key in session}
    session.clear()
    session.update(kept | session_of(user))
    g.sign_in_id = db.session.scalar(
        select(SignIn.id).where(SignIn.token_hash == _hash(session[TOKEN]))
    )


def end_current() -> None:
    """End this browser's row (sign-out)."""
    row = db.session.get(SignIn, g.sign_in_id) if "sign_in_id" in g else None
    if row is not None:
        row.ended_at = datetime.now(UTC)


def end_all(user_id: int, *, but_this: bool = False) -> int:
    """End all of a user's signed-in browsers, perhaps but this one; returns how many."""
    query = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but_this:
        query = query.where(SignIn.id != g.get("sign_in_id", 0))
    ended = query.values(ended_at=datetime.now(UTC)).returning(SignIn.id)
    return len(db.session.scalars(ended).all())


def open_sign_ins(user_id: int) -> list[SignIn]:
    """A user's signed-in browsers, the newest first."""
    oldest = datetime.now(UTC) - _absolute()
    query = select(SignIn).where(
        SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.started_at > oldest
    )
    return list(db.session.scalars(query.order_by(SignIn.started_at.desc())))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_idle() -> bool:
    minutes: int = current_app.extensions["sang_settings"].session_idle_minutes
    return time.time() - float(session.get(SEEN, 0)) > minutes * 60


def _absolute() -> timedelta:
    return timedelta(hours=current_app.extensions["sang_settings"].session_absolute_hours)


def _is_too_old(row: SignIn) -> bool:
    return datetime.now(UTC) - row.started_at > _absolute()


def _forget() -> None:
    """Empty the cookie but for the language and the forms' token; nobody is signed in."""
    for key in set(session) - set(KEPT):
        session.pop(key)
    g.session_ended = True
    g._login_user = AnonymousUserMixin()
