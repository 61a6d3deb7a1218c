"""Prepare an empty registry and register made-up members: ``fill.py MEMBERS``."""

from __future__ import annotations

import sys

from sqlalchemy import text

from benchmarks.bench import crowd
from benchmarks.bench.meter import Meter
from registry import create_app
from registry.admin_commands import prepare
from registry.db import db


def main(members: int) -> None:
    """Fill the registry that the environment names, and let the database learn its statistics."""
    app = create_app()
    with app.app_context(), Meter() as meter:
        prepare()
        crowd.fill(members)
        db.session.remove()
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("vacuum analyze"))
        db.engine.dispose()  # the last one to leave lets SQLite put its log into the file
    meter.report(brought=members)


if __name__ == "__main__":
    main(int(sys.argv[1]))
