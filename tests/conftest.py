"""Fixtures of all tests: the application on both databases, and clients signed in as the cast."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.i18n import terminal
from tests import cast, postgres
from tests.facts_world import fill_richly
from tests.stage import BACKENDS, Scene, Stage

SHARED, TURN = pytest.StashKey[Path](), pytest.StashKey[int]()
ABOVE_SQL = {"client_of", "anonymous", "closed", "closed_lightly", "archive", "rolled_up"}
"""Fixtures of those who go through pages, or through what was closed or rolled up."""
gc.set_threshold(100_000, 20, 1_000)  # a sixth of all time went into looking at what stays


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the whole session, shared by the workers of pytest-xdist."""
    os.environ["LC_ALL"] = "C.UTF-8"  # in an English terminal commands would answer in English
    given = getattr(config, "workerinput", {}).get("sang_shared")
    config.stash[SHARED] = Path(
        given or tempfile.mkdtemp(prefix="sang-tests-", dir=postgres.fast_place())
    )
    today = date.today().toordinal()  # noqa: DTZ011 - one for the whole session is enough
    config.stash[TURN] = getattr(config, "workerinput", {}).get("sang_turn", today)
    os.environ["SANG_CACHE"] = str(config.stash[SHARED] / "cache")  # one for all servers, too


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are processors: a third of the time tests wait for other processes."""
    return (os.cpu_count() or 1) + 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--both``: also what takes turns by days."""
    parser.addoption("--both", action="store_true", help="run also what takes turns by days")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes a minute by itself begins first: at the end nobody else would have work left.

    Tests that rest on what others test by itself take turns: half of them run on SQLite, half on
    PostgreSQL, and on the other one the day after, unless both are asked for.  Of a test that is
    marked ``by_turns`` one case runs each day.
    """
    items.sort(key=lambda item: "test_facts_spark" not in item.nodeid)
    if not config.getoption("--both"):
        left = _twins(items, config.stash[TURN]) | _others(items, config.stash[TURN])
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def _twins(items: list[pytest.Item], turn: int) -> set[pytest.Item]:
    """Of each such test that would run on both databases, the one that is left out."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        backend = getattr(item, "callspec", None) and item.callspec.params.get("backend")
        if backend and not ABOVE_SQL.isdisjoint(item.fixturenames):
            pairs[item.nodeid.replace(backend, "")][backend] = item
    return {
        pair[BACKENDS[(crc32(name.encode()) + turn) % 2]]
        for name, pair in pairs.items()
        if len(pair) == len(BACKENDS)
    }


def _others(items: list[pytest.Item], turn: int) -> set[pytest.Item]:
    """Of each test that is marked so, the cases whose day it is not."""
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("by_turns"):
            cases[item.nodeid.partition("[")[0]].append(item)
    return {
        item
        for name, found in cases.items()
        for place, item in enumerate(found)
        if (place + crc32(name.encode()) + turn) % len(found)
    }


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the shared folder is."""
    node.workerinput["sang_shared"] = str(node.config.stash[SHARED])  # type: ignore[attr-defined]
    node.workerinput["sang_turn"] = node.config.stash[TURN]  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller, which ends last, stops PostgreSQL and tidies up."""
    if not hasattr(config, "workerinput") and SHARED in config.stash:
        postgres.stop(config.stash[SHARED])
        shutil.rmtree(config.stash[SHARED], ignore_errors=True)


@pytest.fixture(scope="session")
def stage_of(pytestconfig: pytest.Config, worker_id: str) -> Callable[[str], Stage]:
    """Stages of this worker by backend and name, each made once."""
    stages: dict[str, Stage] = {}

    def get(backend: str) -> Stage:
        if backend not in stages:
            stages[backend] = Stage(backend, pytestconfig.stash[SHARED], worker_id)
        return stages[backend]

    return get


@pytest.fixture(autouse=True)
def thai_terminal() -> Iterator[None]:
    """A command that runs in this process leaves no language behind."""
    token = terminal.set("th")
    yield
    terminal.reset(token)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test that touches the database runs on SQLite and on PostgreSQL.

    A test of something that only one of them has says so:
    ``@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)``.
    """
    return str(request.param)


@pytest.fixture
def stage(backend: str, stage_of: Callable[[str], Stage]) -> Stage:
    """A fresh copy of the template: a database and an empty instance folder."""
    stage = stage_of(backend)
    stage.reset()
    return stage


@pytest.fixture
def app(stage: Stage) -> Iterator[Flask]:
    """The application on a fresh database; no context is pushed."""
    app = stage.app  # shared by the tests of a worker: what one of them sets, ends with it
    config, extensions = dict(app.config), dict(app.extensions)
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["SANG_WAITING_SECONDS"] = 0
    for kept in ("sang_answers", "sang_waiting"):
        app.extensions[kept].clear()
    yield app
    app.config.update(config)
    app.extensions.update(extensions)
    stage.close()


@pytest.fixture
def scene(stage: Stage, app: Flask) -> Scene:
    """``scene("closed quarter", make)``: what ``make(app)`` brings about, made once a run."""

    def begin(name: str, make: Callable[[Flask], None]) -> Flask:
        stage.scene(name, make)
        return app

    return begin


@pytest.fixture
def filled(scene: Scene) -> None:
    """A random world of facts beside the cast's offices."""
    scene("a rich world", fill_richly)


@pytest.fixture
def csrf_on(app: Flask) -> None:
    """Tokens are demanded again, as in production."""
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def quiet_menu(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu counts nothing: that is half the work of a page, and the same work on each."""
    quiet = [replace(item, badge=None) for item in app.extensions["sang_menu"]]
    monkeypatch.setitem(app.extensions, "sang_menu", quiet)


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return app.test_client()


@pytest.fixture
def client_of(app: Flask) -> Callable[[str], FlaskClient]:
    """``client_of("officer50")``: a browser signed in as one of the cast."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        cast.sign_in(app, client, name)
        return client

    return sign_in
