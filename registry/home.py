"""The front door: what waits for whoever signed in, and the shortest ways to their work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import func, select

from registry.access.gate import allow, may, public, scope, scope_for, today
from registry.access.models import User
from registry.access.roles import ROLE_NAMES, Permission
from registry.access.scope import roles_of
from registry.audit import queries as trail
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.db import db
from registry.facts.saved_view_queries import first_page
from registry.messages.models import MESSAGE_STATE_NAMES, KeyMessage
from registry.messages.queries import published_lately
from registry.ui import Card, MenuItem, menu_of, waiting

bp = Blueprint("home", __name__)
P = Permission
LATELY = 30
"""Days for which a published message stays on the start page."""
WAYS: tuple[tuple[Permission, str, Any], ...] = (
    (P.MEMBERS_WRITE, "members.new", _l("Register a member")),
    (P.IMPORTS_RUN, "imports.index", _l("Import a sign-up sheet")),
    (P.MESSAGES_WRITE, "messages.new", _l("Write a key message")),
    (P.DISSEMINATION_RECORD, "dissemination.grid_page", _l("Record a month's dissemination")),
    (P.USERS_MANAGE, "users.create", _l("New user")),
)


@bp.get("/")
@allow(Permission.ACCOUNT_OWN)
def start() -> ResponseReturnValue:
    """Executives and analysts to their first page of figures, the others to what waits for them."""
    if not any(may(one) for one in (P.MEMBERS_READ, P.USERS_MANAGE)) and may(P.FIGURES_VIEW):
        return redirect(first_page(scope(), current_user.id))
    now = roles_of(current_user, today())
    return render_template(
        "home.html",
        roles=[name for role, name in ROLE_NAMES.items() if role in now],
        waiting=_waiting(),
        ways=_ways(),
        latest=_latest(),
        states=MESSAGE_STATE_NAMES,
        state=_state() if may(P.AUDIT_READ) else None,
        today=today(),
    )


def _waiting() -> list[Card]:
    """What waits behind the menu items, counted or one by one."""
    items = [item for section in menu_of(current_app).values() for item in section]
    return [card for item in items if (count := waiting(item)) for card in _cards(item, count)]


def _cards(item: MenuItem, count: int) -> list[Card]:
    return item.cards() if item.cards else [Card(item.label, count, _address(item))]


def _address(item: MenuItem) -> str:
    return item.endpoint if item.endpoint.startswith("/") else url_for(item.endpoint)


def _ways() -> list[tuple[str, Any]]:
    known = current_app.view_functions
    return [(url_for(to), label) for needs, to, label in WAYS if to in known and may(needs)]


def _latest() -> list[KeyMessage]:
    """What was published lately, and what became of it since."""
    if not may(P.MESSAGES_READ):
        return []
    since = today() - timedelta(days=LATELY)
    return published_lately(scope_for(P.MESSAGES_READ), since, limit=5)


def _state() -> dict[str, Any]:
    """For the administrator: accounts, refused sign-ins of a day, the last check of the trail."""
    since = datetime.now(UTC) - timedelta(days=1)
    failed = select(func.count()).where(
        AuditEvent.action == Action.USER_SIGN_IN_FAILED.value, AuditEvent.at > since
    )
    active = select(func.count()).select_from(User).where(User.active)
    return {
        "active": db.session.scalar(active),
        "failed": db.session.scalar(failed),
        "checked": trail.last_verification(scope_for(P.AUDIT_READ)),
    }


@bp.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """Whether the process answers (for a load balancer)."""
    return {"ok": True}


def init_app(app: Flask) -> None:
    """Install the start page."""
    app.register_blueprint(bp)
