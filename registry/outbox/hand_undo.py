"""A task by hand that was noted as done by mistake: it waits again, and the ledger says so."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _

from registry.access.versions import ChangedMeanwhile
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import settling as ledger
from registry.messages.models import MessageState
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.rules import LONGEST_REASON, require_text
from registry.messages.unsettling import unsettle
from registry.outbox.hand_models import HandWork
from registry.outbox.models import Delivery, DeliveryState


def undo(actor: Actor, delivery: Delivery, reason: str, *, seen: str | None = None) -> None:
    """Take back that a task was done, with all that followed from it.

    The count of the channel's audience stays: it is a fact of its own, corrected at the channel.
    A task of a sending that was called off does not wait again: it would have been dropped.

    Args:
        seen: the mark of the note that the page showed; None where there was no page.

    Raises:
        Refused: it is not noted as done (any more), no reason is given, or somebody reacted.
        ChangedMeanwhile: it was taken back and noted anew since.
        NotFound: the channel is another office's.
    """
    release, work = _done(actor, delivery)
    _require_seen(work, seen)
    reason = require_text(reason, _("Say why this is taken back."))[:LONGEST_REASON]
    gone = unsettle(actor, delivery, work.recorded_at, reason)
    _wait_again(actor, release, delivery, work)
    was = work.done_at.isoformat()
    db.session.delete(work)
    db.session.flush()
    record(
        actor,
        Action.OUTBOX_HAND_UNDO,
        "delivery",
        delivery.id,
        message=delivery.message_id,
        channel=delivery.channel_id,
        count=gone,
        to=delivery.state,
        changes={"reason": [None, reason], "done_at": [was, None]},
    )


def _done(actor: Actor, delivery: Delivery) -> tuple[Release, HandWork]:
    """What was noted of a task, held with its release."""
    if actor.office_id is None or actor.office_id != delivery.channel.office_id:
        raise NotFound(f"delivery {delivery.id}")
    release = ledger.locked(delivery.release_id)
    db.session.refresh(delivery, with_for_update=True)
    work = db.session.get(HandWork, delivery.id, populate_existing=True)
    if work is None or delivery.as_state is not DeliveryState.SENT:
        raise Refused(_("This task is not noted as done; reload the page to see where it stands."))
    return release, work


def mark_of_note(work: HandWork) -> str:
    """By which a form says which note its page showed."""
    return work.recorded_at.isoformat()


def _require_seen(work: HandWork, seen: str | None) -> None:
    if seen not in (None, mark_of_note(work)):
        raise ChangedMeanwhile(
            _(
                "This task was taken back and noted anew after you opened the page; read the note "
                "as it is now, then take it back if it is still wrong."
            )
        )


def _wait_again(actor: Actor, release: Release, delivery: Delivery, work: HandWork) -> None:
    if not _goes_on(release):
        delivery.state = DeliveryState.CANCELLED.value
        delivery.settled_at = work.recorded_at
        return
    delivery.state, delivery.settled_at = DeliveryState.QUEUED.value, None
    if release.as_state is ReleaseState.DONE:
        ledger.turn(actor, release, ReleaseState.RUNNING, datetime.now(UTC))


def _goes_on(release: Release) -> bool:
    """Whether the task waits again: its sending was not called off, and it is still to be told."""
    db.session.refresh(release.message)
    gone = release.message.as_state is MessageState.WITHDRAWN
    called_off = release.as_state is ReleaseState.CANCELLED or release.called_off_at is not None
    return not called_off and (not gone or release.as_purpose is Purpose.WITHDRAWAL)
