"""What comes from a browser is checked before Dash sees it: a bad body is 400, never 500."""

from __future__ import annotations

from typing import Any

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, abort, request

from dashboards import router
from registry.error_pages import error_page

LARGEST = 20_000
"""Bytes that a body may have: a deep one would exhaust the parser."""
LONGEST = 2_000
"""Characters that a value may have."""


def init_app(app: Flask, shell: Dash) -> None:
    """Check callback bodies and page addresses."""
    prefix = shell.config.routes_pathname_prefix
    callback, catchall = f"{prefix}_dash-update-component", f"{prefix}<path:path>"

    def check() -> None:
        if request.endpoint == callback:
            small = (request.content_length or 0) <= LARGEST
            if not small or not well_formed(_body()):
                abort(400)
        if request.endpoint == catchall and request.path not in dict(router.titles()):
            abort(404)

    app.before_request(check)
    app.register_error_handler(DependencyException, lambda _error: error_page(404))


def _body() -> Any:
    """What came; nothing where it is no JSON, or so deep that reading it exhausts the stack."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def well_formed(body: Any) -> bool:
    """Whether a body asks for the one callback of the server, with two strings and a count."""
    if not isinstance(body, dict) or not set(body) <= _KEYS:
        return False
    if body.get("output") != "page.children" or body.get("outputs") != _OUTPUT:
        return False
    inputs, changed = body.get("inputs"), body.get("changedPropIds", [])
    return (
        _are_inputs(inputs)
        and isinstance(changed, list)
        and set(map(str, changed)) <= _CHANGED
        and body.get("state", []) == []
    )


_KEYS = {"output", "outputs", "inputs", "changedPropIds", "parsedChangedPropsIds", "state"}
_OUTPUT = {"id": "page", "property": "children"}
_INPUTS = [("url", "pathname"), ("url", "search"), ("clock", "n_intervals")]
_CHANGED = {f"{name}.{value}" for name, value in _INPUTS}


def _are_inputs(inputs: Any) -> bool:
    if not isinstance(inputs, list) or not all(isinstance(entry, dict) for entry in inputs):
        return False
    if [(entry.get("id"), entry.get("property")) for entry in inputs] != _INPUTS:
        return False
    *address, count = (entry.get("value") for entry in inputs)
    return _is_count(count) and all(
        value is None or (isinstance(value, str) and len(value) <= LONGEST and _is_text(value))
        for value in address
    )


def _is_text(value: str) -> bool:
    """Whether it can be written: half of a pair of surrogates cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_count(value: Any) -> bool:
    return value is None or (type(value) is int and value >= 0)
