"""Every page that exists, opened once by somebody who may: clean, readable, for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.test_pages import page_faults
from tests.cast import CAST
from tests.test_routes import OPEN, ROLES, ROUTES, visits

ClientOf = Callable[[str], FlaskClient]
READERS = ("officer50", "head50", "central", "admin", "regional3")
VISITOR = "visitor"
PARTS = {VISITOR: 1, "officer50": 4, "head50": 1, "central": 1, "admin": 2, "regional3": 1}
SHARES = [(name, part) for name, parts in PARTS.items() for part in range(parts)]


def _reader(endpoint: str) -> str:
    """The first of the readers who may open a route."""
    wanted = ROUTES[endpoint]
    if wanted in OPEN:
        return VISITOR
    return next((name for name in READERS if CAST[name].role.value in ROLES[wanted]), "")


def test_somebody_opens_every_route() -> None:
    assert [endpoint for endpoint in ROUTES if not _reader(endpoint)] == []


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "part"), SHARES)
def test_every_page(
    app: Flask, page: Page, signed_in: SignIn, client_of: ClientOf, name: str, part: int
) -> None:
    client = app.test_client() if name == VISITOR else client_of(name)
    paths = [path for path in _paths(app, name)[part :: PARTS[name]] if _is_page(client, path)]
    if name != VISITOR:
        signed_in(name)
    wrong = [fault for path in paths for fault in page_faults(page, path)]
    assert not wrong, "\n".join(wrong)


def _paths(app: Flask, name: str) -> list[str]:
    return [
        path
        for rule, method, path in visits(app)
        if method == "GET" and _reader(rule.endpoint) == name
    ]


def _is_page(client: FlaskClient, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 200 and answer.mimetype == "text/html"
