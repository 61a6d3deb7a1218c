"""Requests to see a report under the act, until when they are answered, and how."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

LONGEST_ASKER, LONGEST_REASON = 160, 500


class Decision(StrEnum):
    """How a request was answered."""

    DISCLOSED = "disclosed"
    PARTLY = "partly"
    REFUSED = "refused"
    NOT_HELD = "not_held"


DECISION_NAMES = {
    Decision.DISCLOSED: _l("Disclosed"),
    Decision.PARTLY: _l("Disclosed in part"),
    Decision.REFUSED: _l("Not disclosed"),
    Decision.NOT_HELD: _l("Not held here, sent on"),
}


class DisclosureRequest(Base):
    """A request; it names an organisation or a reference number, never a person.

    Attributes:
        period: of the report that is asked for; empty where it is another one.
        due_on: fixed when the request is entered, by the setting of the day on which it came.
        section: of the act by which something is kept back.
    """

    __tablename__ = "disclosure_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    received_on: Mapped[date] = mapped_column(index=True)
    asked_by: Mapped[str] = mapped_column(String(LONGEST_ASKER))
    period: Mapped[str] = mapped_column(String(16), default="")
    wanted: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    decision: Mapped[str] = mapped_column(String(12), default="")
    section: Mapped[str] = mapped_column(String(8), default="")
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    answered_on: Mapped[date | None]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    form_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    def late(self, today: date) -> bool:
        """Whether it was not answered by its day."""
        return (self.answered_on or today) > self.due_on
