"""What the office said last to a member and what is announced to them on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registry.messages.ledger_models import MemberNews, Question
from registry.portal import queries
from registry.portal.door_views import Own

ANNOUNCED = timedelta(days=30)
"""How long an answer is announced that the member does not settle."""
NEWS_ANNOUNCED = timedelta(days=7)


@dataclass(frozen=True)
class Answers:
    """Answers to questions that are not settled, and to news of the last days."""

    questions: list[Question]
    news: list[MemberNews]

    def __len__(self) -> int:
        return len(self.questions) + len(self.news)


def answers_for(me: Own) -> Answers:
    """What is announced to a member; nothing to a browser that may not be theirs."""
    if not me.named:
        return Answers([], [])
    now = datetime.now(UTC)
    questions = [row for row in queries.my_questions(me.scope) if _is_new(row, now - ANNOUNCED)]
    news = [row for row in queries.my_news(me.scope) if _after(row.replied_at, now, NEWS_ANNOUNCED)]
    return Answers(questions, news)


def _is_new(row: Question, since: datetime) -> bool:
    said = row.last_said_at
    return not row.waits and row.settled is None and said is not None and said >= since


def _after(at: datetime | None, now: datetime, span: timedelta) -> bool:
    return at is not None and at >= now - span
