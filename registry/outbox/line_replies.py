"""What members say to the bot, and what it answers: receipts, reports, questions, news, wishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.documents.pictures import Picture
from registry.errors import NotFound
from registry.members.models import GONE, Member
from registry.messages import receipts
from registry.messages.models import KeyMessage
from registry.outbox import line_report
from registry.outbox.line_came import Came
from registry.outbox.line_links import linked
from registry.outbox.line_models import Understood
from registry.outbox.line_news import is_it_news, news_pressed, question_typed, what_is_it
from registry.outbox.line_report import BEGUN, URL
from registry.outbox.line_turns import Turn, begin
from registry.outbox.line_wishes import (
    WISHES,
    goodbye,
    help_words,
    show_help,
    show_link,
    wish_to_unlink,
)
from registry.outbox.line_words import Words, say

Answer = list[Words]
BY_LINE = Actor(None, "line")


def hear(event: Came, member: Member, picture: Picture | None) -> Answer:
    """Log what a member said to the bot alone, and do what it asks for.

    Raises:
        Refused: it cannot be done; the sentence is the answer.
    """
    if member.as_state in GONE:
        return goodbye(event)
    turn = begin(event, member, picture)
    if event.message_kind == "postback":
        return _pressed(turn)
    if event.message_kind == "image":
        return _pictured(turn)
    if event.message_kind == "text" and event.text.strip():
        return _typed(turn, event.text.strip())
    return [say(_("This cannot be read here; please send a text, a link or a picture."))]


def refused(event: Came, sentence: str, picture: Picture | None) -> Answer:
    """Log what could not be done, which changed nothing, and say why."""
    account = linked(event.user_hash) if event.alone and event.user_id else None
    if account is not None:
        begin(event, account.member, picture)
    return [say(sentence)] if event.alone else []


def log_unheard(event: Came) -> None:
    """Log what could not be dealt with at all as not understood, so that a person looks at it."""
    said = event.kind == "postback" or (event.kind == "message" and event.alone)
    account = linked(event.user_hash) if said and event.user_id else None
    if account is not None:
        begin(event, account.member, None)


def hear_in_group(event: Came, member: Member) -> Answer:
    """A button pressed in a group: the receipt counts, a conversation does not begin there."""
    turn = begin(event, member, None)
    verb, _colon, value = event.text.removeprefix("sang:").partition(":")
    if verb == "declined":
        _declined(turn, value)
    elif verb in {"received", "passed", "ask"}:
        _received(turn, value)
    if verb in {"passed", "ask"}:
        return [say(_("Please go on in a chat with this account alone, outside the group."))]
    return []


def _pressed(turn: Turn) -> Answer:
    verb, _colon, value = turn.event.text.removeprefix("sang:").partition(":")
    act = PRESSED.get(verb) if turn.event.text.startswith("sang:") else None
    if verb in ANSWERS and turn.talk.step != verb:
        raise NotFound("nothing was asked")
    return act(turn, value) if act else [help_words()]


def _received(turn: Turn, code: str) -> Answer:
    message = _has_it(turn, code)
    line_report.close(turn)
    buttons = [
        (_("Passed on"), f"sang:passed:{code}"),
        (_("Not passing it on"), f"sang:declined:{code}"),
        (_("I have a question"), f"sang:ask:{code}"),
    ]
    turn.understood(Understood.RECEIPT, message)
    return [say(_("Thank you: noted that you received it."), buttons)]


def _has_it(turn: Turn, code: str) -> KeyMessage:
    """Whoever reacts to a message has received it."""
    message, recipient = turn.sent_to_me(code)
    at = max(turn.event.at, recipient.published_at)
    receipts.record_receipt(BY_LINE, message, turn.member.id, at=at, via="line")
    return message


def _declined(turn: Turn, code: str) -> Answer:
    message, recipient = turn.sent_to_me(code)
    line_report.close(turn)
    at = max(turn.event.at, recipient.published_at)
    receipts.decline(BY_LINE, message, turn.member.id, at=at, via="line")
    turn.understood(Understood.DECLINED, message)
    return [say(_("Noted. That is quite all right."))]


def _passed(turn: Turn, code: str) -> Answer:
    message = _has_it(turn, code)
    line_report.close(turn)
    turn.understood(Understood.RECEIPT, message)
    return line_report.start(turn, message)


def _ask(turn: Turn, code: str) -> Answer:
    message = _has_it(turn, code)
    line_report.close(turn)
    turn.understood(Understood.RECEIPT, message)
    turn.wait_for("question", message=message.id)
    return [say(_("Please write your question now."))]


def _about(turn: Turn, code: str) -> Answer:
    """The link or picture that came before belongs to this message."""
    if turn.talk.step != "about":
        raise NotFound("nothing was asked")
    message, _recipient = turn.sent_to_me(code)
    turn.understood(Understood.DETAIL, message)
    told: dict[str, Any] = {
        key: turn.said[key] for key in ("link", "inbound", "at") if key in turn.said
    }
    return line_report.start(turn, message, told)


PRESSED: dict[str, Callable[[Turn, str], Answer]] = {
    "received": _received,
    "passed": _passed,
    "declined": _declined,
    "ask": _ask,
    "about": _about,
    "news": news_pressed,
    "link": show_link,
    "unlink": wish_to_unlink,
    "help": show_help,
    "channel": line_report.channel_pressed,
    "people": line_report.people,
    "evidence": line_report.evidence,
}


ANSWERS = frozenset({"people", "evidence"})
"""Buttons that answer what was asked just before; later on they say nothing."""


def _pictured(turn: Turn) -> Answer:
    if turn.picture is None:
        return [say(_("This picture could not be opened; please send it once more."))]
    if turn.talk.step in BEGUN:
        return line_report.pictured(turn)
    return what_is_it(turn, None)


def _typed(turn: Turn, text: str) -> Answer:
    wish = WISHES.get(text.casefold())
    if wish is not None:
        return wish(turn, "")
    waiting = TYPED.get(turn.talk.step)
    if waiting is not None:
        return waiting(turn, text)
    alone = URL.fullmatch(text)
    return what_is_it(turn, text) if alone else is_it_news(turn)


TYPED: dict[str, Callable[[Turn, str], Answer]] = {
    "question": question_typed,
    "channel": line_report.channel_typed,
    "people": line_report.people,
    "basis": line_report.basis,
    "evidence": line_report.evidence,
}
