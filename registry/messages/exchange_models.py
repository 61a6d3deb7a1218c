"""What follows a member's question or news: further words, an end, a decision."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office, User
from registry.db import Base
from registry.messages.ledger_models import MemberNews, Question


class QuestionReply(Base):
    """What was said after the first answer, which stays with the question: the measures' own.

    Attributes:
        by_member: whether the member asks on; else somebody of the office wrote it.
    """

    __tablename__ = "question_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    by_member: Mapped[bool]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(12), default="portal")
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    question: Mapped[Question] = relationship(back_populates="replies")
    user: Mapped[User | None] = relationship()
    office: Mapped[Office | None] = relationship()


class QuestionResolution(Base):
    """A question was settled, by whom and when; ``reopened_at`` once the member asked on.

    Attributes:
        by_member: whether the member said that it is settled.
    """

    __tablename__ = "question_resolution"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    by_member: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(back_populates="resolutions")
    user: Mapped[User | None] = relationship()


class NewsOutcome(StrEnum):
    """What an office makes of a member's news beside answering it."""

    ISSUE = "issue"
    NOTHING = "nothing"


NEWS_OUTCOME_NAMES = {
    NewsOutcome.ISSUE: _l("Worth an issue"),
    NewsOutcome.NOTHING: _l("Nothing to be done"),
}


class NewsDecision(Base):
    """The decision about a member's news; the latest one holds, and the audit keeps the others."""

    __tablename__ = "news_decision"

    news_id: Mapped[int] = mapped_column(ForeignKey("member_news.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10), index=True)
    reason: Mapped[str | None] = mapped_column(String(500))
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    news: Mapped[MemberNews] = relationship(back_populates="decision")
    user: Mapped[User | None] = relationship()

    @property
    def as_outcome(self) -> NewsOutcome:
        """The outcome as an enum."""
        return NewsOutcome(self.outcome)
