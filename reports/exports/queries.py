"""Reading saved definitions and finished files: one's own, and what the office shares."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import db
from registry.errors import NotFound
from registry.jobs import Job
from reports.exports.models import SavedExport

EXPORT = "figures-export"
"""The kind of the jobs that make files."""


def saved_exports(scope: Scope, actor: Actor) -> list[SavedExport]:
    """The definitions that a person may run: their own, then what colleagues share."""
    mine = SavedExport.user_id == actor.user_id
    theirs = SavedExport.shared & (SavedExport.office_id == actor.office_id)
    query = select(SavedExport).where(or_(mine, theirs))
    return list(db.session.scalars(query.order_by(mine.desc(), SavedExport.name)))


def saved_export_for(
    scope: Scope, actor: Actor, saved_id: int, *, own: bool = False
) -> SavedExport:
    """One of them.

    Args:
        own: only one's own: those of others can be run and copied, not changed.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    known = {row.id: row for row in saved_exports(scope, actor)}
    row = known.get(saved_id)
    if row is None or (own and row.user_id != actor.user_id):
        raise NotFound(_("This saved table does not exist."))
    return row


def files_of(scope: Scope, actor: Actor, since: datetime) -> list[Job]:
    """What a person had made lately, the latest first."""
    query = select(Job).where(Job.kind == EXPORT, Job.user_id == actor.user_id)
    return list(
        db.session.scalars(query.where(Job.created_at > since).order_by(Job.created_at.desc()))
    )


def file_for(scope: Scope, actor: Actor, job_id: str) -> Job:
    """One of these; nobody else's exists, nor does what was made for another scope.

    Raises:
        NotFound: there is none.
    """
    job = db.session.get(Job, job_id)
    mine = job is not None and job.kind == EXPORT and job.user_id == actor.user_id
    if job is None or not mine or (job.result or {}).get("scope", scope.key) != scope.key:
        raise NotFound(_("This file does not exist, or is no longer kept."))
    return job
