"""The month's LINE messages: asked of LINE now and then, so that a page can say how many remain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from registry.db import db, unit_of_work
from registry.outbox import holds
from registry.outbox.backoff import Answer, Outcome, Trouble
from registry.outbox.line import client
from registry.outbox.line.client import Allowance, LineError
from registry.outbox.models import LineQuota, OutboxHold, Way
from registry.pulse import pulse

EVERY = timedelta(minutes=10)


@pulse("line-quota")
def refresh() -> bool:
    """Ask LINE when the last answer is ten minutes old; never anything urgent to come back for."""
    now = datetime.now(UTC)
    row = db.session.get(LineQuota, 1)
    if Way.LINE in holds.set_up() and (row is None or row.tried_at < now - EVERY):
        ask(now)
    return False


def ask(at: datetime) -> Allowance | None:
    """Ask LINE how many messages there are and were used, and keep the answer.

    Returns:
        the answer; None where LINE gave none.
    """
    db.session.rollback()
    try:
        found = client.allowance()
    except LineError:
        found = None
    with unit_of_work():
        _keep(found, at)
    return found


def why_too_many(answer: Answer, size: int) -> Answer:
    """What LINE's 429 means: too many at a time, or more than the month has left.

    Args:
        size: messages that were to be sent.

    Returns:
        the answer as it was, or that all wait for the quota, or that this one stops.
    """
    found = ask(datetime.now(UTC))
    if found is None or found.limit is None or found.used + size <= found.limit:
        return answer
    outcome = Outcome.HELD if found.used >= found.limit else Outcome.FAILED
    return replace(answer, outcome=outcome, trouble=Trouble.QUOTA)


def _keep(found: Allowance | None, at: datetime) -> None:
    row = db.session.get(LineQuota, 1) or LineQuota(id=1, used=0)
    row.tried_at = at
    if found is not None:
        row.limit, row.used, row.checked_at = found.limit, found.used, at
        _go_on(found)
    db.session.add(row)


def _go_on(found: Allowance) -> None:
    """A way that waited for the quota goes on when there is some again."""
    held = db.session.get(OutboxHold, Way.LINE.value)
    room = found.limit is None or found.used < found.limit
    if held is not None and held.reason == Trouble.QUOTA.value and room:
        holds.release(Way.LINE)
