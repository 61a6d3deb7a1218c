"""Personal links by which members reach their own pages without a password."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.members.models import Member


class MemberLink(Base):
    """A personal link: signed, expiring, revocable; only a hash of its secret is stored."""

    __tablename__ = "member_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    member: Mapped[Member] = relationship()

    @property
    def usable(self) -> bool:
        """Whether it opens the member's pages now."""
        return self.revoked_at is None and datetime.now(UTC) < self.expires_at
