"""Settings of the administrator with the day from which each value holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class DatedSetting(Base):
    """A value of a setting from a day on; days before the first one have the default."""

    __tablename__ = "dated_setting"
    __table_args__ = (Index("ix_dated_setting_span", "name", "valid_from", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32))
    value: Mapped[Any] = mapped_column(JSON)
    valid_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
