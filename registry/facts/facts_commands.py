"""`sang facts`: rollups and columnar files from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _
from rich.console import Console
from rich.progress import Progress as Bar
from sqlalchemy import func, select

from registry.db import db
from registry.errors import Refused
from registry.facts import files
from registry.facts.files.writing import Tell
from registry.facts.rollups.fold import fold, rebuild
from registry.facts.rollups.models import TOUCH, FactMark, FactState
from registry.facts.rollups.proof import TOLD, prove
from registry.facts.rollups.turn import NotFolding, this_process
from registry.i18n import moment


@click.group("facts")
def facts_group() -> None:
    """Rollups and columnar files of the facts."""


@contextmanager
def _bar(title: str) -> Iterator[Tell]:
    """A progress bar on standard error, when a person sits there."""
    with Bar(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda step, done, total: bar.update(
            task, description=step, completed=done, total=total or None
        )


@contextmanager
def _alone() -> Iterator[None]:
    try:
        yield
    except NotFolding:
        text = _("Another process is working on the rollups; try again in two minutes.")
        raise Refused(text) from None


@facts_group.command("refresh")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def refresh_command(as_json: bool) -> None:
    """Bring rollups and columnar files to what the facts say now."""
    with _bar("facts") as tell, _alone():
        count = fold(this_process(), all_now=True)
        written = files.write_files(tell)
    if as_json:
        click.echo(
            json.dumps({"parts": count, "files": len(written.written), "rows": written.rows})
        )
    else:
        click.echo(_("Rolled up anew: %(n)s parts; files written: %(m)s.", n=count,
                m=len(written.written)))  # fmt: skip


@facts_group.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def rebuild_command(as_json: bool) -> None:
    """Make the columnar files and all rollups anew; the rollups from the proven files."""
    with _bar("facts") as tell, _alone():
        rows = rebuild(this_process(), partial(files.proven, tell), tell)
    click.echo(
        json.dumps({"rows": rows}) if as_json else _("Rows of rollups: %(n)s.", n=f"{rows:,}")
    )


@facts_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def status_command(as_json: bool) -> None:
    """How many partitions wait to be rolled up, and what the last proof found."""
    state = db.session.get(FactState, 1)
    waiting = sum(
        db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (FactMark, TOUCH)
    )
    at = state.proved_at if state else None
    found = {
        "ready": bool(state and state.ready),
        "waiting": waiting,
        "proved_at": at.isoformat() if at else None,
        "differing": state.differing if state else None,
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(_("Changed and not yet rolled up: %(n)s.", n=waiting))
    if not found["ready"]:
        click.echo(_("The rollups are not whole: run “sang facts rebuild”."))
    if at is not None:
        click.echo(_("Last proof: %(when)s, differing cells: %(n)s.", when=moment(at),
                n=found["differing"]))  # fmt: skip


@facts_group.command("prove")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def prove_command(as_json: bool) -> None:
    """Compare every cell of the rollups with the facts; exit 2 where one differs."""
    with _bar("facts"), _alone():
        fold(this_process(), all_now=True)
        found = prove()
    if as_json:
        click.echo(json.dumps({"differing": [str(one) for one in found]}))
    else:
        for one in found[:TOLD]:
            click.echo(one)
        click.echo(_("Differing cells: %(n)s.", n=len(found)))
    if found:
        sys.exit(2)
