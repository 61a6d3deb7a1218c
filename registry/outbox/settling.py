"""What an answer does to a request and its deliveries, in a transaction of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from registry.audit.services import Actor
from registry.db import db
from registry.messages import settling as ledger
from registry.messages.release_models import Release
from registry.outbox import backoff, holds
from registry.outbox.backoff import Answer, Outcome, Trouble
from registry.outbox.models import SETTLED, Delivery, DeliveryState, SendingRequest, Way

D = DeliveryState
OPEN = sorted({D.QUEUED.value, D.SENDING.value})
SYSTEM = Actor.system("outbox")


def settle(request_id: int, lease: str, answer: Answer, at: datetime) -> None:
    """Take an answer to a request; in the caller's transaction.

    An answer that comes after the lease was over counts only where it says that the request
    arrived: that stays true whoever tried it again since.
    """
    row = _locked(request_id)
    arrived = answer.outcome is Outcome.SENT
    if row.as_state in SETTLED and not (arrived and row.as_state is D.UNKNOWN):
        return
    if row.lease_by != lease and not arrived:
        return
    row.status, row.provider_id = answer.status, answer.provider_id
    row.doubtful = row.doubtful or answer.doubtful
    _apply(row, answer, at)


def _locked(request_id: int) -> SendingRequest:
    """The request, after its release: everybody locks them in this order."""
    release = select(SendingRequest.release_id).where(SendingRequest.id == request_id)
    db.session.scalars(
        select(Release).where(Release.id == release.scalar_subquery()).with_for_update()
    ).one()
    query = select(SendingRequest).where(SendingRequest.id == request_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _apply(row: SendingRequest, answer: Answer, at: datetime) -> None:
    if answer.outcome is Outcome.HELD:
        holds.hold(Way(row.way), answer.trouble or Trouble.TOKEN, at)
    match answer.outcome:
        case Outcome.SENT:
            settle_sent(row, at)
        case Outcome.FAILED if row.doubtful:  # an earlier try may have had its effect
            settle_unknown(row, Trouble.NO_ANSWER, at)
        case Outcome.FAILED:
            settle_failed(row, answer.trouble or Trouble.REFUSED, at)
        case Outcome.UNKNOWN:
            settle_unknown(row, answer.trouble or Trouble.NO_ANSWER, at)
        case Outcome.HELD | Outcome.AGAIN if is_called_off(row):
            settle_cancelled(row, at)
        case Outcome.HELD:
            _hold(row, answer.trouble or Trouble.TOKEN, at)
        case Outcome.AGAIN:
            _again(row, answer.trouble or Trouble.BUSY, at)


def is_called_off(row: SendingRequest) -> bool:
    """Whether a request surely had no effect, and its release was called off since it began.

    What is in doubt may be tried again with its retry key: that is no new effect, and then it is
    known whether it arrived.  What a person sends again begins after the call-off.
    """
    off, tried = row.release.called_off_at, row.first_tried_at
    dropping = row.release.dropping_since is not None
    return not row.doubtful and (dropping or bool(off and tried and tried <= off))


def _hold(row: SendingRequest, trouble: Trouble, at: datetime) -> None:
    """It waits with its way; one that surely had no effect begins anew then."""
    if not row.doubtful:
        row.first_tried_at, row.attempts = None, 0
    _queue(row, trouble, at)


def _again(row: SendingRequest, trouble: Trouble, at: datetime) -> None:
    due = at + backoff.pause(row.attempts)
    if not backoff.is_too_late(row.first_tried_at, due):
        _queue(row, trouble, due)
    elif row.doubtful:
        settle_unknown(row, Trouble.TOO_LATE, at)
    else:
        settle_failed(row, trouble, at)


def _queue(row: SendingRequest, trouble: Trouble, due: datetime) -> None:
    """Let it be tried again: surely without effect so far, with words and addresses as of then."""
    if not row.doubtful:
        row.retry_key, row.recipients = str(uuid4()), None
    row.state, row.due_at, row.error = D.QUEUED.value, due, trouble.value
    row.lease_by = row.lease_until = None
    _set(row, {"state": D.QUEUED.value}, [D.SENDING.value])


def settle_sent(row: SendingRequest, at: datetime) -> None:
    """It arrived: the ledger learns of it from one delivery, which speaks for its request."""
    _end(row, D.SENT, None, at, [*OPEN, D.UNKNOWN.value])
    sent = select(Delivery).where(Delivery.request_id == row.id, Delivery.state == D.SENT.value)
    first = db.session.scalars(sent.order_by(Delivery.id).limit(1)).first()
    if first is not None:
        ledger.settle(SYSTEM, first, at)


def settle_failed(row: SendingRequest, trouble: Trouble, at: datetime) -> None:
    """It certainly did not arrive."""
    _end(row, D.FAILED, trouble, at, OPEN)


def settle_unknown(row: SendingRequest, trouble: Trouble, at: datetime) -> None:
    """Nobody can say whether it arrived; a person will."""
    _end(row, D.UNKNOWN, trouble, at, OPEN)


def settle_cancelled(row: SendingRequest, at: datetime) -> None:
    """It is not sent after all: its message was withdrawn, or its release called off."""
    _end(row, D.CANCELLED, None, at, OPEN)


def _end(
    row: SendingRequest, state: DeliveryState, trouble: Trouble | None, at: datetime, of: list[str]
) -> None:
    """Nobody needs the addresses any more once a request is settled."""
    row.state, row.settled_at, row.recipients = state.value, at, None
    row.error = trouble.value if trouble else None
    row.lease_until = None
    _set(row, {"state": state.value, "settled_at": at, "error": row.error}, of)


def _set(row: SendingRequest, values: dict[str, Any], of: list[str]) -> None:
    """Set columns of a request's deliveries that are in one of some states."""
    db.session.flush()
    theirs = update(Delivery).where(Delivery.request_id == row.id, Delivery.state.in_(of))
    db.session.execute(theirs.values(**values), execution_options={"synchronize_session": False})
    db.session.expire_all()
