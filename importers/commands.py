"""Commands: ``sang import`` and ``sang import-undo``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _
from rich.console import Console
from rich.progress import Progress as Bar
from sqlalchemy import select

from importers import runs
from importers.annotated import annotated_copy
from importers.models import ImportBatch, ImportRow
from importers.planning import limits_of
from importers.results import STATUS_NAMES, Status
from importers.understood import Progress
from importers.undoing import undo_batch
from importers.uploads import read_file
from registry.access.models import Office
from registry.access.scope import office_by_code
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import Refused

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
COUNTED = (
    Status.NEW,
    Status.UPDATE,
    Status.UNCHANGED,
    Status.POSSIBLE_DUPLICATE,
    Status.AMBIGUOUS,
    Status.ERROR,
)
STEPS = {"read": "Reading", "checked": "Checking rows", "matched": "Comparing with the registry"}


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--office", "code", required=True, help="Code of the office: C-PRDB, R3, P50 …")
@click.option("--sheet", help="Name of the sheet to read; the likeliest one without.")
@click.option("--dry-run", is_flag=True, help="Show the plan and keep nothing.")
@click.option("--annotated", type=OUT, help="Write the workbook with the result of each row here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def import_command(
    file: Path, code: str, sheet: str | None, dry_run: bool, annotated: Path | None, as_json: bool
) -> None:
    """Import a sign-up sheet (.xlsx, .xls, .ods, .csv) for an office.

    New members and updates come in; rows with errors and rows that need somebody's decision are
    left out and listed.
    """
    office = _office(code)
    actor = Actor(None, "cli", office.id)
    with _spoken(), _bar() as progress:
        if dry_run:
            batch, rows = runs.rehearse(office, file, sheet=sheet, progress=progress)
        else:
            batch = runs.plan_file(file, actor, sheet=sheet, progress=progress)
            rows = _rows(batch)
    facts = facts_of(batch, rows)
    try:
        if annotated is not None:
            _write_annotated(annotated, batch, rows, read_file(file))
    except BaseException:
        if not dry_run:
            runs.give_up(batch.id, actor)
        raise
    if not dry_run:
        runs.apply(batch.id, actor)
    _say(facts, as_json, dry_run)


@click.command("import-undo")
@click.argument("batch", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def undo_command(batch: int, as_json: bool) -> None:
    """Take an import back: its new members are removed, its updates restored."""
    with unit_of_work():
        found = db.session.scalar(
            select(ImportBatch).where(ImportBatch.id == batch).with_for_update()
        )
        if found is None:
            raise Refused(_("There is no import no. %(number)s.", number=batch))
        counts = undo_batch(Actor.system("cli"), found)
    facts = {"batch": batch, "removed": counts["new"], "restored": counts["update"]}
    text = _("Import no. %(batch)s is undone: %(removed)s members removed, %(restored)s restored.",
             **facts)  # fmt: skip
    click.echo(json.dumps(facts) if as_json else text)


def _office(code: str) -> Office:
    office = office_by_code(code)
    if office is None or office.closed_on is not None:
        raise Refused(
            _("There is no office with the code “%(code)s”; write for example P50.", code=code)
        )
    return office


@contextmanager
def _spoken() -> Iterator[None]:
    """Sentences are put into words here: outside the application there is no language."""
    try:
        yield
    except Refused as refusal:
        raise Refused(str(refusal)) from refusal


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on standard error, when a person sits there."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None)

        def say(step: str, done: int = 0, total: int = 0) -> None:
            text = STEPS.get(step, step)
            bar.update(task, description=text, completed=done, total=total or None)

        yield say


def _rows(batch: ImportBatch) -> list[ImportRow]:
    query = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row)
    return list(db.session.scalars(query))


def facts_of(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[str, Any]:
    """The plan as JSON tells it; ``batch`` is null when nothing is kept."""
    summary = batch.summary
    return {
        "file": batch.file_name,
        "sheet": summary["sheet"],
        "header_rows": summary["header_rows"],
        "mapping": summary["mapping"],
        **batch.counts,
        "batch": batch.id,
        "problems": [
            {
                "row": problem.row,
                "column": problem.column,
                "code": problem.code.value,
                "message": problem.message,
                "value": problem.value,
                "proposal": problem.proposal,
            }
            for row in rows
            for problem in row.remarks
        ],
    }


def _write_annotated(
    out: Path, batch: ImportBatch, rows: Sequence[ImportRow], content: bytes
) -> None:
    limits = limits_of(current_app.extensions["sang_settings"])
    with _spoken():
        data = annotated_copy(batch, rows, content, limits)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Refused(
            _("The file %(name)s cannot be written; check its folder.", name=str(out))
        ) from error


def _say(facts: dict[str, Any], as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for problem in facts["problems"]:
        place = f"{problem['row']} {problem['column']}".strip()
        click.echo(f"{place}: {problem['message']}")
    counts = ", ".join(f"{STATUS_NAMES[status]} {facts[status.value]}" for status in COUNTED)
    if dry_run:
        click.echo(_("Nothing was imported (dry run): %(counts)s.", counts=counts))
    else:
        click.echo(_("Import no. %(batch)s: %(counts)s.", batch=facts["batch"], counts=counts))


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(import_command)
    app.cli.add_command(undo_command)
