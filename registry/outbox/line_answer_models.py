"""Answers of offices on their way to members by LINE."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.members.models import Member
from registry.messages.ledger_models import MemberNews, Question
from registry.outbox.models import DeliveryState
from registry.vault import EncryptedText


class LineAnswer(Base):
    """An answer to a question or to news: one push to the member's linked account, at most once.

    Attributes:
        text: what is said, heading included; emptied once it is settled, for the answer is kept
            with its question.
        retry_key: a UUID by which LINE knows a repeated push for a day.
        urgent: whether it goes out in the quiet hours, too.
        doubtful: an earlier try may have had its effect: it keeps its key, for a day.
        error: a word of :class:`registry.outbox.backoff.Trouble`.
    """

    __tablename__ = "line_answer"
    __table_args__ = (
        CheckConstraint("(question_id is null) <> (news_id is null)", name="one_subject"),
        Index("ix_line_answer_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    news_id: Mapped[int | None] = mapped_column(ForeignKey("member_news.id"), index=True)
    text: Mapped[str | None] = mapped_column(EncryptedText)
    retry_key: Mapped[str] = mapped_column(String(36), unique=True)
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.QUEUED.value)
    attempts: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    first_tried_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(20))

    question: Mapped[Question | None] = relationship()
    news: Mapped[MemberNews | None] = relationship()

    @property
    def member(self) -> Member:
        """Who asked, or sent the news."""
        subject = self.question or self.news
        assert subject is not None  # noqa: S101 - the constraint says so
        return subject.member

    @property
    def as_state(self) -> DeliveryState:
        """The state as an enum."""
        return DeliveryState(self.state)
