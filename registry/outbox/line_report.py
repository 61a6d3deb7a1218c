"""A report told to the bot step by step: which channel, how many people, what proves it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.channels.models import ESTIMATED, Channel
from registry.db import db
from registry.documents.pictures import Picture
from registry.errors import NotFound, Refused
from registry.fields import read_id
from registry.members.models import Member
from registry.members.normalise import arabic
from registry.messages.entries import DisseminationEntry
from registry.messages.evidence import record_with_picture
from registry.messages.models import KeyMessage
from registry.messages.rules import clean_link
from registry.outbox.line_models import LineTalk, Understood
from registry.outbox.line_turns import Turn, wait_for
from registry.outbox.line_words import Words, say
from registry.periods.calendar import to_bangkok_date

BEGUN = ("people", "basis", "evidence")
"""What the bot waits for once the channel is known: the report holds without it."""
BY_LINE = Actor(None, "line")
URL = re.compile(r"https?://\S+", re.I)
NUMBER = re.compile(r"\d[\d,]*")
LONGEST = 9
"""Digits of a number of people; a longer one is none."""
RECENT = timedelta(days=1)


def start(turn: Turn, message: KeyMessage, told: dict[str, Any] | None = None) -> list[Words]:
    """The member passed a message on: through which channel?"""
    told = {"message": message.id, "at": turn.event.at.isoformat(), **(told or {})}
    rows = turn.channels()
    if not rows:
        turn.wait_for("")
        return [
            say(
                _(
                    "Thank you! No channel of yours is on record yet, so nothing can be counted; "
                    "add one on your own page or tell your office."
                ),
                [(_("My own page"), "sang:link:")],
            )
        ]
    turn.wait_for("channel", **told)
    if len(rows) == 1:
        return _chosen(turn, rows[0])
    return [_which(rows)]


def _which(rows: list[Channel]) -> Words:
    buttons = [(row.name, f"sang:channel:{row.id}") for row in rows]
    return say(_("Through which channel did you pass it on?"), buttons)


def channel_pressed(turn: Turn, value: str) -> list[Words]:
    """A channel was chosen by its button.

    Raises:
        NotFound: it is not the member's, or nothing was asked.
    """
    rows = {row.id: row for row in turn.channels()}
    chosen = rows.get(read_id(value) or 0)
    if chosen is None or turn.talk.step not in {"channel", *BEGUN}:
        raise NotFound(f"channel {value}")
    return _chosen(turn, chosen)


def channel_typed(turn: Turn, text: str) -> list[Words]:
    """A channel was chosen by its name."""
    rows = turn.channels()
    chosen = next((row for row in rows if row.name.casefold() == text.casefold()), None)
    return _chosen(turn, chosen) if chosen else [_which(rows)]


def _chosen(turn: Turn, channel: Channel) -> list[Words]:
    if turn.row.understood == Understood.NOTHING.value:
        turn.understood(Understood.DETAIL)
    turn.wait_for("people", **{**turn.said, "channel": channel.id})
    question = _("How many people did it reach in “%(name)s”?", name=channel.name)
    return [say(question, [(_("I do not know"), "sang:people:none")])]


def people(turn: Turn, text: str) -> list[Words]:
    """How many people it reached; an estimate says on what it rests."""
    count = _number_in(text)
    if count is None and turn.event.message_kind != "postback":
        return [
            say(
                _("Please answer with a number, such as 120."),
                [(_("I do not know"), "sang:people:none")],
            )
        ]
    turn.understood(Understood.DETAIL)
    said = {**turn.said, "people": count}
    if count is not None and _needs_basis(turn, said["channel"]):
        turn.wait_for("basis", **said)
        return [say(_("How do you know? For example “120 households × 3 people”."))]
    return _proof(turn, said)


def _number_in(text: str) -> int | None:
    found = NUMBER.search(arabic(text))
    digits = found[0].replace(",", "") if found else ""
    return int(digits) if 0 < len(digits) <= LONGEST else None


def _needs_basis(turn: Turn, channel_id: int) -> bool:
    channel = next((row for row in turn.channels() if row.id == channel_id), None)
    if channel is None or channel.as_kind not in ESTIMATED:
        return False
    count = channel.audience_on(to_bangkok_date(turn.event.at))
    return count is None or not count.basis


def basis(turn: Turn, text: str) -> list[Words]:
    """On what the estimate rests."""
    turn.understood(Understood.DETAIL)
    return _proof(turn, {**turn.said, "basis": text[:200]})


def _proof(turn: Turn, said: dict[str, Any]) -> list[Words]:
    """Ask for what proves it, unless it came first."""
    turn.wait_for("evidence", **said)
    if said.get("link") or said.get("inbound"):
        return finished(turn)
    question = _("Do you have a link to the post or a picture of it? Please send it now.")
    return [say(question, [(_("No link or picture"), "sang:evidence:none")])]


def evidence(turn: Turn, text: str) -> list[Words]:
    """A link that proves it, or the word that there is none.

    Raises:
        Refused: it is not a web address.
    """
    found = URL.search(text)
    if turn.event.message_kind == "postback":
        return finished(turn)
    turn.wait_for("evidence", **{**turn.said, "link": clean_link(found[0] if found else text)})
    return finished(turn)


def pictured(turn: Turn) -> list[Words]:
    """A picture that proves it."""
    turn.wait_for("evidence", **{**turn.said, "inbound": turn.row.id})
    return finished(turn)


def finished(turn: Turn) -> list[Words]:
    """Record the report as told.

    Raises:
        Refused: it does not hold.
    """
    message_id = turn.said["message"]
    _record(turn.member, turn.said, turn.picture)
    turn.understood(Understood.REPORT)
    turn.row.message_id = message_id
    turn.wait_for("")
    return [say(_("Thank you! Your report was saved."))]


def close(turn: Turn) -> None:
    """Another matter begins: a report that was begun is recorded as far as it was told."""
    if turn.talk.step in BEGUN:
        with suppress(Refused):  # nothing is written by then; every word stands in the log
            _record(turn.member, turn.said, turn.picture)
    turn.wait_for("")


def finish(talk: LineTalk, member: Member, picture: Picture | None) -> None:
    """Record a report that was begun and left.

    Raises:
        Refused: it does not hold.
    """
    _record(member, talk.said or {}, picture)
    wait_for(talk, "")


def _record(member: Member, said: dict[str, Any], picture: Picture | None) -> None:
    message = db.session.get_one(KeyMessage, said["message"])
    at = datetime.fromisoformat(said["at"])
    entry = DisseminationEntry(
        message_id=message.id,
        member_id=member.id,
        channel_id=said["channel"],
        at=max(at, message.published_at or at),
        audience_reported=said.get("people"),
        basis=said.get("basis"),
        link=said.get("link"),
    )
    proof = picture if said.get("inbound") else None
    # The message was sent to the member, and the channel must be the member's: all was checked.
    record_with_picture(BY_LINE, Scope.all(), entry, proof, source="line")
