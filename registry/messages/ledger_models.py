"""The dissemination ledger: who received a message and passed it on, questions and news."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import User
from registry.channels.models import Channel
from registry.db import Base
from registry.errors import Refused
from registry.members.models import Member
from registry.messages.fact_ids import new_fact_id
from registry.messages.models import KeyMessage

if TYPE_CHECKING:
    from registry.messages.exchange_models import (
        NewsDecision,
        QuestionReply,
        QuestionResolution,
    )

_UNREVIEWED = text("state = 'reported'")
_LEFT_OUT = text("state IN ('sent_back', 'withdrawn')")
_UNANSWERED = text("answered_at IS NULL")
_ASKED = text("answered_at IS NULL OR asked_on_at IS NOT NULL")
_UNREPLIED = text("replied_at IS NULL")


class Recipient(Base):
    """Message × member who was on a roster that day, once: the denominator of every rate.

    The row's month, day, province and channel kind are those of the first publication that
    reached the member.  ``received_at`` is the receipt; absent means not known to have received.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        Index("ix_recipient_message", "message_id", "member_id", unique=True),
        Index("ix_recipient_place", "month", "province_code"),
    )

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("key_message.id"), primary_key=True, autoincrement=False
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True
    )
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    office_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    channel_kind: Mapped[str] = mapped_column(String(20))
    message_kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    published_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    received_via: Mapped[str | None] = mapped_column(String(16))
    declined_at: Mapped[datetime | None]


