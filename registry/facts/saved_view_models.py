"""Addresses of pages of figures that a person kept under a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class SavedView(Base):
    """A page of figures with its filters, kept by one person for themselves.

    Attributes:
        path: of the page, ``/dashboards/…``.
        query: what stands behind its question mark; whoever opens it is limited by their scope.
        is_home: whether the person's way to the figures begins here; at most one does.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000), default="")
    is_home: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def address(self) -> str:
        """The page's own address: a link to it is a link to the view."""
        return f"{self.path}?{self.query}" if self.query else self.path
