"""Making files in the background, and forgetting them after some days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.jobs import Job, Progress, enqueue, handles
from registry.periods.calendar import to_bangkok_date, utc_now
from reports.exports.files import forget_old, place_of
from reports.exports.making import make, note, scope_for_user
from reports.exports.queries import EXPORT
from reports.exports.question import question


def start(
    actor: Actor, definition: Mapping[str, str], locale: str, title: str, token: str = ""
) -> Job:
    """Have a table made; a form that is sent twice has it made once.

    Args:
        token: of the form.
        locale: in which the places and kinds are named.
        title: by which whoever asked knows it again.
    """
    asked = {"definition": dict(definition), "locale": locale, "title": title}
    args = {**asked, "user": actor.user_id, "office": actor.office_id}
    key = f"{EXPORT}:{actor.user_id}:{token}" if token else None
    known = db.session.scalar(select(Job).where(Job.unique_key == key)) if key else None
    return known or enqueue(EXPORT, args, user_id=actor.user_id, unique_key=key)


@handles(EXPORT)
def export_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make a table as far as whoever asked for it sees figures now."""
    today = to_bangkok_date(utc_now())
    with force_locale(args["locale"]):
        scope = scope_for_user(args["user"], today)
        asked = question(scope, args["definition"], today)
        made = make(scope, asked, place_of(progress.job_id), progress)
        db.session.rollback()
        with unit_of_work():
            note(Actor(args["user"], "job", args["office"]), asked, made, progress.job_id)
    return {**made.__dict__, "scope": scope.key}


@handles("figures-export-sweep", daily_at=3)
def sweep(_args: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Remove files that nobody waits for any more."""
    return {"removed": forget_old()}
