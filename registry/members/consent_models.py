"""Consent per purpose: the words to which people agreed, and who agreed when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.members.models import Member


class ConsentPurpose(StrEnum):
    """What personal data is used for."""

    REGISTRY = "registry"
    MESSAGES = "messages"
    PORTRAIT = "portrait"


PURPOSE_NAMES = {
    ConsentPurpose.REGISTRY: _l("Keeping the record in the network registry"),
    ConsentPurpose.MESSAGES: _l("Receiving key messages and reporting dissemination"),
    ConsentPurpose.PORTRAIT: _l("Showing the name and picture in network publications"),
}


class ConsentWording(Base):
    """The words to which people agreed, by purpose and version."""

    __tablename__ = "consent_wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(32), index=True)
    version: Mapped[int]
    text_th: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]


class Consent(Base):
    """A member's consent (or another lawful basis) for one purpose."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(String(32), default="consent")
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("consent_wording.id"))
    given_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))
    by_guardian: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Member] = relationship(back_populates="consents")
    wording: Mapped[ConsentWording | None] = relationship()
