"""Making deliveries: one row per release and target, in the release's own transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from registry.bulk import among, insert_once
from registry.db import db
from registry.messages.release_models import Release
from registry.outbox.models import Delivery, DeliveryState, LineQuota, Way
from registry.outbox.webhook_models import Webhook

CHUNK = 2_000
"""Rows of one statement: each has eight values, and SQLite takes 32,766."""


@dataclass(frozen=True)
class Target:
    """To whom a delivery goes: ``c:CHANNEL``, ``m:MEMBER`` or ``w:WEBHOOK``, and by which way."""

    way: Way
    target: str
    channel_id: int
    member_id: int | None = None


@dataclass(frozen=True)
class Quota:
    """The month's LINE messages: how many there are (None: no limit or not known) and were used.

    Attributes:
        checked_at: when LINE said so; None before it was ever asked.
    """

    limit: int | None
    used: int
    checked_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """How many more may be sent this month; None where there is no limit."""
        return None if self.limit is None else max(self.limit - self.used, 0)


def make_deliveries(release: Release, targets: Iterable[Target]) -> int:
    """Make the deliveries of a release; one that is there already is left as it is.

    Returns:
        how many were made.
    """
    at = datetime.now(UTC)
    rows = [_row(release, target, at) for target in targets]
    plain = insert_once(Delivery).on_conflict_do_nothing(index_elements=["release_id", "target"])
    once = plain.returning(Delivery.id)
    db.session.flush()
    return sum(_insert(once, rows[at : at + CHUNK]) for at in range(0, len(rows), CHUNK))


def _insert(statement: Any, rows: list[dict[str, Any]]) -> int:
    return len(list(db.session.scalars(statement.values(rows))))


def _row(release: Release, target: Target, at: datetime) -> dict[str, Any]:
    return {
        "release_id": release.id,
        "message_id": release.message_id,
        "channel_id": target.channel_id,
        "member_id": target.member_id,
        "target": target.target,
        "way": target.way.value,
        "state": DeliveryState.QUEUED.value,
        "created_at": at,
    }


def webhooks_of(channel_ids: Collection[int]) -> dict[int, list[int]]:
    """The webhooks in use of channels, by channel: each is a target ``w:ID`` of its channel."""
    query = select(Webhook.channel_id, Webhook.id).where(
        among(Webhook.channel_id, channel_ids), Webhook.retired_at.is_(None)
    )
    found: dict[int, list[int]] = {}
    for channel_id, webhook_id in db.session.execute(query.order_by(Webhook.id)):
        found.setdefault(channel_id, []).append(webhook_id)
    return found


def quota() -> Quota:
    """The month's LINE messages, as LINE said when it was last asked; asks nobody."""
    row = db.session.get(LineQuota, 1)
    return Quota(row.limit, row.used, row.checked_at) if row else Quota(None, 0)
