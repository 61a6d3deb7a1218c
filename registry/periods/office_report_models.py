"""What offices report of a period in their own words, and which office owes it how often."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office, User
from registry.db import Base
from registry.errors import Refused
from registry.periods.calendar import PeriodKind


class Frequency(StrEnum):
    """How often an office reports; who does every month also sums up the quarter."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    NEVER = "never"


FREQUENCY_NAMES = {
    Frequency.MONTHLY: _l("Every month, and a summary of each quarter"),
    Frequency.QUARTERLY: _l("Every quarter"),
    Frequency.NEVER: _l("Does not report"),
}
OWED: dict[Frequency, tuple[PeriodKind, ...]] = {
    Frequency.MONTHLY: (PeriodKind.MONTH, PeriodKind.QUARTER),
    Frequency.QUARTERLY: (PeriodKind.QUARTER,),
    Frequency.NEVER: (),
}


class ReportingDuty(Base):
    """How often an office reports from a day on; before its first row it owes nothing."""

    __tablename__ = "reporting_duty"
    __table_args__ = (Index("ix_reporting_duty_span", "office_id", "valid_from", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    frequency: Mapped[str] = mapped_column(String(12))
    valid_from: Mapped[date]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class OwedReport(Base):
    """A report that an office owes for a period that has ended.

    Entered once, when the period has ended: neither a later setting nor a new holiday moves the
    day on which it is due.

    Attributes:
        on: the last day of the period; ``month`` is that day's.
    """

    __tablename__ = "owed_report"
    __table_args__ = (
        Index("ix_owed_report_period", "office_id", "period", unique=True),
        Index("ix_owed_report_month", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period: Mapped[str] = mapped_column(String(16))
    on: Mapped[date]
    month: Mapped[int]
    due_on: Mapped[date]


class ReportState(StrEnum):
    """Draft → submitted by an officer → confirmed by the head → confirmed by the region."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    ENDORSED = "endorsed"


class Hand(StrEnum):
    """Who takes a step: an officer or the head of the office, or an officer of its region."""

    OFFICER = "officer"
    HEAD = "head"
    REGION = "region"


REPORT_STATE_NAMES = {
    ReportState.DRAFT: _l("Draft"),
    ReportState.SUBMITTED: _l("Submitted, waits for the head"),
    ReportState.CONFIRMED: _l("Confirmed by the head"),
    ReportState.ENDORSED: _l("Confirmed by the region"),
}
S = ReportState
_ORDER = tuple(S)
REPORT_MOVES: dict[Hand, dict[ReportState, frozenset[ReportState]]] = {
    Hand.OFFICER: {S.DRAFT: frozenset({S.SUBMITTED}), S.SUBMITTED: frozenset({S.DRAFT})},
    Hand.HEAD: {
        S.SUBMITTED: frozenset({S.CONFIRMED, S.DRAFT}),
        S.CONFIRMED: frozenset({S.SUBMITTED}),
    },
    Hand.REGION: {S.CONFIRMED: frozenset({S.ENDORSED}), S.ENDORSED: frozenset({S.CONFIRMED})},
}
"""Every step can be taken back, until the next person has taken theirs."""


class OfficeReport(Base):
    """The report of an office for a period.

    Attributes:
        period: its code, ``2569-01`` or ``2569-Q1``.
        first_submitted_at: stays when the report is taken back: it decides what is on time.
        figures: key figures as the head confirmed them, by measure.
    """

    __tablename__ = "office_report"
    __table_args__ = (Index("ix_office_report_period", "office_id", "period", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(10), default=S.DRAFT.value)
    results: Mapped[str] = mapped_column(Text, default="")
    obstacles: Mapped[str] = mapped_column(Text, default="")
    suggestions: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    first_submitted_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    endorsed_at: Mapped[datetime | None]
    endorsed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    submitter: Mapped[User | None] = relationship(foreign_keys=[submitted_by])
    confirmer: Mapped[User | None] = relationship(foreign_keys=[confirmed_by])
    endorser: Mapped[User | None] = relationship(foreign_keys=[endorsed_by])

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @property
    def as_state(self) -> ReportState:
        """The state as an enum."""
        return ReportState(self.state)

    def steps(self, hand: Hand) -> frozenset[ReportState]:
        """The states to which somebody may move it now."""
        return REPORT_MOVES[hand].get(self.as_state, frozenset())

    def move(self, hand: Hand, to: ReportState, by: int | None, at: datetime) -> ReportState:
        """Take a step; returns the state before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in self.steps(hand):
            raise Refused(
                _(
                    "This report is in state “%(state)s”; reload the page to see what can be done "
                    "with it.",
                    state=REPORT_STATE_NAMES[before],
                )
            )
        ahead = _ORDER.index(to) > _ORDER.index(before)
        signed = (to if ahead else before).value
        setattr(self, f"{signed}_at", at if ahead else None)
        setattr(self, f"{signed}_by", by if ahead else None)
        if to is S.SUBMITTED:
            self.first_submitted_at = self.first_submitted_at or at
        self.state = to.value
        return before


class ReportReminder(Base):
    """An office was reminded of a missing report on a day: once a day, however often pressed."""

    __tablename__ = "report_reminder"
    __table_args__ = (
        Index("ix_report_reminder_day", "office_id", "period", "reminded_on", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period: Mapped[str] = mapped_column(String(16))
    reminded_on: Mapped[date]
    reminded_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
