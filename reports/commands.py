"""``sang report``: close periods, list them, prove them, take their documents out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import force_locale

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import unit_of_work
from registry.errors import Refused
from registry.i18n import day
from registry.periods.calendar import to_bangkok_date, utc_now
from reports.books import LANGUAGE
from reports.closing import Closed, close, reissue
from reports.documents import FORMATS, document_for, export
from reports.listing import Listed, listed
from reports.schedule import close_each, waiting
from reports.sealing import Tell, silent
from reports.signing import new_key
from reports.verify import Verdict, closed_periods, verify

CLI = Actor.system("cli")
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")


@click.group("report")
def report_group() -> None:
    """Reports of closed periods: 2568-10, 2569-Q1, 2569-H1, 2569-FY (B.E.)."""


@report_group.command("close")
@click.argument("period", required=False)
@click.option("--ended", is_flag=True, help="Every period that has ended and is open.")
@as_json_option
@with_appcontext
def close_command(period: str | None, ended: bool, as_json: bool) -> None:
    """Close a period: seal its facts and figures and render its documents."""
    if ended == bool(period):
        raise Refused("name a period, or say --ended")
    if period:
        with _progress(f"closing {period}") as tell:
            done = close(CLI, period, tell=tell)
        _say_sealed(done, "is closed", as_json)
        return
    with _progress("closing") as tell:
        closed = close_each(CLI, waiting(to_bangkok_date(utc_now())), tell)
    if as_json:
        click.echo(json.dumps([one.__dict__ for one in closed]))
    else:
        click.echo(
            "\n".join(f"{one.code} is closed: {one.folder}" for one in closed)
            or "No period is left."
        )


@report_group.command("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key_command(file: Path) -> None:
    """Make a key with which closed periods are signed (SANG_SIGNING_KEY=FILE)."""
    known = new_key(file)
    click.echo(f"{file}: keep it secret and backed up. Its fingerprint, for everybody: {known}")


@report_group.command("list")
@as_json_option
@with_appcontext
def list_command(as_json: bool) -> None:
    """List the periods since the first fact: open, ended, closed."""
    found = listed(to_bangkok_date(utc_now()))
    if as_json:
        click.echo(json.dumps([_described(one) for one in found]))
    else:
        click.echo("\n".join(_line(one) for one in found) or "There are no facts yet.")


@report_group.command("reissue")
@click.argument("period")
@click.option("--reason", required=True, help="Why; it is printed on the report.")
@as_json_option
@with_appcontext
def reissue_command(period: str, reason: str, as_json: bool) -> None:
    """Issue the report of a closed period anew; earlier revisions stay."""
    with _progress(f"issuing {period} anew") as tell:
        done = reissue(CLI, period, reason, tell=tell)
    _say_sealed(done, "is issued anew", as_json)


def _say_sealed(done: Closed, what: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(done.__dict__))
        return
    click.echo(
        f"{done.code} {what}: revision {done.revision}, {done.figures:,} figures, "
        f"manifest SHA-256 {done.manifest_sha256}"
    )


def _described(one: Listed) -> dict[str, object]:
    row = one.row
    sealed = row and {
        "revision": row.revision,
        "closed_at": row.closed_at.isoformat(),
        "keep_until": row.keep_until.isoformat(),
        "manifest_sha256": row.manifest_sha256,
    }
    return {"period": one.period.code, "state": one.state, "sealed": sealed}


def _line(one: Listed) -> str:
    row = one.row
    if row is None:
        return f"{one.period.code:8}  {one.state}"
    dates = f"on {day(row.closed_at)}, kept until {day(row.keep_until)}"
    return f"{one.period.code:8}  closed  revision {row.revision}, {dates}"


@report_group.command("verify")
@click.argument("period", required=False)
@click.option("--all", "everything", is_flag=True, help="Every closed period.")
@as_json_option
@with_appcontext
def verify_command(period: str | None, everything: bool, as_json: bool) -> None:
    """Prove closed periods: files, chain, and every figure computed anew."""
    if everything == bool(period):
        raise Refused("name a period, or say --all")
    rows, verdicts = closed_periods(period), []
    with _progress("verifying") as tell:
        for number, row in enumerate(rows):
            tell(row.code, number, len(rows))
            verdicts.append(verify(row))
    if as_json:
        click.echo(json.dumps(_proof(verdicts), ensure_ascii=False))
    else:
        click.echo("\n".join(_verdict(one) for one in verdicts) or "No period is closed yet.")
    broken = [one.code for one in verdicts if not one.holds]
    if broken:
        raise Refused(f"what was sealed and what is found differ in: {', '.join(broken)}")


def _proof(verdicts: list[Verdict]) -> dict[str, object]:
    return {
        "holds": all(one.holds for one in verdicts),
        "periods": [one.data for one in verdicts],
    }


def _verdict(one: Verdict) -> str:
    outcome = "holds" if one.holds else f"{len(one.problems)} differences"
    head = f"{one.code} r{one.revision}: {outcome} ({one.files} files, {one.figures:,} figures)"
    if one.unproven:
        head += f"; {one.unproven:,} figures follow an older rule and were not computed anew"
    return "\n".join([head, *(f"  {problem.sentence}" for problem in one.problems)])


@report_group.command("export")
@click.argument("period")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--revision", type=click.IntRange(1), help="An earlier one; else that in force.")
@click.option("--thai-digits", is_flag=True, help="A PDF with Thai numerals; not the sealed one.")
@with_appcontext
def export_command(
    period: str, form: str, out: Path, revision: int | None, thai_digits: bool
) -> None:
    """Write a document of a closed period to a file: docx and pptx are made, others sealed."""
    with force_locale(LANGUAGE):
        document = document_for(Scope.all(), CLI, period, form, revision, thai_digits=thai_digits)
    try:
        out.write_bytes(document.content)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from None
    with unit_of_work():
        export(CLI, document, form)
    click.echo(f"{out}: {document.name}, {len(document.content):,} bytes")


@contextmanager
def _progress(title: str) -> Iterator[Tell]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(step: str, done: int = 0, total: int = 0) -> None:
            said = f"{title}: {step}"
            bar.update(task, description=said, completed=done, total=total or None)

        yield tell


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(report_group)
