"""Holds that keep a sealed report beyond its day, and the lists by which reports are destroyed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.periods.models import SealedPeriod

LONGEST_REASON = 500


class ReportHold(Base):
    """Why no revision of a period may be destroyed, from one moment to another."""

    __tablename__ = "report_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    placed_by: Mapped[int | None]
    placed_at: Mapped[datetime]
    lifted_because: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    lifted_by: Mapped[int | None]
    lifted_at: Mapped[datetime | None]


class Disposal(Base):
    """A list of reports that somebody wants destroyed, and what somebody else decided."""

    __tablename__ = "disposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    proposed_by: Mapped[int | None]
    proposed_at: Mapped[datetime]
    approved: Mapped[bool | None]
    remark: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    certificate: Mapped[bytes | None] = mapped_column(deferred=True)

    items: Mapped[list[DisposalItem]] = relationship(order_by="DisposalItem.id")

    @property
    def state(self) -> str:
        """``proposed``, ``refused``, ``approved`` (and under way), ``done`` or ``held``."""
        if self.approved is None:
            return "proposed"
        if not self.approved:
            return "refused"
        if not all(item.settled for item in self.items):
            return "approved"
        return "held" if all(item.held for item in self.items) else "done"


class DisposalItem(Base):
    """A revision on such a list: destroyed, or kept because somebody held it meanwhile.

    ``problem`` says why it could not be destroyed yet.
    """

    __tablename__ = "disposal_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"), index=True)
    sealed_id: Mapped[int] = mapped_column(ForeignKey("sealed_period.id"), index=True)
    destroyed_at: Mapped[datetime | None]
    held: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None] = mapped_column(String(200))

    row: Mapped[SealedPeriod] = relationship()

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done about it."""
        return self.held or self.destroyed_at is not None
