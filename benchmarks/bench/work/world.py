"""Fill an empty registry with people, messages and facts, and keep what is kept beside the facts.

``world.py MEMBERS MESSAGES FACTS MONTHS UNTIL``: months up to the day ``UNTIL``.
"""

from __future__ import annotations

import sys
from datetime import date

from sqlalchemy import text

from benchmarks.bench.meter import Meter
from benchmarks.bench.work.simulated import SEED, make_accounts
from benchmarks.simulate.build import make_derived, simulate
from benchmarks.simulate.plan import Plan
from registry import create_app
from registry.db import db


def main(until: date, members: int, messages: int, facts: int, months: int) -> None:
    """Fill the registry that the environment names."""
    app = create_app()
    with app.app_context(), Meter() as meter:
        plan = Plan(members, messages, facts, SEED, months, until)
        simulate(plan, lambda _: None, lambda _: None)
        make_accounts()
        make_derived(lambda _: None)
        db.session.remove()
        _learn()
        db.engine.dispose()  # the last one to leave lets SQLite put its log into the file
    meter.report(brought=facts)


def _learn() -> None:
    """Let PostgreSQL know its tables, as its own cleaner would after a while."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[5]), *map(int, sys.argv[1:5]))
