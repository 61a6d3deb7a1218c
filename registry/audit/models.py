"""What happened, kept so that an edit afterwards shows.

Events are append-only (triggers refuse anything else).  Each transaction adds one *link*, whose
hash covers the link before it and the digest of the transaction's events.  Personal values lie
in a separate salted row: its hash is part of the event, so the row can be erased and the chain
still verifies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.vault import EncryptedJson


class AuditLink(Base):
    """One link of the chain: one transaction."""

    __tablename__ = "audit_link"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    transaction: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last link; its one row is locked while a link is added."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditEvent(Base):
    """Who did what to which record, when, through which channel."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction: Mapped[str] = mapped_column(String(32), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    via: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(64), index=True)
    object_type: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(64))
    province: Mapped[str | None] = mapped_column(String(2), index=True)
    office_id: Mapped[int | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(32))
    personal_hash: Mapped[str | None] = mapped_column(String(64))

    personal: Mapped[AuditPersonal | None] = relationship(back_populates="event")


class AuditPersonal(Base):
    """The personal part of an event (before and after); may be erased, never edited."""

    __tablename__ = "audit_personal"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    changes: Mapped[Any] = mapped_column(EncryptedJson)

    event: Mapped[AuditEvent] = relationship(back_populates="personal")
