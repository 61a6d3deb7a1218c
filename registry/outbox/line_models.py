"""What LINE tells us, and whom we know there: events, accounts, groups, codes, conversations.

A LINE user id or group id is found by a keyed hash and stored encrypted; it stands in no log.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.channels.models import Channel
from registry.db import Base
from registry.members.models import Member
from registry.messages.models import KeyMessage
from registry.networks.models import Network
from registry.vault import EncryptedJson, EncryptedText


class EventState(StrEnum):
    """Waiting → done; failed after three tries; kept where its kind is not known."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    KEPT = "kept"


class LineEvent(Base):
    """An event of LINE's webhook, as it came; LINE may send the same one again and again.

    Attributes:
        source_hash: whose chat it is; events of one chat are handled in their order.
        body: the event, encrypted; emptied when it was handled, for what matters is then logged.
        reason: why it failed, without anything personal.
    """

    __tablename__ = "line_event"
    __table_args__ = (
        Index("ix_line_event_once", "bot", "webhook_event_id", unique=True),
        Index("ix_line_event_waiting", "state", "source_hash", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bot: Mapped[str] = mapped_column(String(64))
    webhook_event_id: Mapped[str] = mapped_column(String(64))
    source_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    at: Mapped[datetime]
    arrived_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=EventState.WAITING.value)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(String(300))
    handled_at: Mapped[datetime | None]


class LineAccount(Base):
    """A member's LINE account, linked by a code; a member has one, and an account one member."""

    __tablename__ = "line_account"
    __table_args__ = (
        Index(
            "ix_line_account_user",
            "user_hash",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL"),
            postgresql_where=text("unlinked_at IS NULL"),
        ),
        Index(
            "ix_line_account_member",
            "member_id",
            unique=True,
            sqlite_where=text("unlinked_at IS NULL"),
            postgresql_where=text("unlinked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    user_id: Mapped[str] = mapped_column(EncryptedText)
    user_hash: Mapped[str] = mapped_column(String(64), index=True)
    linked_at: Mapped[datetime]
    unlinked_at: Mapped[datetime | None]
    unlink_reason: Mapped[str | None] = mapped_column(String(20))
    unlinked_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    member: Mapped[Member] = relationship()


class LineGroup(Base):
    """A group that the bot is, or was, in; coming back makes a new one with a new channel."""

    __tablename__ = "line_group"
    __table_args__ = (
        Index(
            "ix_line_group_joined",
            "group_hash",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    group_id: Mapped[str] = mapped_column(EncryptedText)
    group_hash: Mapped[str] = mapped_column(String(64))
    room: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    count_due_at: Mapped[datetime]

    channel: Mapped[Channel] = relationship()


class LineCode(Base):
    """A code typed to the bot once: it links a member's account, or moves a group to an office.

    Only a keyed hash is kept; the code itself is shown to the person who asked for it.
    """

    __tablename__ = "line_code"
    __table_args__ = (
        CheckConstraint("(member_id is null) <> (office_id is null)", name="one_purpose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    member: Mapped[Member | None] = relationship()
    network: Mapped[Network | None] = relationship()


class LineTalk(Base):
    """Where the conversation with a LINE account stands: what the bot asked last.

    Attributes:
        step: what the bot waits for; empty when it waits for nothing.
        said: what was told so far, encrypted.
        tries: wrong codes since ``tries_from``.
    """

    __tablename__ = "line_talk"

    user_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    step: Mapped[str] = mapped_column(String(12), default="", index=True)
    said: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    since: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    tries_from: Mapped[datetime | None]


class Understood(StrEnum):
    """What the bot took something for that a member wrote."""

    NOTHING = "nothing"
    RECEIPT = "receipt"
    DECLINED = "declined"
    REPORT = "report"
    DETAIL = "detail"
    QUESTION = "question"
    NEWS = "news"
    WISH = "wish"


UNDERSTOOD_NAMES = {
    Understood.NOTHING: _l("Not understood"),
    Understood.RECEIPT: _l("Received"),
    Understood.DECLINED: _l("Not passing it on"),
    Understood.REPORT: _l("Passed on"),
    Understood.DETAIL: _l("An answer to the bot"),
    Understood.QUESTION: _l("Question"),
    Understood.NEWS: _l("News"),
    Understood.WISH: _l("A wish to the bot"),
}


class Inbound(Base):
    """Something that a member wrote or sent to the bot, understood or not.

    Attributes:
        kind: LINE's word for it: text, image, sticker, postback, …
        told_id: LINE's number of what was said, by which the member may take it back.
        settled_at: when somebody of an office dealt with what the bot did not understand.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        Index("ix_inbound_member", "member_id", "id"),
        Index("ix_inbound_open", "understood", "settled_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    event_id: Mapped[int | None] = mapped_column(unique=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("key_message.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    told_id: Mapped[str | None] = mapped_column(String(40), index=True)
    text: Mapped[str | None] = mapped_column(EncryptedText)
    picture: Mapped[str | None] = mapped_column(String(80))
    picture_type: Mapped[str | None] = mapped_column(String(80))
    picture_small: Mapped[str | None] = mapped_column(String(80))
    understood: Mapped[str] = mapped_column(String(12), default=Understood.NOTHING.value)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    member: Mapped[Member] = relationship()
    message: Mapped[KeyMessage | None] = relationship()
