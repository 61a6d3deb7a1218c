"""Fill an empty registry with made-up members and some accounts: ``simulated.py MEMBERS``."""

from __future__ import annotations

import sys
from datetime import date

from benchmarks.bench.meter import Meter
from benchmarks.simulate.build import simulate
from benchmarks.simulate.plan import Plan
from registry import create_app
from registry.access.grants import Grant
from registry.access.roles import Role
from registry.access.services import create_user
from registry.audit.services import Actor
from registry.db import db, unit_of_work

SEED, MESSAGES, MONTHS = 2569, 100, 120
UNTIL = date(2026, 10, 31)
ACCOUNTS = {
    "central": ("C-PRDB", Role.CENTRAL),
    "officer": ("P50", Role.PROVINCIAL),
    "executive": ("C-PRDB", Role.EXECUTIVE),
}


def main(members: int) -> None:
    """Fill the registry that the environment names: members and all that hangs on them."""
    app = create_app()
    with app.app_context(), Meter() as meter:
        simulate(Plan(members, MESSAGES, 0, SEED, MONTHS, UNTIL), lambda _: None, lambda _: None)
        make_accounts()
        db.session.remove()
        db.engine.dispose()
    meter.report(brought=members)


def make_accounts() -> None:
    """Add those who look at it."""
    with unit_of_work():
        for name, (office, role) in ACCOUNTS.items():
            create_user(
                email=f"{name}@sang.example",
                name=name,
                office=office,
                roles=[Grant(role)],
                password="bench-only-never-served",  # noqa: S106 - of an instance of the bench
                actor=Actor.system("bench"),
                must_change=False,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]))
