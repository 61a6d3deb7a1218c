"""Who looks after an office's channel, since when, and to whom it is being handed over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import User
from registry.channels.models import Channel
from registry.db import Base


class ChannelCustodian(Base):
    """A person's time as custodian: offered, accepted, ended; an offer that lapses only ends.

    Attributes:
        accepted_at: when the person took it over; the first one is named with the channel.
    """

    __tablename__ = "channel_custodian"
    __table_args__ = (
        Index("ix_channel_custodian_open", "channel_id", "ended_at"),
        Index("ix_channel_custodian_user", "user_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    offered_at: Mapped[datetime]
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(300))

    channel: Mapped[Channel] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    offerer: Mapped[User | None] = relationship(foreign_keys=[offered_by])
