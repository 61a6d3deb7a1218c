"""Sang's import of a sheet, plan and commit: ``product_import.py SHEET``."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.bench.meter import Meter
from importers import runs
from registry import create_app
from registry.access.models import Office
from registry.audit.services import Actor
from registry.db import db
from registry.members.models import Member

OFFICE = "C-PRDB"


def main(sheet: Path) -> None:
    """Import the sheet for headquarters, as ``sang import`` does."""
    app = create_app()
    with app.app_context():
        before = _members()
        office = db.session.scalars(select(Office.id).where(Office.code == OFFICE)).one()
        actor = Actor(None, "bench", office)
        db.session.rollback()
        with Meter() as meter:
            with Meter() as planning:
                number = runs.plan_file(sheet, actor).id
            batch = runs.apply(number, actor)
        meter.report(
            plan_seconds=planning.seconds,
            registered=before,
            counts=batch.counts,
            committed=batch.summary["committed"],
            brought=_members() - before,
        )


def _members() -> int:
    return db.session.scalar(select(func.count()).select_from(Member)) or 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
