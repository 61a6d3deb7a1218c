"""What every page shares: the menu, the assets, the language switch."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    redirect,
    request,
    session,
    url_for,
)
from flask_bootstrap import Bootstrap5
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.util import LRUCache
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry.access.addresses import is_local
from registry.access.gate import permissions, public
from registry.access.roles import Permission
from registry.access.sessions import USER
from registry.db import SOME, SangSession
from registry.i18n import LOCALES, number

bootstrap = Bootstrap5()


@dataclass(frozen=True)
class Card:
    """A number that leads somewhere."""

    label: Any
    value: int
    address: str


WAITING_SECONDS, MOST = 15, 20_000
"""How long the menu's numbers are kept, which takes longer to count than many a page to make."""
CHANGED = "sang_changed"
"""In the session of a browser: when something was changed by it last."""
SECTIONS = ("work", "messages", "answers", "figures", "manage")
"""Parts of the menu, in the order in which they are shown."""


@dataclass(frozen=True)
class MenuItem:
    """One way in: shown to those who have the permission.

    Attributes:
        section: one of :data:`SECTIONS`.
        badge: a function that returns the number of things waiting, as far as it is shown: a
            long queue is counted by :func:`registry.db.count_up_to`.
        cards: the things that wait one by one, for the start page.
    """

    section: str
    endpoint: str
    label: Any
    permission: Permission
    order: int = 50
    icon: str = ""
    badge: Callable[[], int] | None = None
    cards: Callable[[], list[Card]] | None = None


def add_menu(app: Flask, *items: MenuItem) -> None:
    """Features call this in their ``init_app``: no page without its way in."""
    app.extensions.setdefault("sang_menu", []).extend(items)


def waiting(item: MenuItem) -> int:
    """How many things wait behind a menu item; counted once per request."""
    if item.badge is None:
        return 0
    counted: dict[str, int] = g.setdefault("waiting", {})
    if item.endpoint not in counted:
        counted[item.endpoint] = _lately(item.endpoint, item.badge)
    return counted[item.endpoint]


def _lately(name: str, count: Callable[[], int]) -> int:
    """A number as it was some seconds ago; as it is now, if one has changed anything oneself."""
    kept: LRUCache[Hashable, tuple[float, int]] = current_app.extensions["sang_waiting"]
    key, now = (current_user.id, session.get(CHANGED), name), time.monotonic()
    known = kept.get(key)
    if known is None or now - known[0] >= current_app.config["SANG_WAITING_SECONDS"]:
        known = kept[key] = now, count()
    return known[1]


@event.listens_for(SangSession, "after_commit")
def _changed(_session: SangSession) -> None:
    """What waits is counted anew for whoever changed something, by every process."""
    if has_request_context() and USER in session:
        session[CHANGED] = time.time_ns()


def bounded(count: int, most: int = SOME) -> str:
    """How a number of things is written that were counted up to ``most``."""
    return f"{number(most)}+" if count > most else number(count)


def menu_of(app: Flask) -> dict[str, list[MenuItem]]:
    """The menu of whoever is signed in, by section."""
    held = permissions()
    sections: dict[str, list[MenuItem]] = {name: [] for name in SECTIONS}
    for item in _items(app):
        if item.permission in held:
            sections[item.section].append(item)
    return {name: items for name, items in sections.items() if items}


def _items(app: Flask) -> list[MenuItem]:
    return sorted(app.extensions.get("sang_menu", []), key=lambda item: item.order)


def _is_here(app: Flask) -> Callable[[str], bool]:
    """Whether a menu item, by its endpoint, leads to the part of the site that is being shown.

    A page without an item of its own belongs to the first one of its blueprint.
    """
    here = request.endpoint or ""
    part = [item.endpoint for item in _items(app) if _part(item.endpoint) == _part(here)]
    shown = {request.path, here if here in part else next(iter(part), "")}
    return shown.__contains__


def _part(endpoint: str) -> str:
    return endpoint.split(".")[0]


def here() -> str:
    """The address at which the page on the screen, or the one it came from, can be opened again.

    A page that answers a form has none of its own: then it is the page on which the form stood,
    or the nearest one above.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    origin = urlsplit(request.referrer or "")
    came = origin.path if origin.netloc == request.host else ""
    parts = request.path.rstrip("/").split("/")
    above = ["/".join(parts[:end]) for end in range(len(parts), 1, -1)]
    for path in filter(None, [came, *above]):
        if _opens(path):
            return f"{path}?{origin.query}" if path == came and origin.query else path
    return ""


def _opens(path: str) -> bool:
    """Whether an address is one of ours that can be read."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    routes = app.create_url_adapter(request)
    try:
        endpoint, _values = routes.match(path, method="GET") if routes else ("", {})
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint) and not endpoint.endswith(".stray")


@public
def set_language(locale: str) -> Any:
    """Switch the language and go back to where one was (a POST: it changes the session)."""
    if locale in LOCALES:
        session["locale"] = locale
    target = request.form.get("next", "") or here()
    ok = is_local(target, request.host_url)
    response: Response = redirect(target if ok else url_for("home.start"))  # type: ignore[assignment]
    return response


def init_app(app: Flask) -> None:
    """Install Bootstrap, the menu and the language switch."""
    bootstrap.init_app(app)
    app.extensions["sang_waiting"] = LRUCache(MOST)
    app.config["SANG_WAITING_SECONDS"] = WAITING_SECONDS
    app.add_url_rule("/language/<locale>", "language", set_language, methods=["POST"])
    app.context_processor(lambda: {"menu": menu_of(app), "is_here": _is_here(app)})
    app.jinja_env.globals["waiting_behind"] = waiting
    app.jinja_env.filters["bounded"] = bounded
    app.jinja_env.globals["here"] = here
