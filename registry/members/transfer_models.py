"""Requests between offices: to link a member into a network as well, or to take over."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base
from registry.members.models import Member


class RequestKind(StrEnum):
    """Link: into a network of the asking office as well. Transfer: to the asking office."""

    LINK = "link"
    TRANSFER = "transfer"


class RequestState(StrEnum):
    """A request waits, then is accepted, refused, or withdrawn by its asker."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


REQUEST_KIND_NAMES = {
    RequestKind.LINK: _l("Link of a member"),
    RequestKind.TRANSFER: _l("Transfer of a member"),
}
REQUEST_STATE_NAMES = {
    RequestState.REQUESTED: _l("Waiting for a decision"),
    RequestState.ACCEPTED: _l("Accepted"),
    RequestState.REFUSED: _l("Refused"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
}


class TransferRequest(Base):
    """A request of one office to link or take over a member of another; both see it."""

    __tablename__ = "transfer_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    from_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    to_office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    to_province: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    to_network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"))
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(16), default=RequestState.REQUESTED.value)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision_reason: Mapped[str | None] = mapped_column(String(500))

    member: Mapped[Member] = relationship()
    from_office: Mapped[Office] = relationship(foreign_keys=[from_office_id])
    to_office: Mapped[Office] = relationship(foreign_keys=[to_office_id])
