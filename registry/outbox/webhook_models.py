"""Systems of others that take an office's messages: the webhooks of a channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.channels.models import Channel
from registry.db import Base


class Webhook(Base):
    """Where the messages of an office's channel are posted to.

    Attributes:
        secret_name: the environment variable that holds the signing key; never the key itself.
        idempotent: whether the other side knows a repeated request and does it once.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    secret_name: Mapped[str] = mapped_column(String(80))
    idempotent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    channel: Mapped[Channel] = relationship()
