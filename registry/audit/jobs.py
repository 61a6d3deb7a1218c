"""Checking the chain in the background, on demand and every night."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.audit.verify import Verdict, verify
from registry.db import db, unit_of_work
from registry.jobs import DONE_STATES, Job, Progress, enqueue, handles

KIND = "audit-verify"


@handles(KIND, daily_at=2)
def verify_chain(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Recompute the chain and note the outcome in it."""
    progress("verify")
    verdict = verify()
    db.session.rollback()
    with unit_of_work():
        note(verdict, Actor(args.get("actor"), "job"))
    return {**verdict.__dict__, "holds": verdict.holds}


def note(verdict: Verdict, actor: Actor) -> None:
    """Write down that the chain was checked: «verified up to …»."""
    kind = "holds" if verdict.holds else "broken"
    said: dict[str, Any] = {"kind": kind, "count": verdict.links, "reason": verdict.why}
    record(actor, Action.AUDIT_VERIFY, "audit", verdict.broken_at or verdict.links, **said)


def start(actor: Actor) -> Job:
    """Have the chain checked, unless that is waiting or under way already."""
    return under_way() or enqueue(KIND, {"actor": actor.user_id}, user_id=actor.user_id)


def under_way() -> Job | None:
    """The check that is waiting or running."""
    query = select(Job).where(Job.kind == KIND, Job.state.not_in(DONE_STATES))
    return db.session.scalar(query.limit(1))
