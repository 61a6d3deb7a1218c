"""Definitions of tables of figures that a person kept under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class SavedExport(Base):
    """A definition, kept by one person, perhaps shown to their office.

    Attributes:
        definition: see :data:`reports.exports.question.PARTS`; whoever runs it is limited by
            their own scope.
        shared: whether others of the office see it, run it and copy it.
    """

    __tablename__ = "saved_export"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    definition: Mapped[dict[str, str]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
