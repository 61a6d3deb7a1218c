"""The outbox at work: claim and commit, send without a transaction, settle in another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog
from sqlalchemy.exc import OperationalError

from registry.db import db, unit_of_work
from registry.outbox import (
    backoff,
    claiming,
    freezing,
    holds,
    mail,
    quota,
    settling,
    webhooks,
)
from registry.outbox.backoff import Answer, Outcome, Trouble
from registry.outbox.claiming import Parcel
from registry.outbox.line import client
from registry.outbox.models import Way
from registry.pulse import pulse

AT_ONCE = 8
"""Parcels of a way that are under way at the same moment."""
DEADLOCK = "40P01"
"""PostgreSQL's word for having undone one of two who waited for each other; once more will do."""
START_WITHIN = 15.0
"""Seconds after the claim: what is begun later could still be under way when its lease is over."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Carriers:
    """What is needed to send by each way, read from the settings once per beat."""

    line: client.Line
    mail: mail.MailServer
    hosts: frozenset[str]

    @classmethod
    def of_settings(cls) -> Carriers:
        """Those of this installation."""
        return cls(client.line(), mail.mail_server(), webhooks.allowed_hosts())


@pulse("outbox")
def send_due() -> bool:
    """Send what is due; whether there was anything."""
    parcels = prepare(datetime.now(UTC))
    for parcel, answer in carry(parcels, Carriers.of_settings()):
        finish(parcel, answer)
    return bool(parcels)


def prepare(at: datetime) -> list[Parcel]:
    """Freeze and claim, and commit both: from then on the parcels count as under way."""
    ways = holds.open_ways()
    if not freezing.to_freeze(ways, at) and not claiming.is_due(ways, at):
        return []
    with unit_of_work():
        freezing.freeze(ways, at)
        return claiming.claim(ways, at)


def carry(parcels: list[Parcel], carriers: Carriers) -> Iterator[tuple[Parcel, Answer]]:
    """Send parcels side by side, no way waiting for another; each with its answer as it comes.

    Touches no database.
    """
    db.session.rollback()
    if not parcels:
        return
    start_by = monotonic() + START_WITHIN
    with ExitStack() as stack:
        ways = {parcel.way for parcel in parcels}
        pools = {way: stack.enter_context(ThreadPoolExecutor(AT_ONCE)) for way in ways}
        sent = {pools[row.way].submit(_try, row, carriers, start_by): row for row in parcels}
        for done in as_completed(sent):
            yield sent[done], done.result()


def _try(parcel: Parcel, carriers: Carriers, start_by: float) -> Answer:
    """The answer; whatever goes wrong here may have had its effect."""
    if monotonic() > start_by:
        return backoff.again(Trouble.BUSY)
    try:
        return SEND[parcel.way](parcel, carriers)
    except Exception as error:
        log.error("sending_failed", request=parcel.request_id, kind=type(error).__name__)
        repeatable = parcel.way is Way.LINE or parcel.address.idempotent
        if repeatable:
            return backoff.again(Trouble.NO_ANSWER, doubtful=True)
        return backoff.unknown()


def _by_line(parcel: Parcel, carriers: Carriers) -> Answer:
    messages, to = parcel.content["messages"], parcel.address.to
    if parcel.address.group:
        return client.push(carriers.line, to[0], messages, parcel.retry_key)
    return client.multicast(carriers.line, to, messages, parcel.retry_key)


def _by_mail(parcel: Parcel, carriers: Carriers) -> Answer:
    name = f"sang.{parcel.address.delivery_id}.{parcel.retry_key}"
    return mail.send(carriers.mail, parcel.address.to[0], parcel.content, name)


def _by_webhook(parcel: Parcel, carriers: Carriers) -> Answer:
    secret = webhooks.secret_of(parcel.address.secret_name)
    if secret is None:
        return backoff.failed(Trouble.NO_SECRET)
    body = webhooks.body_of(parcel.content, parcel.retry_key)
    post = webhooks.Post(parcel.address.to[0], body, secret, parcel.retry_key)
    return webhooks.send(post, carriers.hosts, idempotent=parcel.address.idempotent)


SEND: dict[Way, Callable[[Parcel, Carriers], Answer]] = {
    Way.LINE: _by_line,
    Way.EMAIL: _by_mail,
    Way.WEBHOOK: _by_webhook,
}


def finish(parcel: Parcel, answer: Answer) -> None:
    """Settle a parcel; of LINE's 429 it is first found out which of the two kinds it is."""
    if parcel.way is Way.LINE and answer.status == 429:
        answer = quota.why_too_many(answer, parcel.size)
    try:
        _settle(parcel, answer)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != DEADLOCK:
            raise
        _settle(parcel, answer)
    log.info(
        "sent" if answer.outcome is Outcome.SENT else "not_sent",
        request=parcel.request_id,
        way=parcel.way.value,
        size=parcel.size,
        outcome=answer.outcome.value,
        trouble=answer.trouble.value if answer.trouble else None,
        status=answer.status,
    )


def _settle(parcel: Parcel, answer: Answer) -> None:
    with unit_of_work():
        settling.settle(parcel.request_id, parcel.lease, answer, datetime.now(UTC))
