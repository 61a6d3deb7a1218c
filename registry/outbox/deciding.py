"""What a person decides about what was not sent, or of which nobody knows whether it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.bulk import among
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages import settling as ledger
from registry.messages.release_models import Release
from registry.outbox import holds, queries
from registry.outbox.models import Delivery, DeliveryState, SendingRequest, Way

D = DeliveryState


class Decision(StrEnum):
    """Send again, it arrived after all, or give it up."""

    AGAIN = "again"
    ARRIVED = "arrived"
    GIVE_UP = "give_up"


DECISION_NAMES = {
    Decision.AGAIN: _l("Send again"),
    Decision.ARRIVED: _l("It arrived"),
    Decision.GIVE_UP: _l("Give up"),
}
BECOMES = {Decision.AGAIN: D.QUEUED, Decision.ARRIVED: D.SENT, Decision.GIVE_UP: D.CANCELLED}


def decide(actor: Actor, scope: Scope, delivery: Delivery, decision: Decision) -> int:
    """Decide about a delivery and all like it: of the same release, channel, way and state.

    Returns:
        how many it was about.

    Raises:
        Refused: they are no longer failed or unknown, or the release is just being called off.
    """
    release = own_release(actor, delivery)
    if delivery.state not in queries.TROUBLED:
        raise Refused(_("This was settled in the meantime; reload the page."))
    if decision is Decision.AGAIN and release.dropping_since is not None:
        raise Refused(
            _(
                "This sending was called off and its queue is being emptied; try again in a few "
                "minutes."
            )
        )
    query = select(Delivery).where(queries.alike(scope, delivery)).order_by(Delivery.id)
    rows = list(db.session.scalars(query.with_for_update()))
    now, before = datetime.now(UTC), delivery.state
    _set([row.id for row in rows], BECOMES[decision], now)
    db.session.refresh(delivery)
    if decision is Decision.ARRIVED:
        arrived = select(Delivery.member_id).where(among(Delivery.id, [row.id for row in rows]))
        ledger.settle(actor, delivery, now, arrived)
    record(
        actor,
        Action.OUTBOX_DECIDE,
        "delivery",
        delivery.id,
        message=delivery.message_id,
        channel=delivery.channel_id,
        count=len(rows),
        from_=before,
        to=delivery.state,
    )
    return len(rows)


def own_release(actor: Actor, delivery: Delivery) -> Release:
    """The release of a delivery, held until the transaction ends; only its office acts on it.

    Raises:
        NotFound: it is another office's.
    """
    release = ledger.locked(delivery.release_id)
    if actor.office_id != release.office_id:
        raise NotFound(f"release {release.id}")
    db.session.refresh(delivery, with_for_update=True)
    return release


def _set(ids: Sequence[int], state: DeliveryState, at: datetime) -> None:
    """What is sent again leaves its request: a new one has a new key."""
    values: dict[str, object] = {"state": state.value, "settled_at": at}
    if state is D.QUEUED:
        values = {"state": state.value, "settled_at": None, "error": None, "request_id": None}
    rows = update(Delivery).where(among(Delivery.id, ids)).values(**values)
    db.session.execute(rows, execution_options={"synchronize_session": False})


def resume(actor: Actor, way: Way) -> None:
    """Let a held way go on; what waits is tried at once.

    Raises:
        Refused: it is not held.
    """
    if not holds.release(way):
        raise Refused(_("This way of sending is open already; reload the page."))
    now = datetime.now(UTC)
    waiting = update(SendingRequest).where(
        SendingRequest.way == way.value, SendingRequest.state == D.QUEUED.value
    )
    db.session.execute(waiting.values(due_at=now))
    record(actor, Action.OUTBOX_RESUME, "outbox", way.value, kind=way.value)
