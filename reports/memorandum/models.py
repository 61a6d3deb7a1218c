"""What an office typed on its last memorandum, so that the next one begins with it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

LONGEST = 160


class MemorandumHead(Base):
    """Number, addressee and signer, by office."""

    __tablename__ = "memorandum_head"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(LONGEST), default="")
    addressee: Mapped[str] = mapped_column(String(LONGEST), default="")
    signer: Mapped[str] = mapped_column(String(LONGEST), default="")
    post: Mapped[str] = mapped_column(String(LONGEST), default="")
