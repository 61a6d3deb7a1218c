"""What people make of what the bot did not understand, and of events that failed."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.documents.pictures import Picture
from registry.errors import Refused
from registry.messages import exchange
from registry.messages.ledger_models import Question
from registry.outbox import line_answers
from registry.outbox.line_answer_models import LineAnswer
from registry.outbox.line_models import EventState, Inbound, LineEvent, Understood


def settle(actor: Actor, row: Inbound, way: str, picture: Picture | None = None) -> None:
    """Take what a member wrote as ``news``, a ``question`` or a ``correction``; or as ``nothing``.

    Args:
        way: what it is; a correction is a wish to correct the own record, a question shown only
            where the record is.

    Raises:
        Refused: it was settled or understood meanwhile, or has no words to ask.
    """
    if row.settled_at is not None or row.understood != Understood.NOTHING.value:
        raise Refused(_("This was settled meanwhile; reload the page to see it."))
    token = f"line-{row.id}"
    if way in ("question", "correction"):
        _ask(actor, row, about_record=way == "correction")
    elif way == "news":
        words = row.text or _("A picture without words.")
        exchange.send_news(actor, row.member, words, picture=picture, form_token=token, at=row.at)
        row.understood = Understood.NEWS.value
    row.settled_at, row.settled_by = datetime.now(UTC), actor.user_id
    db.session.flush()
    place = row.member.province_code
    record(actor, Action.INBOUND_SETTLE, "inbound", row.id, province=place, kind=way)


def _ask(actor: Actor, row: Inbound, *, about_record: bool = False) -> Question:
    row.understood = Understood.QUESTION.value
    return exchange.ask(
        actor,
        row.member,
        row.text or "",
        about_record=about_record,
        form_token=f"line-{row.id}",
        source="line",
        at=row.at,
    )


def answer(
    actor: Actor, row: Inbound, text: str, *, about_record: bool = False, at_once: bool = False
) -> LineAnswer | None:
    """Take what a member wrote as a question and answer it, by LINE where an account is linked.

    Args:
        about_record: it asks to correct the own record; then the answer stays there.

    Returns:
        what goes out by LINE; None where the member must be told otherwise.

    Raises:
        Refused: it was settled or understood meanwhile, or there is nothing to ask or to say.
    """
    settle(actor, row, "correction" if about_record else "question")
    question = _ask(
        actor, row, about_record=about_record
    )  # the same token: the question that was just made
    kept = exchange.answer(actor, question, text)
    return line_answers.queue(actor, question, kept, at_once=at_once)


def try_again(actor: Actor, event: LineEvent) -> None:
    """Let an event that failed be handled once more."""
    event.state, event.attempts, event.reason = EventState.WAITING.value, 0, None
    event.due_at = datetime.now(UTC)
    db.session.flush()
    record(actor, Action.LINE_RETRY, "line_event", event.id)
