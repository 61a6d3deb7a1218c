"""Closing and proving in the background: who started what, and how far it is."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db
from registry.errors import NotFound, Refused
from registry.jobs import DONE_STATES, Job, Progress, enqueue, handles
from registry.periods import catalogue
from reports.closing import close, reissue
from reports.verify import closed_periods, verify

CLOSE, VERIFY, REISSUE = "report-close", "report-verify", "report-reissue"
SHOWN = 100
"""Differences that a verdict keeps word for word; more are counted."""


@handles(CLOSE)
def close_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Close a period; run again after a killed worker, it finds the work done."""
    actor = Actor(args["user"], "web", args["office"])
    done = catalogue.sealed(args["code"])
    if done is not None and done.closed_by == actor.user_id:
        return {"code": done.code}
    return close(actor, args["code"], tell=progress).__dict__


@handles(REISSUE)
def reissue_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Issue a closed period anew; run again after a killed worker, it finds the work done."""
    actor = Actor(args["user"], "web", args["office"])
    seen = args["revision"]
    return reissue(actor, args["code"], args["reason"], seen=seen, tell=progress).__dict__


@handles(VERIFY)
def verify_in_background(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Prove the revision in force of a closed period."""
    verdict = verify(closed_periods(args["code"])[-1], progress).data
    return {**verdict, "problems": verdict["problems"][:SHOWN], "count": len(verdict["problems"])}


def start(kind: str, actor: Actor, code: str, **more: Any) -> Job:
    """Have a period closed, issued anew or proven, unless that is waiting or under way already.

    Raises:
        Refused: somebody else has it done otherwise, for another reason.
    """
    args = {"code": code, "user": actor.user_id, "office": actor.office_id, **more}
    job = under_way(kind, code)
    if job is not None and any(job.args.get(name) != value for name, value in more.items()):
        raise Refused(
            _("This report is being issued anew right now; look at it before issuing another one.")
        )
    return job or enqueue(kind, args, user_id=actor.user_id)


def under_way(kind: str, code: str) -> Job | None:
    """The job about a period that is waiting or running."""
    waiting = select(Job).where(Job.kind == kind, Job.state.not_in(DONE_STATES))
    return next((job for job in db.session.scalars(waiting) if job.args["code"] == code), None)


def last_proof(code: str) -> Job | None:
    """The last finished proof of a period."""
    done = select(Job).where(Job.kind == VERIFY, Job.state == "done")
    latest = db.session.scalars(done.order_by(Job.finished_at.desc()))
    return next((job for job in latest if job.args["code"] == code), None)


def job_for(job_id: str) -> Job:
    """A job of this kind; what it tells is no secret to those who see reports.

    Raises:
        NotFound: there is none.
    """
    job = db.session.get(Job, job_id)
    if job is None or job.kind not in (CLOSE, VERIFY, REISSUE):
        raise NotFound
    return job
