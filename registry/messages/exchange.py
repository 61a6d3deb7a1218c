"""The other direction: members ask and send in news, offices answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.pictures import Picture
from registry.errors import Refused
from registry.members.models import Member
from registry.members.standing import need_standing
from registry.messages import files
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.models import KeyMessage
from registry.messages.replies import (
    MAX_TEXT,
    answer,
    ask_on,
    not_too_many,
    resolve,
    sent_before,
)
from registry.messages.rules import clean_link, now_or, require_text
from registry.periods.calendar import month_of, to_bangkok_date

__all__ = ["answer", "ask", "ask_on", "reply", "resolve", "send_news"]


def ask(
    actor: Actor,
    member: Member,
    text: str,
    *,
    message: KeyMessage | None = None,
    about_record: bool = False,
    form_token: str | None = None,
    source: str = "portal",
    at: datetime | None = None,
) -> Question:
    """A member asks, about a message or in general; the same form sent twice asks once.

    Args:
        about_record: it is a wish to correct the own record.
        source: ``portal``, ``line`` or ``phone``.

    Raises:
        Refused: no text, too many on one day, the message is not out (any more), or the record was
            just merged into another one.
    """
    missing = _("Write what is to be corrected.") if about_record else _("Write your question.")
    text = require_text(text, missing)[:MAX_TEXT]
    need_standing(member)  # the same form sent twice at once waits its turn, too
    if found := sent_before(Question, form_token):
        return found
    if message is not None:
        _need_out(message)
    at = now_or(at)
    not_too_many(_of(Question, member), Question.asked_at, at)
    row = Question(
        message=message,
        member=member,
        text=text,
        about_record=about_record,
        asked_at=at,
        form_token=form_token,
        source=source,
        **_place(member, to_bangkok_date(at)),
    )
    db.session.add(row)
    db.session.flush()
    place, about = row.province_code, message.id if message else None
    record(actor, Action.QUESTION_ASK, "question", row.id, province=place, message=about)
    return row


def send_news(
    actor: Actor,
    member: Member,
    text: str,
    *,
    link: str | None = None,
    picture: Picture | None = None,
    form_token: str | None = None,
    at: datetime | None = None,
) -> MemberNews:
    """A member sends in news, a picture or a rumour; the same form sent twice sends it once.

    Raises:
        Refused: no text, a wrong link, too many on one day, or the record was just merged into
            another one.
    """
    text = require_text(text, _("Write what happened."))[:MAX_TEXT]
    link = clean_link(link)
    need_standing(member)  # the same form sent twice at once waits its turn, too
    if found := sent_before(MemberNews, form_token):
        return found
    at = now_or(at)
    not_too_many(_of(MemberNews, member), MemberNews.sent_at, at)
    row = MemberNews(
        member=member,
        text=text,
        link=link,
        sent_at=at,
        form_token=form_token,
        **(files.store_picture(picture) if picture else {}),
        **_place(member, to_bangkok_date(at)),
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Action.NEWS_SEND, "news", row.id, province=row.province_code)
    return row


def reply(actor: Actor, news: MemberNews, text: str, *, at: datetime | None = None) -> str | None:
    """The office thanks, asks back or says what it made of the news; again, it replaces that.

    Returns:
        the answer as it is kept; None where it stood there to the letter already.

    Raises:
        Refused: no text.
    """
    text = require_text(text, _("Write the answer."))[:MAX_TEXT]
    if text == news.reply:
        return None
    news.reply, news.replied_by = text, actor.user_id
    news.replied_at = news.replied_at or now_or(at)
    db.session.flush()
    record(actor, Action.NEWS_ANSWER, "news", news.id, province=news.province_code)
    return text


def _need_out(message: KeyMessage) -> None:
    """Let nobody take its publication back before the question stands."""
    db.session.refresh(message, with_for_update={"read": True, "of": KeyMessage})
    if message.published_at is None:
        raise Refused(_("“%(title)s” is not published.", title=message.title))


def _of(model: Any, member: Member) -> Any:
    return select(func.count()).where(model.member_id == member.id)


def _place(member: Member, on: date) -> dict[str, Any]:
    """The place of the day, as facts keep it."""
    return {
        "month": month_of(on),
        "on": on,
        "province_code": member.province_code,
        "network_type": member.network_type,
    }
