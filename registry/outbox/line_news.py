"""Questions and news by LINE, and finding out what something is that answers no question."""

from __future__ import annotations

from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.db import db
from registry.errors import NotFound
from registry.messages import exchange
from registry.messages.models import KeyMessage
from registry.outbox.line_models import Understood
from registry.outbox.line_report import RECENT, URL
from registry.outbox.line_turns import Turn
from registry.outbox.line_wishes import help_words
from registry.outbox.line_words import Words, say
from registry.portal import queries

Answer = list[Words]
BY_LINE = Actor(None, "line")


def what_is_it(turn: Turn, link: str | None) -> Answer:
    """A link or picture sent on its own: of a message of the last day, or news?"""
    since = turn.event.at - RECENT
    recent = [
        message
        for message, recipient in queries.my_messages(turn.scope)
        if recipient.published_at >= since
    ]
    if not recent:
        return is_it_news(turn)
    proof = {"link": link} if link else {"inbound": turn.row.id}
    turn.wait_for("about", at=turn.event.at.isoformat(), sent=turn.row.id, **proof)
    buttons = [(row.title, f"sang:about:{row.code}") for row in recent[:11]]
    buttons += [(_("It is news"), "sang:news:yes"), (_("Neither"), "sang:news:no")]
    return [say(_("Thank you! Which message did you pass on with it?"), buttons)]


def is_it_news(turn: Turn) -> Answer:
    """Words that answer no question become news only when the member says so."""
    turn.wait_for("news", inbound=turn.row.id)
    buttons = [
        (_("Yes, as news"), "sang:news:yes"),
        (_("It is a question"), "sang:news:question"),
        (_("Neither"), "sang:news:no"),
    ]
    return [say(_("Shall this go to your office as news?"), buttons)]


def news_pressed(turn: Turn, value: str) -> Answer:
    """What the member made of the words before: news, a question, or neither."""
    before = turn.earlier(turn.said.get("sent") or turn.said.get("inbound"))
    if turn.talk.step not in {"news", "about"} or before is None:
        raise NotFound("nothing was asked")
    turn.wait_for("")
    turn.understood(Understood.DETAIL)
    text = before.text or _("A picture without words.")
    token = f"line-{before.id}"
    if value == "yes":
        link = URL.search(text)
        exchange.send_news(
            BY_LINE,
            turn.member,
            text,
            link=link[0] if link else None,
            picture=turn.picture,
            form_token=token,
            at=before.at,
        )
        before.understood = Understood.NEWS.value
        return [say(_("Thank you! Your office has received it."))]
    if value == "question":
        before.understood = Understood.QUESTION.value
        return _asked(turn, text, None, token)
    return [help_words()]


def question_typed(turn: Turn, text: str) -> Answer:
    """The words after “I have a question”."""
    message = db.session.get_one(KeyMessage, turn.said["message"])
    turn.wait_for("")
    turn.understood(Understood.QUESTION, message)
    return _asked(turn, text, message, f"line-{turn.row.id}")


def _asked(turn: Turn, text: str, message: KeyMessage | None, token: str) -> Answer:
    exchange.ask(
        BY_LINE,
        turn.member,
        text,
        message=message,
        form_token=token,
        source="line",
        at=turn.event.at,
    )
    return [say(_("Thank you! Your office answers as soon as it can."))]
