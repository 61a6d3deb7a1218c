"""Sang in a real browser: finding Chromium, serving an application, being signed in."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress
from flask import Flask
from sqlalchemy import select

from registry.access.models import User
from registry.access.sessions import session_of
from registry.db import db, unit_of_work
from registry.errors import Refused

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
CALLBACK = "/dashboards/_dash-update-component"
"""Where a browser asks for a page of the dashboards."""


def chromium() -> str:
    """Path of the Chromium on PATH.

    Raises:
        Refused: there is none; the sentence says how to get it.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise Refused("Chromium was not found: install it (Debian: apt-get install chromium).")
    return found


@contextmanager
def serving(app: Flask, threads: int = 4) -> Iterator[str]:
    """Serve an application with waitress on a free port of loopback; gives the address."""
    server = waitress.create_server(
        app, host="127.0.0.1", port=0, threads=threads, backlog=256, ident=None
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()


def cookie(app: Flask, email: str, url: str, **more: object) -> dict[str, str]:
    """A cookie that signs a browser in, without going through the form; nobody without e-mail."""
    held = more
    if email:
        with app.app_context(), unit_of_work():
            user = db.session.scalars(select(User).where(User.email == email)).one()
            held = session_of(user) | more
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(held)
    name = app.config["SESSION_COOKIE_NAME"]
    found = client.get_cookie(name)
    if found is None:
        raise LookupError(name)
    # Chromium takes a secure cookie only for an https address, and does not look at the port.
    return {"name": name, "value": found.value, "url": url.replace("http:", "https:", 1)}


def asking(path: str, query: str) -> dict[str, Any]:
    """What a browser sends for a page of the dashboards."""
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": query},
            {"id": "clock", "property": "n_intervals", "value": 0},
        ],
        "changedPropIds": ["url.search"],
    }
