"""The command ``sang measure``: any figure, from the command line."""

from __future__ import annotations

import json
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.errors import Refused
from registry.facts.asked import LIMITS, SINGLE, Asked, asked
from registry.facts.evaluate import evaluate
from registry.facts.labels import label, names
from registry.facts.measure import Figure, Measure
from registry.facts.measures import measure
from registry.periods.calendar import Period, to_bangkok_date, utc_now

ALIASES = {"channel": "channel_kind", "type": "network_type"}
"""Short names of dimensions."""


@click.command("measure")
@click.argument("name")
@click.option("--period", default="", help="2568-10, 2569-Q1, 2569-H1 or 2569-FY (B.E.).")
@click.option("--by", default="", help="Dimensions, separated by commas: zone,channel_kind.")
@click.option(
    "--where",
    multiple=True,
    help="A limit, such as zone=1; may be given again, also for one more value.",
)
@click.option("--as-of", default="then", help="Zones as they were (then) or as they are now (now).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")
@with_appcontext
def measure_command(
    name: str, period: str, by: str, where: tuple[str, ...], as_of: str, as_json: bool
) -> None:
    """Compute a measure for a period, as a whole or by dimensions.

    With --where message=17 the period may be left out: all months since it came out.
    """
    one = measure(name)
    if period:
        Period.parse(period.strip().upper())  # what a script writes means the same on every day
    args = {"period": period, "as_of": as_of, **_limits(where)}
    scope = Scope.all(personal=False)
    question = asked(scope, args, to_bangkok_date(utc_now()), _dimensions(by))
    figures = evaluate(scope, [name], question.months, question.cut)
    click.echo(_as_json(one, question, figures) if as_json else _as_text(question, figures))


def _dimensions(by: str) -> tuple[str, ...]:
    parts = (part.strip() for part in by.split(","))
    return tuple(ALIASES.get(part, part) for part in parts if part)


def _limits(where: tuple[str, ...]) -> dict[str, str]:
    limits: dict[str, str] = {}
    for text in where:
        name, sign, value = text.partition("=")
        name = ALIASES.get(name, name)
        if not sign or name not in LIMITS:
            raise Refused(f"--where {text}: write it as zone=1; there are: {', '.join(LIMITS)}.")
        if name in limits and name in SINGLE:
            raise Refused(f"--where {text}: {name} takes one value only; leave out the others.")
        limits[name] = f"{limits[name]},{value}" if name in limits else value
    return limits


def _as_json(one: Measure, question: Asked, figures: list[Figure]) -> str:
    by = question.cut.by
    found: dict[str, Any] = {
        "measure": one.name,
        "name_th": one.title_in("th"),
        "name_en": one.title_in("en"),
        "unit": one.unit.value,
        "version": one.version,
        "period": question.code,
        "as_of": question.cut.as_of,
        "by": list(by),
        "where": {name: list(values) for name, values in question.cut.where},
        "figures": [
            {
                **dict(zip(by, figure.cell, strict=True)),
                "value": figure.value,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
            }
            for figure in figures
        ],
    }
    return json.dumps(found, ensure_ascii=False)


def _as_text(question: Asked, figures: list[Figure]) -> str:
    known = {name: names(name) for name in question.cut.by}
    lines = []
    for figure in figures:
        cells = zip(question.cut.by, figure.cell, strict=True)
        place = "  ".join(label(name, value, known[name]) for name, value in cells)
        value = _("absent") if figure.value is None else f"{figure.value:,.6g}"
        lines.append(f"{place}  {value}".strip())
    return "\n".join(lines) or _("no facts")


def init_app(app: Flask) -> None:
    """Register the command."""
    app.cli.add_command(measure_command)
