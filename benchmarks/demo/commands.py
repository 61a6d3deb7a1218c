"""``sang demo``: a whole synthetic network, through the real importer, ledger and closing."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.errors import Refused
from registry.settings import Environment


@click.command("demo")
@click.option("--serve/--no-serve", default=True, help="Start the server when the data is there.")
@click.option("--port", type=int, help="Port on 127.0.0.1 (default: SANG_PORT, 8000).")
@with_appcontext
def demo_command(serve: bool, port: int | None) -> None:
    """Fill an empty instance with a made-up network and serve it; again without harm."""
    from benchmarks.demo.accounts import SHOWN, password_of
    from benchmarks.demo.build import build
    from registry.access.roles import ROLE_NAMES
    from registry.admin_commands import serve as serve_pages

    settings = current_app.extensions["sang_settings"]
    if settings.env is not Environment.DEMO:
        raise Refused("the demonstration needs SANG_ENV=demo; production data stays untouched")
    build(current_app._get_current_object())  # type: ignore[attr-defined]
    password = password_of(settings.instance)
    click.echo(
        f"\nSang: http://{settings.host}:{port or settings.port}/   password for all: {password}"
    )
    for one in SHOWN:
        click.echo(f"  {one.email:<34} {ROLE_NAMES[one.grant.role]} · {one.office}")
    if serve:
        serve_pages(current_app._get_current_object(), port=port)  # type: ignore[attr-defined]