class DisseminationState(StrEnum):
    """Reported by the member; accepted or sent back by the office; withdrawn by its reporter."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


D = DisseminationState
LIVE = (D.REPORTED.value, D.ACCEPTED.value)
"""States of a dissemination that counts: not sent back by the office, not withdrawn."""
DAY_ONLY = ("implied", "moved", "grid", "sheet")
"""Ways in which a receipt is told whose hour is not that of the receipt."""
DISSEMINATION_MOVES: dict[DisseminationState, frozenset[DisseminationState]] = {
    D.REPORTED: frozenset({D.ACCEPTED, D.SENT_BACK, D.WITHDRAWN}),
    D.ACCEPTED: frozenset({D.SENT_BACK, D.WITHDRAWN}),
    D.SENT_BACK: frozenset({D.REPORTED, D.ACCEPTED, D.WITHDRAWN}),
    D.WITHDRAWN: frozenset(),
}
DISSEMINATION_STATE_NAMES = {
    DisseminationState.REPORTED: _l("Reported"),
    DisseminationState.ACCEPTED: _l("Accepted"),
    DisseminationState.SENT_BACK: _l("Sent back"),
    DisseminationState.WITHDRAWN: _l("Withdrawn"),
}


class Dissemination(Base):
    """A member passed a message on, in a channel, at a moment.

    ``audience_potential`` is the channel's audience of that day, ``audience_reported`` the
    member's own figure; both absent when not known, never 0.  ``time_known`` is false where only
    the day was told (a month's grid or sheet): its hour must not be held against any standard.
    """

    __tablename__ = "dissemination"
    __table_args__ = (
        Index("ix_dissemination_message", "message_id", "channel_id"),
        Index("ix_dissemination_pair", "message_id", "member_id"),
        Index("ix_dissemination_member", "member_id", "month", "province_code"),
        Index("ix_dissemination_token", "month", "form_token", unique=True),
        Index("ix_dissemination_place", "month", "province_code"),
        Index("ix_dissemination_list", "province_code", "month", "id"),
        Index("ix_dissemination_id", "id"),
        Index(
            "ix_dissemination_left_out",
            "state",
            "month",
            "id",
            sqlite_where=_LEFT_OUT,
            postgresql_where=_LEFT_OUT,
        ),
        Index(
            "ix_dissemination_queue",
            "province_code",
            "recorded_at",
            "id",
            sqlite_where=_UNREVIEWED,
            postgresql_where=_UNREVIEWED,
        ),
        Index(
            "ix_dissemination_waiting",
            "state",
            "recorded_at",
            "province_code",
            sqlite_where=_UNREVIEWED,
            postgresql_where=_UNREVIEWED,
        ),
    )

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=new_fact_id
    )
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    office_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    channel_kind: Mapped[str] = mapped_column(String(20))
    message_kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    on: Mapped[date]
    time_known: Mapped[bool] = mapped_column(default=True)
    audience_potential: Mapped[int | None]
    audience_reported: Mapped[int | None]
    basis: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(500))
    evidence: Mapped[str | None] = mapped_column(String(80))
    evidence_type: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default=DisseminationState.REPORTED.value)
    source: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None]
    review_reason: Mapped[str | None] = mapped_column(String(300))
    form_token: Mapped[str | None] = mapped_column(String(64))

    message: Mapped[KeyMessage] = relationship()
    member: Mapped[Member] = relationship()
    channel: Mapped[Channel] = relationship()

    @property
    def has_evidence(self) -> bool:
        """Whether a link or a picture proves it."""
        return bool(self.link or self.evidence)

    @property
    def as_state(self) -> DisseminationState:
        """The state as an enum."""
        return DisseminationState(self.state)

    def move(self, to: DisseminationState) -> DisseminationState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in DISSEMINATION_MOVES[before]:
            raise Refused(
                str(
                    _l(
                        "This dissemination is “%(before)s” and cannot become “%(after)s”; "
                        "reload the page to see where it stands.",
                        before=DISSEMINATION_STATE_NAMES[before],
                        after=DISSEMINATION_STATE_NAMES[to],
                    )
                )
            )
        self.state = to.value
        return before


WAITS_FOR_REVIEW = Dissemination.state == literal_column("'reported'")
LEFT_OUT = Dissemination.state.in_([literal_column("'sent_back'"), literal_column("'withdrawn'")])
"""As the partial indexes say it: of a parameter SQLite would not know that they hold it."""


class Question(Base):
    """A member's question (about a message or not) and the office's first answer.

    Attributes:
        about_record: the member asks to correct the own record; read only where that may be read.
        source: ``portal``, ``line`` or ``phone``.
        asked_on_at: since when a further question of the member waits; absent where none does.
    """

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_open", "month", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
        Index(
            "ix_question_waiting",
            "province_code",
            "member_id",
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("key_message.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    about_record: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime]
    on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    asked_on_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(12), default="portal")
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    message: Mapped[KeyMessage | None] = relationship()
    member: Mapped[Member] = relationship()
    answerer: Mapped[User | None] = relationship()
    replies: Mapped[list[QuestionReply]] = relationship(
        back_populates="question", order_by="QuestionReply.at, QuestionReply.id"
    )
    resolutions: Mapped[list[QuestionResolution]] = relationship(
        back_populates="question", order_by="QuestionResolution.id"
    )

    @property
    def settled(self) -> QuestionResolution | None:
        """The end that stands; absent while the question is open."""
        return next((end for end in self.resolutions if end.reopened_at is None), None)

    @property
    def waits(self) -> bool:
        """Whether the office has the next word."""
        return self.answered_at is None or self.asked_on_at is not None

    @property
    def last_said_at(self) -> datetime | None:
        """When somebody last said something beside the question itself."""
        said = [row.at for row in self.replies]
        return max([*said, *([self.answered_at] if self.answered_at else [])], default=None)


class MemberNews(Base):
    """News, a picture or a rumour that a member sends in; exchange runs both ways.

    Attributes:
        picture_small: a smaller JPEG of it, for lists; absent where it is as small itself.
    """

    __tablename__ = "member_news"
    __table_args__ = (
        Index(
            "ix_member_news_waiting",
            "province_code",
            "member_id",
            sqlite_where=_UNREPLIED,
            postgresql_where=_UNREPLIED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(500))
    picture: Mapped[str | None] = mapped_column(String(80))
    picture_type: Mapped[str | None] = mapped_column(String(80))
    picture_small: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime]
    on: Mapped[date]
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    member: Mapped[Member] = relationship()
    decision: Mapped[NewsDecision | None] = relationship(back_populates="news")


# The models that Question and MemberNews name; they need this module, so it comes first.
from registry.messages import exchange_models as exchange_models  # noqa: E402
