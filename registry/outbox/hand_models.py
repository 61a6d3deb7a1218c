"""What a person did by hand: a loudspeaker, the radio, a page, face to face."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import User
from registry.db import Base
from registry.outbox.models import Delivery


class HandWork(Base):
    """That a delivery was done by hand: when, which points were kept, how many it reached.

    Attributes:
        points: the points of the checklist that were ticked.
        audience: people counted or estimated; absent where nobody counted.
        basis: on what the estimate rests.
    """

    __tablename__ = "hand_work"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    done_at: Mapped[datetime]
    points: Mapped[list[str]] = mapped_column(JSON, default=list)
    audience: Mapped[int | None]
    basis: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(300))
    done_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[datetime]

    delivery: Mapped[Delivery] = relationship()
    doer: Mapped[User | None] = relationship()
