"""What an executive directs after reading a report, and what is kept for the next year's review."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office, User
from registry.db import Base
from registry.errors import Refused
from registry.periods.calendar import to_bangkok_date
from registry.periods.office_report_models import OfficeReport

LONGEST_GIVER, LONGEST_REMARK = 160, 500


class DirectionState(StrEnum):
    """Open → done by the office → accepted, or sent back; or withdrawn."""

    OPEN = "open"
    DONE = "done"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who takes a step: who gives directions, or the office that carries one out."""

    GIVER = "giver"
    OFFICE = "office"


STATE_NAMES = {
    DirectionState.OPEN: _l("To be carried out"),
    DirectionState.DONE: _l("Done, waits to be accepted"),
    DirectionState.ACCEPTED: _l("Accepted"),
    DirectionState.WITHDRAWN: _l("Withdrawn"),
}
S = DirectionState
MOVES: dict[Side, dict[DirectionState, frozenset[DirectionState]]] = {
    Side.OFFICE: {S.OPEN: frozenset({S.DONE}), S.DONE: frozenset({S.OPEN})},
    Side.GIVER: {
        S.OPEN: frozenset({S.WITHDRAWN}),
        S.DONE: frozenset({S.ACCEPTED, S.OPEN}),
        S.ACCEPTED: frozenset({S.OPEN}),
        S.WITHDRAWN: frozenset({S.OPEN}),
    },
}
"""Every step can be taken back."""


class Direction(Base):
    """What an office is to do, directed by an executive who read the report of a period.

    Attributes:
        period: the closed period's code; ``revision`` the one that was read.
        given_by: who gave it, where somebody else wrote it down.
        remark: why it was sent back, withdrawn or opened again, or a word on its acceptance.
    """

    __tablename__ = "direction"

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(16), index=True)
    revision: Mapped[int]
    fiscal_year: Mapped[int]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    given_by: Mapped[str] = mapped_column(String(LONGEST_GIVER), default="")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=S.OPEN.value)
    result: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(String(LONGEST_REMARK), default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    form_token: Mapped[str | None] = mapped_column(String(32), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship(lazy="joined")
    author: Mapped[User | None] = relationship(foreign_keys=[entered_by])
    doer: Mapped[User | None] = relationship(foreign_keys=[done_by])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])
    reviews: Mapped[list[ReviewItem]] = relationship(back_populates="direction")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @property
    def as_state(self) -> DirectionState:
        """The state as an enum."""
        return DirectionState(self.state)

    @property
    def giver(self) -> str:
        """Who gave it."""
        return self.given_by or (self.author.name if self.author else "–")

    def late(self, today: date) -> bool:
        """Whether it was not done by its day, be it done meanwhile or not."""
        if self.as_state is S.WITHDRAWN:
            return False
        done = to_bangkok_date(self.done_at) if self.done_at else today
        return done > self.due_on

    def steps(self, side: Side) -> frozenset[DirectionState]:
        """The states to which somebody may move it now."""
        return MOVES[side].get(self.as_state, frozenset())

    def move(self, side: Side, to: DirectionState, by: int | None, at: datetime) -> DirectionState:
        """Take a step; returns the state before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in self.steps(side):
            raise Refused(
                _(
                    "This direction is in state “%(state)s”; reload the page to see what can be "
                    "done with it.",
                    state=STATE_NAMES[before],
                )
            )
        if side is Side.GIVER:
            self.decided_by, self.decided_at = by, at
        if to is not S.ACCEPTED:
            done = to is S.DONE
            self.done_by, self.done_at = (by, at) if done else (None, None)
        self.state = to.value
        return before


class ReviewItem(Base):
    """A direction, or an obstacle that an office reported, to be reviewed for a fiscal year."""

    __tablename__ = "review_item"
    __table_args__ = (
        Index("ix_review_item_direction", "year", "direction_id", unique=True),
        Index("ix_review_item_report", "year", "report_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    direction_id: Mapped[int | None] = mapped_column(ForeignKey("direction.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("office_report.id"))
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    marked_at: Mapped[datetime]

    direction: Mapped[Direction | None] = relationship(lazy="joined", back_populates="reviews")
    report: Mapped[OfficeReport | None] = relationship(lazy="joined")

    @property
    def source(self) -> Direction | OfficeReport:
        """What is reviewed."""
        found = self.direction or self.report
        assert found is not None  # noqa: S101 - services give one of them
        return found

    @property
    def text(self) -> str:
        """What is to be thought over."""
        source = self.source
        return source.text if isinstance(source, Direction) else source.obstacles

    @property
    def answer(self) -> str:
        """What the office did about it, or suggests."""
        source = self.source
        return source.result if isinstance(source, Direction) else source.suggestions
