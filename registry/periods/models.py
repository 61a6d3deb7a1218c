"""The catalogue of periods: open or sealed, with the figures that they were sealed with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class SealedPeriod(Base):
    """A closed period: one row per revision, the highest revision being in force."""

    __tablename__ = "sealed_period"
    __table_args__ = (Index("ix_sealed_period_revision", "code", "revision", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(8))
    start: Mapped[date] = mapped_column(index=True)
    end: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[datetime]
    closed_by: Mapped[int | None]
    folder: Mapped[str] = mapped_column(String(200))
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    keep_until: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(500))
    destroyed_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class SealedFigure(Base):
    """A figure as it was when its period was sealed.

    ``cut`` names the dimension and its value (``""`` for the whole, ``zone=3``, …).
    """

    __tablename__ = "sealed_figure"
    __table_args__ = (
        Index(
            "ix_sealed_figure_cell", "code", "revision", "measure", "dimension", "cut", unique=True
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    measure: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    dimension: Mapped[str] = mapped_column(String(24), default="")
    cut: Mapped[str] = mapped_column(String(40), default="")
    value: Mapped[float | None]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]


class TimeStandard(Base):
    """A standard time of the manual's steps, with its date of effect."""

    __tablename__ = "time_standard"
    __table_args__ = (Index("ix_time_standard_span", "step", "valid_from", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(32))
    minutes: Mapped[int]
    valid_from: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
