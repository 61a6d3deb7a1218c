"""Releases: a message on its way to an audience, through channels, at a planned moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base
from registry.errors import Refused
from registry.messages.models import Correction, KeyMessage


class Purpose(StrEnum):
    """Why a message goes out: for the first time, onward, or because it changed."""

    FIRST = "first"
    ONWARD = "onward"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    REMINDER = "reminder"


PURPOSE_NAMES = {
    Purpose.FIRST: _l("First publication"),
    Purpose.ONWARD: _l("Published onward"),
    Purpose.CORRECTION: _l("Notice of a correction"),
    Purpose.WITHDRAWAL: _l("Withdrawal"),
    Purpose.REMINDER: _l("Reminder"),
}


OUTWARD = frozenset({Purpose.FIRST, Purpose.ONWARD})
"""Purposes by which a message comes to channels that did not have it."""


class ReleaseState(StrEnum):
    """Waiting for a second person → scheduled → running → done; cancelled before a thing was sent.

    It goes back to waiting where the audience became large before it began, and runs again where
    a task by hand was noted as done by mistake.
    """

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


RELEASE_STATE_NAMES = {
    ReleaseState.WAITING: _l("Waiting for a second person"),
    ReleaseState.SCHEDULED: _l("Scheduled"),
    ReleaseState.RUNNING: _l("Being sent"),
    ReleaseState.DONE: _l("Sent"),
    ReleaseState.CANCELLED: _l("Cancelled"),
}
R = ReleaseState
RELEASE_MOVES: dict[ReleaseState, frozenset[ReleaseState]] = {
    R.WAITING: frozenset({R.SCHEDULED, R.CANCELLED}),
    R.SCHEDULED: frozenset({R.WAITING, R.RUNNING, R.CANCELLED}),
    R.RUNNING: frozenset({R.DONE, R.CANCELLED}),
    R.DONE: frozenset({R.RUNNING}),
    R.CANCELLED: frozenset(),
}
_MARKED = text("dropping_since IS NOT NULL")
UNDER_WAY = (R.WAITING.value, R.SCHEDULED.value, R.RUNNING.value)
"""States of a release that has not ended."""


class Release(Base):
    """One sending of a message by one office.

    Attributes:
        audience: the filters, as :class:`registry.messages.audience.Audience` stores itself.
        correction: the one that it tells of; only a correction's release has one.
        channels: ids of the office's channels through which it goes.
        counted: who is reached and who is not and why: as the button said it, then as it was when
            the release began.
        planned_at: when it may begin; tasks for people begin then, by day and by night.
        machines_at: when machines may send: past the quiet hours, unless ``urgent``; None stands
            for ``planned_at``.
        machines_done: whether the deliveries of machines were made, too.
        created_by: who planned it; ``confirmed_by`` is somebody else.
        called_off_at: when it was called off while it ran; stays for good.
        dropping_since: the same moment, while deliveries are left to be dropped.
    """

    __tablename__ = "release"
    __table_args__ = (
        Index("ix_release_due", "state", "planned_at"),
        Index(
            "ix_release_dropping", "dropping_since", sqlite_where=_MARKED, postgresql_where=_MARKED
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))
    correction_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_correction.id"), index=True
    )
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    channels: Mapped[list[int]] = mapped_column(JSON, default=list)
    counted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    urgent: Mapped[bool] = mapped_column(default=False)
    planned_at: Mapped[datetime]
    machines_at: Mapped[datetime | None]
    machines_done: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=R.SCHEDULED.value)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    called_off_at: Mapped[datetime | None]
    dropping_since: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    message: Mapped[KeyMessage] = relationship()
    correction: Mapped[Correction | None] = relationship()
    office: Mapped[Office] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def as_state(self) -> ReleaseState:
        """The state as an enum."""
        return ReleaseState(self.state)

    @property
    def waits(self) -> bool:
        """Whether something of it is still to begin, so that all of it can be called off."""
        running = self.as_state is R.RUNNING and not self.machines_done
        return running or self.as_state in (R.WAITING, R.SCHEDULED)

    def asleep(self, now: datetime) -> bool:
        """Whether what machines send waits for the end of the quiet hours."""
        begins = self.machines_at or self.planned_at
        return self.as_state is R.RUNNING and not self.machines_done and begins > now

    def move(self, to: ReleaseState) -> ReleaseState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in RELEASE_MOVES[before]:
            raise Refused(
                str(
                    _l(
                        "This sending is “%(before)s” and cannot become “%(after)s”; "
                        "reload the page to see where it stands.",
                        before=RELEASE_STATE_NAMES[before],
                        after=RELEASE_STATE_NAMES[to],
                    )
                )
            )
        self.state = to.value
        return before

    @property
    def as_purpose(self) -> Purpose:
        """The purpose as an enum."""
        return Purpose(self.purpose)
