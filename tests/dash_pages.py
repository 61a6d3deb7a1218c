"""Asking for a page of the dashboards as a browser does, and reading the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from benchmarks.browsing import CALLBACK, asking

OVERVIEW, REPORTS = "/dashboards/", "/dashboards/reports"
MESSAGE = "/dashboards/message"


def body(path: str = OVERVIEW, search: str = "", **changes: Any) -> dict[str, Any]:
    """What a browser sends for a page."""
    return {**asking(path, search), **changes}


def ask(client: FlaskClient, path: str = OVERVIEW, search: str = "?period=2568-10") -> TestResponse:
    """Ask for a page as a browser does."""
    return client.post(CALLBACK, json=body(path, search))


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every component of a page."""
    if isinstance(node, dict):
        if "props" in node and "type" in node:
            yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def text_of(answer: TestResponse) -> str:
    """A page as text."""
    return json.dumps(answer.get_json(), ensure_ascii=False)


def cards_of(answer: TestResponse) -> dict[str, str]:
    """Titles and values of the key figures."""
    found = {}
    for part in parts(answer.get_json()):
        if part["type"] == "Article":
            inside = list(parts(part["props"]["children"]))
            title = next(p for p in inside if p["type"] == "H2")["props"]["children"]
            found[title] = next(p for p in inside if p["type"] == "Strong")["props"]["children"]
    return found
