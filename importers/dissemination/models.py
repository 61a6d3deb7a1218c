"""Uploaded sheets: what was read from each, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.errors import Refused
from registry.networks.models import Network
from registry.vault import EncryptedJson


class SheetState(StrEnum):
    """A sheet is looked at, then saved or thrown away."""

    PLANNED = "planned"
    COMMITTED = "committed"
    DISCARDED = "discarded"


class DisseminationSheet(Base):
    """A sheet as it was read: ``typed`` holds, by row key, the row's number and its cells."""

    __tablename__ = "dissemination_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    month: Mapped[int]
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    typed: Mapped[Any] = mapped_column(EncryptedJson)
    state: Mapped[str] = mapped_column(String(16), default=SheetState.PLANNED.value)
    uploaded_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    result: Mapped[dict[str, int] | None] = mapped_column(JSON)

    network: Mapped[Network] = relationship()

    def move(self, to: SheetState) -> None:
        """Save it or throw it away, once.

        Raises:
            Refused: that happened already.
        """
        if self.state != SheetState.PLANNED.value:
            raise Refused(str(_l("The sheet %(name)s was dealt with already.", name=self.filename)))
        self.state = to.value
