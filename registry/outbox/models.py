"""What leaves the system: deliveries, and the requests that carry them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    exists,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.channels.models import Channel
from registry.db import Base
from registry.messages.release_models import Release
from registry.vault import EncryptedJson


class Way(StrEnum):
    """How a delivery leaves: by LINE, e-mail, a webhook, or by a person."""

    LINE = "line"
    EMAIL = "email"
    WEBHOOK = "webhook"
    HAND = "hand"


class DeliveryState(StrEnum):
    """Queued → sending → sent or failed; ``unknown`` where no answer came and none can be had."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


DELIVERY_STATE_NAMES = {
    DeliveryState.QUEUED: _l("Waiting to be sent"),
    DeliveryState.SENDING: _l("Being sent"),
    DeliveryState.SENT: _l("Sent"),
    DeliveryState.FAILED: _l("Failed"),
    DeliveryState.UNKNOWN: _l("No answer came"),
    DeliveryState.CANCELLED: _l("Cancelled"),
}
WAY_NAMES = {
    Way.LINE: _l("LINE"),
    Way.EMAIL: _l("E-mail"),
    Way.WEBHOOK: _l("Webhook"),
    Way.HAND: _l("By hand"),
}
D = DeliveryState
SETTLED = frozenset({D.SENT, D.FAILED, D.UNKNOWN, D.CANCELLED})
WAITING = "state = 'queued' AND request_id IS NULL"
"""Deliveries that wait for a request; a query must say the same to find their index."""
OPEN = "state IN ('queued', 'sending', 'failed', 'unknown')"
"""Deliveries that wait, go, or need a person: few beside all that ever arrived."""
IS_OPEN: ColumnElement[bool] = literal_column(f"delivery.{OPEN}")
"""Says to the letter what the index of open deliveries says, so that it is found.

As a Boolean SQLite would be told "… = 1", which is another expression to it.
"""


class SendingBody(Base):
    """The words of a release for one way, kept once: a retry says them again to the letter.

    Attributes:
        sha256: of the content as canonical JSON.
        content: what is said to everybody; never whom it is said to.
    """

    __tablename__ = "sending_body"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class SendingRequest(Base):
    """One request to a provider: who is in it is fixed, so that a retry is the same request.

    Attributes:
        retry_key: a UUID that the provider knows a repeated request by.
        body_sha256: of what is sent; a retry must have the same.
        recipients: addresses of the provider's, fixed at the first try, forgotten at the end.
        first_tried_at: providers forget a retry key after a day.
        doubtful: whether a try may have had its effect although no answer came.
        error: a word of :class:`registry.outbox.backoff.Trouble`.
    """

    __tablename__ = "sending_request"
    __table_args__ = (Index("ix_sending_request_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    way: Mapped[str] = mapped_column(String(10))
    retry_key: Mapped[str] = mapped_column(String(36), unique=True)
    body_sha256: Mapped[str] = mapped_column(ForeignKey("sending_body.sha256"))
    recipients: Mapped[list[str] | None] = mapped_column(EncryptedJson)
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=D.QUEUED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(40))
    first_tried_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    status: Mapped[int | None]
    provider_id: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(String(300))

    release: Mapped[Release] = relationship()
    channel: Mapped[Channel] = relationship()
    body: Mapped[SendingBody] = relationship()

    @property
    def as_state(self) -> DeliveryState:
        """The state as an enum."""
        return DeliveryState(self.state)


class Delivery(Base):
    """One release × one target: a channel as a whole, or a member of its roster.

    Attributes:
        target: ``c:CHANNEL``, ``m:MEMBER`` or ``w:WEBHOOK``; never twice in a release.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_once", "release_id", "target", unique=True),
        Index("ix_delivery_member", "member_id", "message_id"),
        Index("ix_delivery_message", "message_id", "state"),
        Index(
            "ix_delivery_waiting",
            "way",
            "release_id",
            "channel_id",
            "id",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index(
            "ix_delivery_open",
            "state",
            "release_id",
            "way",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    target: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(10))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("sending_request.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=D.QUEUED.value)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))

    release: Mapped[Release] = relationship()
    channel: Mapped[Channel] = relationship()
    request: Mapped[SendingRequest | None] = relationship()

    @property
    def as_state(self) -> DeliveryState:
        """The state as an enum."""
        return DeliveryState(self.state)


UNSETTLED = (IS_OPEN, Delivery.state.in_(sorted(set(D) - SETTLED)))
"""Conditions on deliveries that wait or are on their way."""
IDLE: ColumnElement[bool] = and_(
    Delivery.state == D.QUEUED.value,
    or_(
        Delivery.request_id.is_(None),
        exists()
        .where(SendingRequest.id == Delivery.request_id)
        .where(SendingRequest.state == D.CANCELLED.value)
        .correlate(Delivery),
    ),
)
"""Waiting deliveries that no request carries, or one that is not sent after all."""
BEING_DROPPED: ColumnElement[bool] = and_(Release.dropping_since.is_not(None), IDLE)
"""Deliveries, joined to their release, that were called off and are not yet dropped."""


class OutboxHold(Base):
    """A way that is held until a person, or the new month, lets it go on.

    Attributes:
        reason: a word of :class:`registry.outbox.backoff.Trouble`.
    """

    __tablename__ = "outbox_hold"

    way: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class LineQuota(Base):
    """What LINE last said about the month's quota; ``limit`` is absent where there is none.

    Attributes:
        checked_at: when it answered; ``tried_at`` is when it was last asked.
    """

    __tablename__ = "line_quota"

    id: Mapped[int] = mapped_column(primary_key=True)
    limit: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None]
    tried_at: Mapped[datetime]
