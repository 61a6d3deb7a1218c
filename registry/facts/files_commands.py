"""``sang facts verify``: the proof that the columnar files hold what the database holds."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
import duckdb
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import gettext as _

from registry.errors import Refused
from registry.facts import files
from registry.facts.facts_commands import facts_group
from registry.facts.files.checks import WHOLE, Check
from registry.periods.calendar import Period, month_start


@facts_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def verify_command(as_json: bool) -> None:
    """Compare the columnar files with the database; exit 2 where a month differs."""
    try:
        found = files.verify()
    except duckdb.Error as error:
        why = str(error).splitlines()[0][:200]
        text = _("A columnar file cannot be read (%(why)s): run sang facts refresh.", why=why)
        raise Refused(text) from None
    if as_json:
        click.echo(json.dumps({"equal": not found.differences, **asdict(found)}))
    else:
        click.echo("\n".join([*map(_line, found.differences), _summary(found)]))
    if found.differences:
        sys.exit(2)


def _line(one: files.Difference) -> str:
    month = "" if one.month == WHOLE else f" {Period.containing(month_start(one.month)).code}"
    sides = {"database": _said(one.database), "files": _said(one.files)}
    told = _("database %(database)s, files %(files)s", **sides)
    return f"{one.table}{month}: {told}"


def _said(check: Check | None) -> str:
    return "–" if check is None else f"{check.rows:,} ({check.sum:x}.{check.squares:x})"


def _summary(found: files.Verdict) -> str:
    counted = {"parts": f"{found.parts:,}", "rows": f"{found.rows:,}"}
    if not found.differences:
        return str(_("Files and database are equal: %(parts)s files, %(rows)s rows.", **counted))
    many = f"{len(found.differences):,}"
    return str(_("%(n)s of %(parts)s files differ from the database.", n=many, **counted))


def init_app(app: Flask) -> None:
    """Register the group with all its commands."""
    app.cli.add_command(facts_group)
