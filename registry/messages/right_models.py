"""An office's right to publish: asked for, endorsed by its head, granted, refused, revoked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office, User
from registry.db import Base
from registry.errors import Refused


class RightState(StrEnum):
    """Asked → endorsed by the head (or declined) → granted or refused; granted → revoked."""

    ASKED = "asked"
    ENDORSED = "endorsed"
    DECLINED = "declined"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


RIGHT_STATE_NAMES = {
    RightState.ASKED: _l("Asked for, waiting for the head"),
    RightState.ENDORSED: _l("Endorsed by the head, waiting for the decision"),
    RightState.DECLINED: _l("Declined by the head"),
    RightState.GRANTED: _l("Granted"),
    RightState.REFUSED: _l("Refused"),
    RightState.REVOKED: _l("Revoked"),
}
S = RightState
RIGHT_MOVES: dict[RightState, frozenset[RightState]] = {
    S.ASKED: frozenset({S.ENDORSED, S.DECLINED}),
    S.ENDORSED: frozenset({S.GRANTED, S.REFUSED}),
    S.DECLINED: frozenset(),
    S.GRANTED: frozenset({S.REVOKED}),
    S.REFUSED: frozenset(),
    S.REVOKED: frozenset(),
}
OPEN = frozenset({S.ASKED, S.ENDORSED})


class PublishingRight(Base):
    """One application for the right, or one decision that an administrator took without any.

    Attributes:
        form: stored name of the encrypted scan of the request form, if one was attached.
        decision: why it was granted or refused; ``ended_reason`` why it was revoked.
    """

    __tablename__ = "publishing_right"
    __table_args__ = (Index("ix_publishing_right_office", "office_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    state: Mapped[str] = mapped_column(String(10), default=S.ASKED.value, index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    form: Mapped[str | None] = mapped_column(String(80))
    form_type: Mapped[str | None] = mapped_column(String(80))
    form_name: Mapped[str | None] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    endorsed_at: Mapped[datetime | None]
    endorsed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision: Mapped[str | None] = mapped_column(String(500))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_reason: Mapped[str | None] = mapped_column(String(500))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    asker: Mapped[User | None] = relationship(foreign_keys=[asked_by])
    endorser: Mapped[User | None] = relationship(foreign_keys=[endorsed_by])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])
    ender: Mapped[User | None] = relationship(foreign_keys=[ended_by])

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @property
    def as_state(self) -> RightState:
        """The state as an enum."""
        return RightState(self.state)

    def move(self, to: RightState) -> RightState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in RIGHT_MOVES[before]:
            raise Refused(
                _(
                    "The application is in state “%(before)s”; reload the page to see what can be "
                    "done with it.",
                    before=RIGHT_STATE_NAMES[before],
                )
            )
        self.state = to.value
        return before
