"""``sang simulate``: an empty instance filled with a made-up network of any size."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import with_appcontext

from registry.errors import Refused
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.settings import Environment

MOST_MONTHS = 240
ROWS_PER_MEMBER = 10
"""About so many rows are written for a member beside the facts."""


@click.command("simulate")
@click.option("--members", type=click.IntRange(100), default=1_000_000, show_default=True)
@click.option("--messages", type=click.IntRange(1), default=7_500, show_default=True)
@click.option("--facts", type=click.IntRange(0), default=50_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=2569, show_default=True)
@click.option("--months", type=click.IntRange(1, MOST_MONTHS), default=120, show_default=True,
              help="How many months, the present one being the last.")  # fmt: skip
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day (default: today).")
@with_appcontext
def simulate_command(
    members: int, messages: int, facts: int, seed: int, months: int, until: datetime | None
) -> None:
    """Fill an empty instance with a made-up network; the same for the same arguments and day.

    Facts are the rows of the ledger: 70 % are recipients (a message reached a member), 29 %
    disseminations (a member passed one on), 1 % questions and news from members.  Members,
    networks, channels and messages come in addition.  Nobody in it exists.
    """
    from benchmarks.simulate.build import make_derived, require_empty, simulate
    from benchmarks.simulate.plan import Plan
    from registry.admin_commands import prepare

    if current_app.extensions["sang_settings"].env is Environment.PRODUCTION:
        raise Refused("made-up data needs SANG_ENV=demo; production data stays untouched")
    last = _last_day(until)
    plan = Plan(members, messages, facts, seed, months, last)
    prepare()
    require_empty()
    start = time.monotonic()
    with click.progressbar(
        length=facts + members * ROWS_PER_MEMBER, label="rows", file=sys.stderr
    ) as bar:

        def say(what: str) -> None:
            bar.label = what
            bar.render_progress()

        written = simulate(plan, bar.update, say)
        seconds = time.monotonic() - start
        make_derived(say)
    for name, rows in written.items():
        click.echo(f"{rows:>12,}  {name}")
    total = sum(written.values())
    click.echo(f"{total:,} rows in {seconds:.0f} s ({total / seconds:,.0f} rows per second)")


def _last_day(until: datetime | None) -> date:
    today = to_bangkok_date(utc_now())
    last = until.date() if until else today
    if last > today:
        raise Refused(f"--until lies in the future: {last}; choose a day up to {today}")
    return last
