"""Targets: what a measure should reach in a fiscal year."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class Target(Base):
    """A target with its source.

    Attributes:
        cut: ``""`` for the whole country, else ``zone=3``, as of a sealed figure.
        value: in the measure's own unit; a share between 0 and 1.
        set_on: the day of the order, plan or resolution that ``source`` names.
    """

    __tablename__ = "target"
    __table_args__ = (Index("ix_target_cell", "fiscal_year", "measure", "cut", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int]
    measure: Mapped[str] = mapped_column(String(60))
    cut: Mapped[str] = mapped_column(String(40), default="")
    value: Mapped[float]
    source: Mapped[str] = mapped_column(String(200))
    set_on: Mapped[date]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
