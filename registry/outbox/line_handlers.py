"""Which kind of event does what; each handler runs in the transaction that marks its event done."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.services import Actor
from registry.db import db
from registry.documents.pictures import Picture
from registry.outbox import line_groups, line_replies
from registry.outbox.line_came import Came
from registry.outbox.line_links import link, linked, spend, talk_with, unlink
from registry.outbox.line_models import Inbound, LineCode
from registry.outbox.line_wishes import help_words, welcome
from registry.outbox.line_words import Words, code_in, say

Answer = list[Words]
Handler = Callable[[Came, Picture | None], Answer]
BY_LINE = Actor(None, "line")


def _follow(event: Came, _picture: Picture | None) -> Answer:
    known = linked(event.user_hash)
    return [welcome() if known is None else help_words()]


def _unfollow(event: Came, _picture: Picture | None) -> Answer:
    known = linked(event.user_hash)
    if known is not None:
        unlink(BY_LINE, known, "unfollow")
    return []


def _join(event: Came, _picture: Picture | None) -> Answer:
    line_groups.joined(event.group_id, event.chat_hash, event.at, room=event.room)
    return [
        say(
            _(
                "Hello! An officer may now type the code of the page “LINE groups” here, so that "
                "this group belongs to the right office."
            )
        )
    ]


def _leave(event: Came, _picture: Picture | None) -> Answer:
    line_groups.left(event.chat_hash, event.at)
    return []


def _came_or_went(event: Came, _picture: Picture | None) -> Answer:
    line_groups.recount(event.chat_hash)
    return []


def _message(event: Came, picture: Picture | None) -> Answer:
    code = code_in(event.text) if event.message_kind == "text" else None
    if not event.alone:
        return line_groups.claim(event.chat_hash, code) if code else []
    known = linked(event.user_hash)
    if known is not None:
        return line_replies.hear(event, known.member, picture)
    return _use(event, code) if code else [welcome()]


def _use(event: Came, code: str) -> Answer:
    used = spend(code, talk_with(event.user_hash), LineCode.member_id.is_not(None))
    if used is None or used.member is None:
        return [say(_("This code is not valid (any more); please ask your office for a new one."))]
    link(BY_LINE, used.member, event.user_id)
    name = used.member.display_name
    return [say(_("Thank you, %(name)s: your LINE account is linked.", name=name))]


def _postback(event: Came, _picture: Picture | None) -> Answer:
    known = linked(event.user_hash) if event.user_id else None
    if known is None:
        return [welcome()] if event.alone else []
    if event.alone:
        return line_replies.hear(event, known.member, None)
    return line_replies.hear_in_group(event, known.member)


def _unsend(event: Came, _picture: Picture | None) -> Answer:
    """Somebody took back what was said: its words are not kept either."""
    known = linked(event.user_hash) if event.user_id else None
    if known is None or not event.told_id:
        return []
    query = select(Inbound).where(
        Inbound.member_id == known.member_id, Inbound.told_id == event.told_id
    )
    for row in db.session.scalars(query):
        row.text = row.picture = row.picture_type = row.picture_small = None
    return []


HANDLERS: dict[str, Handler] = {
    "follow": _follow,
    "unfollow": _unfollow,
    "join": _join,
    "leave": _leave,
    "memberJoined": _came_or_went,
    "memberLeft": _came_or_went,
    "message": _message,
    "postback": _postback,
    "unsend": _unsend,
}
"""An event of any other kind is kept as it came."""
