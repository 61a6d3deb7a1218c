"""Audiences that an office saved under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class SavedAudience(Base):
    """A named audience of an office.

    Attributes:
        filters: as :class:`registry.messages.audience.Audience` stores itself.
        channels: ids of the office's channels that were chosen; some may be retired by now.
    """

    __tablename__ = "saved_audience"
    __table_args__ = (UniqueConstraint("office_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str] = mapped_column(String(120))
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    channels: Mapped[list[int]] = mapped_column(JSON, default=list)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
