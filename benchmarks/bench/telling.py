"""What all benches say: what is being done on standard error, the report on standard output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from benchmarks.bench.figures import Report

RUNS = 5
"""Fewer tell nothing on a machine that does other things, too."""


def say(line: str) -> None:
    """Say what is being done."""
    click.echo(line, err=True)


def tell(report: Report, as_json: bool) -> None:
    """Tell what was found."""
    if as_json:
        click.echo(json.dumps(report.json(), ensure_ascii=False))
        return
    for line in report.lines():
        click.echo(line)
