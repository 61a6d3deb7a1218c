"""What belongs to another office does not exist: every id of every address, swapped."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from registry.db import unit_of_work
from tests.objects import World

ClientOf = Callable[[str], FlaskClient]
MATRIX = tomllib.loads((Path(__file__).parent / "routes.toml").read_text())
ROUTES, ROLES, FREE = MATRIX["routes"], MATRIX["roles"], MATRIX["free"]
PAIRS = {
    "provincial_officer": {"P50": "officer50", "P90": "officer90"},
    "head": {"P50": "head50", "P90": "head90"},
}


def _pair(rule: Rule) -> dict[str, str]:
    """Two users of different provinces who may both use a route; empty where there are none."""
    holders = ROLES.get(ROUTES.get(rule.endpoint, ""), [])
    return next((users for role, users in PAIRS.items() if role in holders), {})


def _rules(app: Flask) -> list[Rule]:
    """Routes whose address names something that belongs to an office."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and _pair(rule)]
    return sorted((rule for rule in rules if rule.endpoint not in FREE), key=str)


def _open(client_of: ClientOf, rule: Rule, user: str, path: str) -> dict[str, int]:
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {method: client_of(user).open(path, method=method).status_code for method in methods}


@pytest.mark.usefixtures("quiet_menu")
@pytest.mark.parametrize(("office", "other"), [("P50", "P90"), ("P90", "P50")])
def test_the_neighbour_gets_404(app: Flask, client_of: ClientOf, office: str, other: str) -> None:
    wrong = []
    for rule, path in _paths(app, office):
        for method, status in _open(client_of, rule, _pair(rule)[other], path).items():
            if status != 404:
                wrong.append(f"{method} {path} ({rule.endpoint}): {status}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("quiet_menu")
def test_the_owner_gets_in(app: Flask, client_of: ClientOf) -> None:
    """Without this the other test would pass on addresses that nobody can open."""
    wrong = []
    for rule, path in _paths(app, "P50"):
        for method, status in _open(client_of, rule, _pair(rule)["P50"], path).items():
            if status == 404 or status >= 500:
                wrong.append(f"{method} {path} ({rule.endpoint}): {status}")
    assert not wrong, "\n".join(wrong)


def _paths(app: Flask, office: str) -> list[tuple[Rule, str]]:
    with app.app_context(), unit_of_work():
        world = World(office)
        return [(rule, world.address(rule)) for rule in _rules(app)]


def test_what_is_free_is_still_there(app: Flask) -> None:
    with_ids = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments}
    assert set(FREE) <= with_ids
    assert all(len(reason) > 10 for reason in FREE.values())


def test_there_is_something_to_swap(app: Flask) -> None:
    found = {argument for rule in _rules(app) for argument in rule.arguments}
    assert {"member_id", "network_id", "channel_id", "message_id"} <= found
