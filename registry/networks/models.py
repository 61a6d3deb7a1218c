"""Networks: groups of people or organisations that exchange news of their own free will."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base
from registry.members.models import Member, NetworkType


class NetworkState(StrEnum):
    """A network is active, or closed for good; dormancy is measured, not declared."""

    ACTIVE = "active"
    CLOSED = "closed"


NETWORK_STATE_NAMES = {
    NetworkState.ACTIVE: _l("Active"),
    NetworkState.CLOSED: _l("Closed"),
}


class Network(Base):
    """A network with its owning office and the activity that founded it."""

    __tablename__ = "network"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    type_code: Mapped[str] = mapped_column(ForeignKey("network_type.code"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"), index=True)
    founded_on: Mapped[date]
    founding_activity: Mapped[str | None] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=NetworkState.ACTIVE.value)
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    type: Mapped[NetworkType] = relationship()

    __mapper_args__ = {"version_id_col": version}


class NetworkMember(Base):
    """A member in a network, ``from_on`` inclusive to ``to_on`` exclusive or open."""

    __tablename__ = "network_member"
    __table_args__ = (
        Index("ix_network_member_span", "network_id", "member_id", "from_on", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    coordinator: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    to_on: Mapped[date | None]

    network: Mapped[Network] = relationship()
    member: Mapped[Member] = relationship()
