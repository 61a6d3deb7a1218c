"""Who wants to be told of new reports, and of which each was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import User
from registry.db import Base
from registry.outbox.models import DeliveryState


class ReportSubscription(Base):
    """A person who is told of every closed period of a length."""

    __tablename__ = "report_subscription"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]


class ReportNotice(Base):
    """A revision of a report of which a subscriber is told once.

    Attributes:
        state: of its e-mail, a word of :class:`registry.outbox.models.DeliveryState`.
        due_at: when it is sent, or when its sending began.
        opened_at: when the person said that it was read; until then the start page names it.
    """

    __tablename__ = "report_notice"
    __table_args__ = (
        UniqueConstraint("user_id", "code", "revision"),
        Index("ix_report_notice_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    code: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
