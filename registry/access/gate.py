"""The gate: one ``before_request`` that denies whatever was not allowed.

Views are marked with :func:`allow` (a permission) or :func:`public`; the gate enforces.  It also
decides each request's scope and, for requests that change something, ends the read in which the
user was loaded so that the view's transaction holds the write lock from its first statement.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.routing import RequestRedirect

from registry.access import sessions
from registry.access.expired_views import expired_page, is_own_form
from registry.access.roles import Permission
from registry.access.scope import Scope, permissions_of, scope_of
from registry.audit.services import Actor
from registry.db import begin_write
from registry.error_pages import wants_json
from registry.periods.calendar import to_bangkok_date

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MARK, PUBLIC = "sang_permission", "public"
ASSETS = frozenset({"static", "bootstrap.static"})
NEW_PASSWORD = "security.change_password"  # noqa: S105 - a page's name


def allow(permission: Permission) -> Callable[[View], View]:
    """Mark a view: those who have the permission may call it."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view: anybody may call it."""
    setattr(view, MARK, PUBLIC)
    return view


def today() -> Any:
    """Today's date in Bangkok."""
    return to_bangkok_date(datetime.now(UTC))


def actor() -> Actor:
    """Who makes this request."""
    if current_user.is_authenticated:
        return Actor(current_user.id, "web", current_user.office_id)
    return Actor(None, "web")


def scope() -> Scope:
    """The scope of this request, decided by the gate from the view's permission."""
    return g.scope  # type: ignore[no-any-return]


def scope_for(permission: Permission) -> Scope:
    """The signed-in user's scope for another permission than the view's own."""
    return scope_of(current_user, permission, today())


def permissions() -> frozenset[Permission]:
    """What the signed-in user may do today; nothing without a sign-in."""
    if not current_user.is_authenticated:
        return frozenset()
    if "permissions" not in g:
        g.permissions = permissions_of(current_user, today())
    return g.permissions  # type: ignore[no-any-return]


def may(permission: Permission) -> bool:
    """Whether the signed-in user has a permission today."""
    return permission in permissions()


def mark_of(app: Flask, endpoint: str) -> Permission | str | None:
    """What an endpoint was marked with; None denies everybody.

    Views of libraries (sign-in, Dash, static files) carry no mark: those who install them
    declare them in ``app.extensions["sang_marks"]`` by endpoint or by prefix (``"name*"``).
    """
    view = app.view_functions.get(endpoint)
    found = getattr(view, MARK, None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    marks: dict[str, Permission | str] = app.extensions["sang_marks"]
    if endpoint in marks:
        return marks[endpoint]
    for pattern, mark in marks.items():
        if pattern.endswith("*") and endpoint.startswith(pattern[:-1]):
            return mark
    return None


def _deny() -> ResponseReturnValue:
    if request.method == "GET" and not wants_json():
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if is_own_form():
        return expired_page()
    abort(401)


def _guard() -> ResponseReturnValue | None:
    g.request_id = secrets.token_hex(6)
    if request.endpoint in ASSETS:
        return None
    sessions.uphold()
    if request.endpoint is None:
        return None if current_user.is_authenticated else _unknown()
    mark = mark_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if mark == PUBLIC:
        g.scope = Scope()
        _intend()
        return None
    if not current_user.is_authenticated:
        return _deny()
    if not isinstance(mark, Permission) or not may(mark):
        abort(403)
    if current_user.must_change_password and request.endpoint != NEW_PASSWORD:
        return redirect(url_for(NEW_PASSWORD))
    g.scope = scope_of(current_user, mark, today())
    _intend()
    return None


def _unknown() -> ResponseReturnValue | None:
    """An address that does not exist answers strangers like one that does: sign in first.

    A public page may be asked for without its last slash, as people type it.
    """
    return None if _lacks_slash() else _deny()


def _lacks_slash() -> bool:
    if not isinstance(request.routing_exception, RequestRedirect):
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    routes = app.create_url_adapter(request)
    if routes is None:
        return False
    endpoint, _values = routes.match(f"{request.path}/")
    return mark_of(app, endpoint) == PUBLIC


def _intend() -> None:
    """Declare write intent for what changes something; Dash posts, but only reads."""
    reads = current_app.extensions["sang_readers"]
    if request.method not in SAFE and not str(request.endpoint).startswith(tuple(reads)):
        begin_write()


def init_app(app: Flask) -> None:
    """Close the gate."""
    app.extensions["sang_marks"] = dict.fromkeys(ASSETS, PUBLIC)
    app.extensions["sang_readers"] = {"/dashboards/"}
    app.before_request(_guard)
    app.context_processor(lambda: {"may": may, "Permission": Permission})
