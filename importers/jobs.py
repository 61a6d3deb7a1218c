"""Background work of imports: planning, applying, undoing, and forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale

from importers.dissemination.services import forget_sheets
from importers.forgetting import batches_to_forget, forget
from importers.models import ImportBatch
from importers.runs import commit, plan, undo
from importers.services import COMMIT, PLAN, UNDO, begin_reading, read_what_came_late
from importers.uploads import sweep_strays
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.jobs import Job, Progress, handles
from registry.periods.calendar import utc_now

STRAY_AFTER = timedelta(days=1)


@handles(PLAN)
def plan_job(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Plan a batch; its sentences are in the language of whoever brought the file.

    What people correct meanwhile waits on the batch; it is planned once more for that.
    """
    with unit_of_work() as session:
        begin_reading(session.get_one(ImportBatch, args["batch"]))
    with force_locale(args.get("locale", "th")):
        plan(args["batch"], progress)
        db.session.rollback()
        with unit_of_work() as session:
            read_what_came_late(session.get_one(ImportBatch, args["batch"]))
    return {"batch": args["batch"]}


@handles(COMMIT)
def commit_job(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Apply a plan for whoever pressed the button."""
    with force_locale(args.get("locale", "th")):
        commit(args["batch"], _whoever_pressed(args), progress)
    return {"batch": args["batch"]}


@handles(UNDO)
def undo_job(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Take an import back for whoever pressed the button."""
    with force_locale(args.get("locale", "th")):
        undo(args["batch"], _whoever_pressed(args), progress)
    return {"batch": args["batch"]}


def _whoever_pressed(args: dict[str, Any]) -> Actor:
    batch = db.session.get_one(ImportBatch, args["batch"])
    job = db.session.get(Job, batch.job_id) if batch.job_id else None
    return Actor(job.user_id if job else batch.user_id, "job", args["office"])


@handles("import:forget", daily_at=3)
def forget_job(_args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Remove uploads whose days are over, and the originals of their rows."""
    now, kept = utc_now(), current_app.extensions["sang_settings"].upload_days_kept
    numbers = batches_to_forget(now - timedelta(days=kept))
    with unit_of_work():
        forget_sheets(now - timedelta(days=kept))
    for done, number in enumerate(numbers, 1):
        with unit_of_work():
            forget(Actor.system(), number)
        progress("uploads", done, len(numbers))
    return {"forgotten": len(numbers), "strays": sweep_strays(now - STRAY_AFTER)}
