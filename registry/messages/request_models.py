"""Requests of outside units, and of units that want something on the central website."""

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
from registry.messages.models import KeyMessage, Route
from registry.vault import EncryptedText


class RequestState(StrEnum):
    """Received → checked (corrected: received again) → approved or refused → the unit was told."""

    RECEIVED = "received"
    CHECKED = "checked"
    APPROVED = "approved"
    REFUSED = "refused"
    TOLD = "told"


REQUEST_STATE_NAMES = {
    RequestState.RECEIVED: _l("Request received"),
    RequestState.CHECKED: _l("Checked, waiting for approval"),
    RequestState.APPROVED: _l("Approved"),
    RequestState.REFUSED: _l("Refused"),
    RequestState.TOLD: _l("The unit was told"),
}
S = RequestState
UNDECIDED = frozenset({S.RECEIVED, S.CHECKED})
REQUEST_MOVES: dict[RequestState, frozenset[RequestState]] = {
    S.RECEIVED: frozenset({S.CHECKED, S.REFUSED}),
    S.CHECKED: frozenset({S.RECEIVED, S.APPROVED, S.REFUSED}),
    S.APPROVED: frozenset({S.TOLD}),
    S.REFUSED: frozenset({S.TOLD}),
    S.TOLD: frozenset(),
}


class Notice(StrEnum):
    """How the unit was told."""

    TELEPHONE = "telephone"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"


NOTICE_NAMES = {
    Notice.TELEPHONE: _l("by telephone"),
    Notice.LETTER: _l("by letter"),
    Notice.EMAIL: _l("by e-mail"),
    Notice.IN_PERSON: _l("in person"),
}


class PublicationRequest(Base):
    """A request to publish: a unit's letter, its checks, the decision and the notice back.

    Attributes:
        route: ``outside`` (executive's approval, two acts) or ``central`` (webmaster's checks).
        contact: name and telephone of the person at the unit; encrypted.
        letter: stored name of the encrypted scan, with its type and the person's own file name.
        checks: the points that were checked, with their wordings of then in both languages;
            ``earlier_checks`` are those that a correction undid.
        told_on: the day on which the unit was told what became of it, and how.
    """

    __tablename__ = "publication_request"
    __table_args__ = (Index("ix_publication_request_office", "office_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    route: Mapped[str] = mapped_column(String(12), default=Route.OUTSIDE.value)
    unit: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(EncryptedText)
    letter_number: Mapped[str] = mapped_column(String(80))
    letter_date: Mapped[date]
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    wanted_until: Mapped[date | None]
    letter: Mapped[str | None] = mapped_column(String(80))
    letter_type: Mapped[str | None] = mapped_column(String(80))
    letter_name: Mapped[str | None] = mapped_column(String(200))
    letter_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), default=S.RECEIVED.value)
    received_at: Mapped[datetime]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    checks: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(String(500))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("key_message.id"), index=True)
    told_on: Mapped[date | None]
    told_how: Mapped[str | None] = mapped_column(String(12))
    told_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    message: Mapped[KeyMessage | None] = relationship(backref="requests")
    receiver: Mapped[User | None] = relationship(foreign_keys=[received_by])
    checker: Mapped[User | None] = relationship(foreign_keys=[checked_by])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])
    teller: Mapped[User | None] = relationship(foreign_keys=[told_by])

    editors: Mapped[list[RequestEditor]] = relationship(cascade="all, delete-orphan")
    earlier_checks: Mapped[list[EarlierCheck]] = relationship(
        cascade="all, delete-orphan", order_by="EarlierCheck.id"
    )

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @property
    def workers(self) -> set[int | None]:
        """Those who received, corrected or ever checked it: none of them decides about it."""
        editors = {row.user_id for row in self.editors}
        checkers = {row.checked_by for row in self.earlier_checks}
        return {self.received_by, self.checked_by} | editors | checkers

    def undo_check(self) -> None:
        """What was checked is to be checked anew; who had checked what stays readable."""
        if self.checked_at is not None:
            done = EarlierCheck(
                checks=self.checks, checked_at=self.checked_at, checked_by=self.checked_by
            )
            self.earlier_checks.append(done)
        self.checks = self.checked_at = self.checked_by = None

    @property
    def as_state(self) -> RequestState:
        """The state as an enum."""
        return RequestState(self.state)

    @property
    def as_route(self) -> Route:
        """The route as an enum."""
        return Route(self.route)

    def move(self, to: RequestState) -> RequestState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in REQUEST_MOVES[before]:
            raise Refused(
                _(
                    "The request “%(subject)s” is in state “%(before)s”; reload the page to see "
                    "what can be done with it.",
                    subject=self.subject,
                    before=REQUEST_STATE_NAMES[before],
                )
            )
        self.state = to.value
        return before


class RequestEditor(Base):
    """Somebody who corrected what was written down of a request."""

    __tablename__ = "publication_request_editor"

    request_id: Mapped[int] = mapped_column(ForeignKey("publication_request.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)


class EarlierCheck(Base):
    """A check of a request that a correction undid: who had confirmed which points, and when."""

    __tablename__ = "publication_request_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("publication_request.id"), index=True)
    checks: Mapped[list[dict[str, str]] | None] = mapped_column(JSON)
    checked_at: Mapped[datetime]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    checker: Mapped[User | None] = relationship()
