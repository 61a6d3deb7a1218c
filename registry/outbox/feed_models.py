"""Feeds of networks: an address that only those know to whom the office gives it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.networks.models import Network
from registry.vault import EncryptedText


class Feed(Base):
    """The open feed of a network.

    Attributes:
        token: the secret part of the address, for showing it again; found by ``token_hash``.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), unique=True)
    token: Mapped[str] = mapped_column(EncryptedText)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    network: Mapped[Network] = relationship()
