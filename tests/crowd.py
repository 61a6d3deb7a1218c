"""Several processes that do the same thing to one database at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.nursery import Child


def crowd(task: Callable[[], None], url: str, *, processes: int, times: int) -> None:
    """Run a task of this module in several processes; fails when one of them fails."""
    running = [Child(_main, task, url, times) for _ in range(processes)]
    results = [child.wait() for child in running]
    assert all(code == 0 for code, _ in results), results


def add_one() -> None:
    """Read a number, then write it plus one: what loses updates without a lock."""
    from registry.db import db, unit_of_work
    from registry.jobs import Job

    with unit_of_work():
        db.session.get_one(Job, "counter").done += 1


def write_audit() -> None:
    """One transaction with one event."""
    from registry.audit.actions import Action
    from registry.audit.services import Actor, record
    from registry.db import unit_of_work

    with unit_of_work():
        record(Actor.system(), Action.SETTING_CHANGE, "setting", "crowd")


def claim_all() -> None:
    """Claim jobs until there are none; each claimed job counts how often that happened."""
    from registry.db import db, unit_of_work
    from registry.jobs import Job, claim

    while job := claim(str(os.getpid())):
        job_id = job.id
        db.session.rollback()
        with unit_of_work():
            db.session.get_one(Job, job_id).done += 1


def _main(task: Callable[[], None], url: str, times: int) -> None:
    """Do a task several times against a database."""
    from registry import create_app
    from tests.stage import settings_for

    app = create_app(settings_for(Path("/nonexistent"), url))
    for _ in range(times):
        with app.app_context():
            task()
