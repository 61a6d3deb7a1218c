"""One worker's database and instance folder, made anew for each test from a template.

The template (migrated by the real migrations, seeded, with the cast) is built once per session
and backend; a copy of it takes a few milliseconds.  Scenes that many tests begin with, such as a
closed period, are kept in the same way.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry import create_app
from registry.admin_commands import prepare
from registry.db import db, unit_of_work
from registry.settings import Environment, Settings, load_settings
from tests import cast, postgres

BACKENDS = ("sqlite", "postgresql")
KEYS = {"secret_key": "test-secret-" * 4, "data_key": "test-data-key-" * 4}
TEMPLATE = "template"
Scene = Callable[[str, Callable[[Flask], None]], Flask]
"""``scene(name, make)`` of the fixtures."""


def settings_for(instance: Path, url: str, **overrides: Any) -> Settings:
    """Settings of an instance of the tests; keys are fixed, so that a copied database opens."""
    values: dict[str, Any] = {"env": Environment.TEST, **KEYS, **overrides}
    return load_settings(instance=instance, database_url=url, **values)


@contextmanager
def locked(shared: Path, name: str) -> Iterator[None]:
    """One worker at a time."""
    with (shared / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Browser(FlaskClient):
    """Reads each response to its end, so that a served file is closed again."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)


class Stage:
    """The place where one worker plays its tests on one backend."""

    def __init__(self, backend: str, shared: Path, name: str) -> None:
        self.backend, self.shared, self.name = backend, shared, name
        self.instance = shared / f"instance-{backend}-{name}"

    @property
    def url(self) -> str:
        """Address of this stage's own database."""
        if self.backend == "sqlite":
            return f"sqlite:///{self.instance / 'sang.sqlite'}"
        return postgres.address(self._server, self._named(self.name))

    @cached_property
    def app(self) -> Flask:
        """The application, made once: the tests change its database, not its code."""
        app = create_app(settings_for(self.instance, self.url))
        app.test_client_class = Browser
        return app

    def reset(self) -> None:
        """A fresh copy of the template, and an empty instance folder."""
        self._ensure_template()
        shutil.rmtree(self.instance, ignore_errors=True)
        self.instance.mkdir(parents=True)
        if self.backend == "sqlite":
            shutil.copyfile(self.shared / f"{TEMPLATE}.sqlite", self.instance / "sang.sqlite")
        else:
            postgres.create(self._server, self._named(self.name), self._named(TEMPLATE))

    def scene(self, name: str, bring_about: Callable[[Flask], None]) -> None:
        """Begin where others began before: made by the first who asks, then copied.

        Args:
            bring_about: makes the scene in the application, and commits it.
        """
        kept = self.shared / f"scene-{self.backend}-{name}"
        with locked(self.shared, kept.name):
            if not kept.exists():
                bring_about(self.app)
                self.close()
                self._copy(self.instance, kept, self.name, kept.name)
                return
        self.close()
        self._copy(kept, self.instance, kept.name, self.name)

    def _copy(self, source: Path, target: Path, database: str, copied: str) -> None:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
        if self.backend == "postgresql":
            postgres.create(self._server, self._named(copied), self._named(database))

    def close(self) -> None:
        """Let go of every connection."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    @cached_property
    def _server(self) -> str:
        with locked(self.shared, "postgres"):
            return postgres.start(self.shared)

    def _named(self, name: str) -> str:
        return postgres.prefix(self.shared) + name

    def _ensure_template(self) -> None:
        done = self.shared / f"template-{self.backend}.done"
        if done.exists():
            return
        with locked(self.shared, f"template-{self.backend}"):
            if not done.exists():
                self._build()
                done.touch()

    def _build(self) -> None:
        build(self._new_template(), self.shared / f"instance-template-{self.backend}")

    def _new_template(self) -> str:
        if self.backend == "sqlite":
            return f"sqlite:///{self.shared / TEMPLATE}.sqlite"
        return postgres.create(self._server, self._named(TEMPLATE))


def build(url: str, instance: Path) -> None:
    """Migrate and seed an empty database, and add the cast."""
    app = create_app(settings_for(instance, url))
    with app.app_context():
        prepare()
        with unit_of_work():
            cast.add()
        db.session.remove()
        db.engine.dispose()
    if url.startswith("sqlite"):
        assert not os.path.exists(f"{url.removeprefix('sqlite:///')}-wal"), "still being written"
