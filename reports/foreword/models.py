"""The words of central staff at the head of a report, and whether it may be disclosed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base

LONGEST_REASON = 500


class Foreword(Base):
    """What is sealed with a period besides its figures; without a row: no words, disclosable.

    Attributes:
        section: of the act, where the report is not to be disclosed; else empty.
    """

    __tablename__ = "foreword"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(16), unique=True)
    text: Mapped[str] = mapped_column(Text, default="")
    section: Mapped[str] = mapped_column(String(8), default="")
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    written_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship(lazy="joined")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}
