"""A question and what follows it: answers, the member asking on, and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.access.models import User
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.members.models import Member
from registry.members.standing import need_standing
from registry.messages.exchange_models import QuestionReply, QuestionResolution
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.rules import now_or, require_text

Said = TypeVar("Said", Question, QuestionReply, MemberNews)
MAX_TEXT = 4_000
MAX_A_DAY = 20


def answer(actor: Actor, question: Question, text: str, *, at: datetime | None = None) -> str:
    """The office answers; the first answer stays as it is, further ones follow it.

    Returns:
        the answer as it is kept.

    Raises:
        Refused: no text.
    """
    text, at = require_text(text, _("Write the answer."))[:MAX_TEXT], now_or(at)
    if question.answered_at is None:
        question.answer, question.answered_at, question.answered_by = text, at, actor.user_id
    else:
        _say(question, text, at, by_member=False, user_id=actor.user_id)
    question.asked_on_at = None
    _note(actor, Action.QUESTION_ANSWER, question)
    return text


def ask_on(
    actor: Actor,
    member: Member,
    question: Question,
    text: str,
    *,
    source: str = "portal",
    form_token: str | None = None,
    at: datetime | None = None,
) -> QuestionReply:
    """The member asks on about an answer: the question is open again, and waits.

    Raises:
        NotFound: the question is another member's.
        Refused: no text, too many on one day, or the record was just merged into another one.
    """
    text = require_text(text, _("Write your question."))[:MAX_TEXT]
    need_standing(member)  # the same form sent twice at once waits its turn, too
    if question.member_id != member.id:
        raise NotFound(f"question {question.id}")
    if found := sent_before(QuestionReply, form_token):
        return found
    at = now_or(at)
    not_too_many(_told_by(member), QuestionReply.at, at)
    row = _say(question, text, at, by_member=True, source=source, form_token=form_token)
    question.asked_on_at = question.asked_on_at or at
    if (end := question.settled) is not None:
        end.reopened_at = at
    _note(actor, Action.QUESTION_REOPEN, question)
    return row


def resolve(
    actor: Actor, question: Question, *, by_member: bool = False, at: datetime | None = None
) -> None:
    """The question is settled; told twice it is settled once.

    Raises:
        Refused: it has no answer yet.
    """
    if question.answered_at is None:
        raise Refused(_("This question has no answer yet; answer it first."))
    if question.settled is not None:
        return
    end = QuestionResolution(by_member=by_member, user_id=actor.user_id, at=now_or(at))
    question.resolutions.append(end)
    question.asked_on_at = None
    _note(actor, Action.QUESTION_RESOLVE, question)


def _say(question: Question, text: str, at: datetime, **values: Any) -> QuestionReply:
    row = QuestionReply(text=text, at=at, office_id=_office(values.get("user_id")), **values)
    question.replies.append(row)
    return row


def _office(user_id: int | None) -> int | None:
    return db.session.scalar(select(User.office_id).where(User.id == user_id)) if user_id else None


def _note(actor: Actor, action: Action, question: Question) -> None:
    db.session.flush()
    record(actor, action, "question", question.id, province=question.province_code)


def _told_by(member: Member) -> Any:
    own = select(Question.id).where(Question.member_id == member.id)
    rows = select(func.count()).select_from(QuestionReply)
    return rows.where(QuestionReply.by_member, QuestionReply.question_id.in_(own))


def sent_before(model: type[Said], form_token: str | None) -> Said | None:
    """What the same form made when it was sent before."""
    if not form_token:
        return None
    return db.session.scalar(select(model).where(model.form_token == form_token))


def not_too_many(rows: Any, moment: Any, at: datetime) -> None:
    """Refuse more than so many of a member's rows within a day.

    Args:
        rows: a query that counts them.
        moment: the column that says when each came.
    """
    query = rows.where(moment > at - timedelta(days=1), moment <= at)
    if int(db.session.scalar(query) or 0) >= MAX_A_DAY:
        raise Refused(_("That was a great deal for one day; please go on tomorrow."))
