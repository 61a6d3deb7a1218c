"""One turn of a conversation with a member: what came, and where the conversation stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.channels.models import Channel
from registry.db import db
from registry.documents.pictures import Picture, clean_picture
from registry.errors import NotFound, Refused
from registry.members.models import Member
from registry.messages import files
from registry.messages.ledger_models import Recipient
from registry.messages.models import KeyMessage
from registry.outbox.line_came import Came
from registry.outbox.line_links import talk_with
from registry.outbox.line_models import Inbound, LineTalk, Understood
from registry.portal import queries
from registry.portal.queries import OwnScope

LONGEST_SIDE = 1920
files.keeps(Inbound.picture, Inbound.picture_small)


@dataclass(frozen=True)
class Turn:
    """What a member said now, logged, and the conversation that it belongs to.

    Attributes:
        picture: the one that was sent now, or the one of which the conversation still is.
    """

    event: Came
    member: Member
    talk: LineTalk
    row: Inbound
    picture: Picture | None

    @property
    def scope(self) -> OwnScope:
        """The one member, and nothing else."""
        return OwnScope(member_id=self.member.id)

    @property
    def said(self) -> dict[str, Any]:
        """What was told so far."""
        return self.talk.said or {}

    def understood(self, what: Understood, message: KeyMessage | None = None) -> None:
        """Note what it was taken for."""
        self.row.understood = what.value
        if message is not None:
            self.row.message_id = message.id

    def wait_for(self, step: str, **said: Any) -> None:
        """Remember what was asked, and what was told before."""
        wait_for(self.talk, step, **said)

    def sent_to_me(self, code: str) -> tuple[KeyMessage, Recipient]:
        """A message by its public code, with its row of the ledger.

        Raises:
            NotFound: it was not sent to the member.
        """
        known = db.session.scalar(select(KeyMessage.id).where(KeyMessage.code == code))
        if known is None:
            raise NotFound(f"message {code}")
        message, recipient = queries.my_message(self.scope, known)
        return message, recipient

    def channels(self) -> list[Channel]:
        """The member's channels in use."""
        return queries.my_channels(self.scope)

    def earlier(self, row_id: object) -> Inbound | None:
        """Something that the member sent before."""
        row = db.session.get(Inbound, row_id) if isinstance(row_id, int) else None
        return row if row is not None and row.member_id == self.member.id else None


def wait_for(talk: LineTalk, step: str, **said: Any) -> None:
    """Remember what the bot asked, and what was told before."""
    talk.step, talk.said, talk.since = step, said or None, datetime.now(UTC)


def begin(event: Came, member: Member, picture: Picture | None) -> Turn:
    """Log what a member said, as not understood yet; what is tried anew is logged already."""
    row = db.session.scalar(select(Inbound).where(Inbound.event_id == event.id))
    row = row or _log(event, member)
    if picture and event.is_picture and not row.picture:
        for name, value in files.store_picture(picture).items():
            setattr(row, name, value)
    db.session.flush()
    return Turn(event, member, talk_with(event.user_hash), row, picture)


def _log(event: Came, member: Member) -> Inbound:
    row = Inbound(
        member=member,
        event_id=event.id,
        at=event.at,
        kind=event.message_kind[:20],
        told_id=event.told_id or None,
        text=event.text or None,
        understood=Understood.NOTHING.value,
    )
    db.session.add(row)
    return row


def picture_at_hand(event: Came) -> Inbound | None:
    """What was sent before with a picture, while the conversation still is of it."""
    talk = db.session.get(LineTalk, event.user_hash) if event.alone and event.user_id else None
    return pending_picture(talk)


def pending_picture(talk: LineTalk | None) -> Inbound | None:
    """What a conversation is of, if it came with a picture."""
    row_id = (talk.said or {}).get("inbound") if talk is not None and talk.step else None
    row = db.session.get(Inbound, row_id) if isinstance(row_id, int) else None
    return row if row is not None and row.picture else None


def opened(data: bytes) -> Picture | None:
    """A picture as it may be kept; None for what is none."""
    try:
        return clean_picture(data, _("picture"), side=LONGEST_SIDE)
    except Refused:
        return None  # it is logged as a picture that could not be opened
