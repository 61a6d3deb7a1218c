"""``sang export``: make a saved table of figures from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask
from flask.cli import with_appcontext

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.periods.calendar import to_bangkok_date, utc_now
from reports.exports.making import make, note, saved_of, scope_for_user
from reports.exports.question import question


@click.group("export")
def export_group() -> None:
    """Tables of figures that somebody saved."""


@export_group.command("run")
@click.argument("name")
@click.option("--user", "email", required=True, help="The e-mail address of whose table it is.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@with_appcontext
def run_command(name: str, email: str, out: Path) -> None:
    """Make a saved table, as far as whoever saved it sees figures, and write it to a file."""
    today, row = to_bangkok_date(utc_now()), saved_of(email, name)
    user_id, saved_id = row.user_id, row.id
    scope = scope_for_user(user_id, today)
    asked = question(scope, row.definition, today)
    with TemporaryDirectory() as folder:
        made = make(scope, asked, Path(folder) / "table")
        db.session.rollback()
        with unit_of_work():
            note(Actor(user_id, "cli"), asked, made, saved_id)
        try:
            shutil.copyfile(Path(folder) / "table" / made.name, out)
        except OSError as error:
            raise Refused(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{out}: {made.name}, {made.rows:,} rows, SHA-256 {made.sha256}")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(export_group)
