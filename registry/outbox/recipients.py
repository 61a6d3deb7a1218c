"""Whom a request goes to: looked up at the first try, kept encrypted until it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update

from registry.bulk import among
from registry.db import db
from registry.members.models import Member
from registry.messages.unreached import willing
from registry.outbox.accounts import PRESENT, group_of, line_ids_of
from registry.outbox.backoff import Trouble
from registry.outbox.models import Delivery, DeliveryState, SendingRequest, Way
from registry.outbox.webhook_models import Webhook
from registry.periods.calendar import to_bangkok_date

D = DeliveryState


@dataclass(frozen=True)
class Addressed:
    """Where a request goes.

    Attributes:
        to: ids of LINE, an e-mail address, or the address of a webhook; none: nobody is left.
        group: whether a channel as a whole is meant, not its members.
        secret_name: the environment variable with a webhook's signing key.
        delivery_id: the first delivery, which names an e-mail.
    """

    to: list[str]
    group: bool = False
    secret_name: str = ""
    idempotent: bool = False
    delivery_id: int = 0


def address(request: SendingRequest) -> Addressed:
    """Where a request goes; at the first try those who have no address any more drop out."""
    first = db.session.scalars(
        select(Delivery).where(Delivery.request_id == request.id).order_by(Delivery.id).limit(1)
    ).first()
    if first is None:
        return Addressed([])
    if request.way == Way.WEBHOOK.value:
        return _webhook(first)
    if request.recipients is None:
        request.recipients = _look_up(request, first)
        db.session.flush()
    return Addressed(list(request.recipients), first.member_id is None, delivery_id=first.id)


def _webhook(delivery: Delivery) -> Addressed:
    hook = db.session.get(Webhook, int(delivery.target[2:]))
    if hook is None or hook.retired_at is not None:
        return Addressed([])
    return Addressed([hook.url], True, hook.secret_name, hook.idempotent, delivery.id)


def _look_up(request: SendingRequest, first: Delivery) -> list[str]:
    if first.member_id is None:
        group = group_of(request.channel_id)
        return [group] if group else []
    query = select(Delivery.member_id).where(Delivery.request_id == request.id)
    members = {number for number in db.session.scalars(query) if number is not None}
    stay = _willing(members)
    known = line_ids_of(stay) if request.way == Way.LINE.value else _mail_addresses(stay)
    _drop(request, members - set(known))
    return [known[number] for number in sorted(known)]


def _willing(members: set[int]) -> set[int]:
    """Those who have not left and not withdrawn their consent since the release was planned."""
    today = to_bangkok_date(datetime.now(UTC))
    query = select(Member.id).where(
        among(Member.id, members),
        PRESENT,
        Member.id.in_(willing(today)),
    )
    return set(db.session.scalars(query))


def _mail_addresses(members: set[int]) -> dict[int, str]:
    query = select(Member.id, Member.email).where(among(Member.id, members), Member.email != "")
    return {number: mail for number, mail in db.session.execute(query) if mail}


def _drop(request: SendingRequest, members: set[int]) -> None:
    """Take out of a request those who cannot be reached any more; their deliveries say why."""
    if not members:
        return
    gone = update(Delivery).where(
        Delivery.request_id == request.id, among(Delivery.member_id, members)
    )
    db.session.execute(
        gone.values(
            state=D.FAILED.value,
            error=Trouble.NO_ADDRESS.value,
            settled_at=datetime.now(UTC),
            request_id=None,
        ),
        execution_options={"synchronize_session": False},
    )
    request.size -= len(members)
