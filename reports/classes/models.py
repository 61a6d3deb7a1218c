"""Decisions on whether a closed report may be disclosed; what was sealed stays as it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base
from reports.foreword.models import LONGEST_REASON


class Reclassification(Base):
    """A closed report is classified anew; the latest decision holds.

    Attributes:
        period: the closed period's code.
        before: the section that held until then; empty where the report could be disclosed.
        section: of the act, where the report is not to be disclosed from now on; else empty.
    """

    __tablename__ = "reclassification"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(16), index=True)
    before: Mapped[str] = mapped_column(String(8))
    section: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]
