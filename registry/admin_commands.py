"""Commands of operators: ``init``, ``user``, ``audit``, ``serve``, ``worker``."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import text

from registry.access.roles import Role
from registry.audit.services import Actor
from registry.audit.verify import verify
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.jobs import work
from registry.seed import seed

log = structlog.get_logger()
JOBS, OUTBOX, FACTS = WORKERS = ("jobs", "outbox", "facts")
WATCH_EVERY = 2.0
"""Seconds between looks at whether the worker lives."""


def prepare() -> None:
    """Create or migrate the database and add the basics; safe to run again."""
    current_app.extensions["sang_settings"].instance.mkdir(parents=True, exist_ok=True)
    _require_utf8()
    upgrade(directory=f"{current_app.root_path}/migrations")
    with unit_of_work():
        seed()


def _require_utf8() -> None:
    """Thai search and sorting need UTF-8; a database in another encoding would fail much later."""
    if db.engine.dialect.name == "postgresql":
        encoding = db.session.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise Refused(
                f"the PostgreSQL database must be in UTF8, it is in {encoding}; "
                "create it again with ENCODING 'UTF8'"
            )


@click.command("init")
@click.option("--admin", help="E-mail address of the first administrator.")
@with_appcontext
def init_command(admin: str | None) -> None:
    """Create or migrate the database, geography, offices; make a first administrator."""
    prepare()
    click.echo("The database is ready.")
    if admin:
        from registry.access.services import create_user

        password = secrets.token_urlsafe(12)
        with unit_of_work():
            create_user(
                email=admin,
                name="ผู้ดูแลระบบ",
                office="C-PRDB",
                roles=[Role.ADMINISTRATOR],
                password=password,
                actor=Actor.system("cli"),
            )
        click.echo(f"Administrator: {admin}  password: {password}  (change it at first sign-in)")


@click.group("audit")
def audit_group() -> None:
    """The audit trail."""


@audit_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def audit_verify(as_json: bool) -> None:
    """Recompute the hash chain and say where it breaks, if it does."""
    verdict = verify()
    if as_json:
        click.echo(json.dumps({**verdict.__dict__, "holds": verdict.holds}))
    elif verdict.holds:
        click.echo(f"The chain holds: {verdict.links:,} links, {verdict.events:,} events.")
    if not verdict.holds:
        raise Refused(f"the audit chain breaks at link {verdict.broken_at}: {verdict.why}")


@click.command("serve")
@click.option("--port", type=int, help="Port on the configured host (default: SANG_PORT).")
@click.option("--worker/--no-worker", default=True, help="Run the worker as a child process.")
@with_appcontext
def serve_command(port: int | None, worker: bool) -> None:
    """Serve the web pages, and by default run the worker beside it."""
    serve(current_app._get_current_object(), port=port, worker=worker)  # type: ignore[attr-defined]


def serve(app: Flask, *, port: int | None = None, worker: bool = True) -> None:
    """Serve with waitress until told to stop; the worker child ends with it."""
    import waitress

    conf = app.extensions["sang_settings"]
    with _workers_beside(*WORKERS) if worker else nullcontext():
        waitress.serve(
            app, host=conf.host, port=port or conf.port, threads=8, ident=None, channel_timeout=60
        )


@contextmanager
def _workers_beside(*kinds: str) -> Iterator[None]:
    """Workers as child processes, started anew when they die before their time."""
    over = threading.Event()
    children = {kind: _start_worker(kind) for kind in kinds}

    def watch() -> None:
        while not over.wait(WATCH_EVERY):
            for kind, child in children.items():
                if child.poll() is not None and not over.is_set():
                    log.error("worker_died", kind=kind, code=child.returncode)
                    children[kind] = _start_worker(kind)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        for child in children.values():
            child.terminate()
        for child in children.values():
            child.wait(timeout=30)


def _start_worker(kind: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "registry.worker", kind]
    return subprocess.Popen(command)  # noqa: S603 - our own interpreter and module


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Do the jobs, and what leaves the system and comes in, until told to stop."""
    with _workers_beside(OUTBOX, FACTS):
        work(current_app._get_current_object())  # type: ignore[attr-defined]


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (init_command, audit_group, serve_command, worker_command):
        app.cli.add_command(command)
