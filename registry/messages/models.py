"""Key messages: their text, files and steps, and their publications."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from registry.access.models import Office, User
from registry.channels.models import Channel
from registry.db import Base
from registry.errors import Refused
from registry.messages.library_models import MediaAsset


class MessageState(StrEnum):
    """States of a key message."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    APPROVED = "approved"
    PROOFREAD = "proofread"
    PUBLISHED = "published"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


MESSAGE_STATE_NAMES = {
    MessageState.DRAFT: _l("Draft"),
    MessageState.SUBMITTED: _l("Waiting for approval"),
    MessageState.SENT_BACK: _l("Sent back"),
    MessageState.APPROVED: _l("Approved"),
    MessageState.PROOFREAD: _l("Proofread"),
    MessageState.PUBLISHED: _l("Published"),
    MessageState.CORRECTED: _l("Corrected"),
    MessageState.WITHDRAWN: _l("Withdrawn"),
}
S = MessageState
MESSAGE_MOVES: dict[MessageState, frozenset[MessageState]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.APPROVED, S.SENT_BACK, S.DRAFT}),
    S.SENT_BACK: frozenset({S.SUBMITTED}),
    S.APPROVED: frozenset({S.PROOFREAD, S.SENT_BACK}),
    S.PROOFREAD: frozenset({S.PUBLISHED, S.SENT_BACK}),
    S.PUBLISHED: frozenset({S.CORRECTED, S.WITHDRAWN}),
    S.CORRECTED: frozenset({S.CORRECTED, S.WITHDRAWN}),
    S.WITHDRAWN: frozenset(),
}
BEFORE_APPROVAL = frozenset({S.DRAFT, S.SENT_BACK, S.SUBMITTED})
"""States from which a crisis message goes on without waiting for approval."""
OUT = frozenset({S.PUBLISHED, S.CORRECTED, S.WITHDRAWN})
"""States of what has left the house; a withdrawn message is still seen, with the reason."""
EDITABLE = frozenset({S.DRAFT, S.SENT_BACK})
TAKEN_BACK = "taken_back"
"""``after`` of a step that took back a publication; no state of its own."""


class MessageKind(StrEnum):
    """Of use to the public, about the office's own activities, crisis, correction."""

    PUBLIC_USE = "public_use"
    OWN_ACTIVITY = "own_activity"
    CRISIS = "crisis"
    CORRECTION = "correction"


MESSAGE_KIND_NAMES = {
    MessageKind.PUBLIC_USE: _l("Of use to the public"),
    MessageKind.OWN_ACTIVITY: _l("The office's own activities"),
    MessageKind.CRISIS: _l("Crisis"),
    MessageKind.CORRECTION: _l("Correction"),
}


class Route(StrEnum):
    """Where a message is published: own channels, the central website, or for an outside unit."""

    OWN = "own"
    CENTRAL = "central"
    OUTSIDE = "outside"


CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""No letter that is taken for another one when it is read aloud or copied by hand."""
CODE_LENGTH = 11


def new_code() -> str:
    """A message's public code: 54 bits, so that none can be guessed."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class KeyMessage(Base):
    """A key message (ข้อความหลัก): the sentence to remember, and what goes with it.

    Attributes:
        links: web addresses for more, the first of them first.
        topic: what it is about above all; figures by topic count a message once, under this one.
        further_topics: what else it is about.
        script: what is read aloud on loudspeakers and radio.
        code: by which anybody may ask whether the message is genuine.
        disclaimer: whose opinion it is; only an opinion has one.
        crisis_reason: why it went out past the quiet hours; the review comes afterwards.
        corrections: all of them, the latest first.
        reviewed_by: who looked at a crisis message, or at a correction, after it went out.
    """

    __tablename__ = "key_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    author_line: Mapped[str | None] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(200))
    sentence: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20), default=MessageKind.PUBLIC_USE.value)
    topic: Mapped[str | None] = mapped_column(String(80), index=True)
    audience: Mapped[str | None] = mapped_column(String(200))
    valid_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16), default=S.DRAFT.value, index=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    checklist: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5), default="th")
    route: Mapped[str] = mapped_column(String(12), default=Route.OWN.value)
    script: Mapped[str | None] = mapped_column(Text)
    disclaimer: Mapped[str | None] = mapped_column(String(500))
    crisis_reason: Mapped[str | None] = mapped_column(String(500))
    review_due_at: Mapped[datetime | None] = mapped_column(index=True)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    review_note: Mapped[str | None] = mapped_column(String(500))
    code: Mapped[str] = mapped_column(String(16), unique=True, default=new_code)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewed_by])
    media: Mapped[list[MessageMedia]] = relationship(
        back_populates="message", order_by="MessageMedia.id", cascade="all, delete-orphan"
    )
    addresses: Mapped[list[MessageLink]] = relationship(
        order_by="MessageLink.id", cascade="all, delete-orphan"
    )
    links: AssociationProxy[list[str]] = association_proxy(
        "addresses", "url", creator=lambda url: MessageLink(url=url)
    )
    labels: Mapped[list[MessageTopic]] = relationship(
        order_by="MessageTopic.id", cascade="all, delete-orphan"
    )
    further_topics: AssociationProxy[list[str]] = association_proxy(
        "labels", "name", creator=lambda name: MessageTopic(name=name)
    )
    editors: Mapped[list[MessageEditor]] = relationship(cascade="all, delete-orphan")
    corrections: Mapped[list[Correction]] = relationship(
        back_populates="message", order_by="Correction.id.desc()"
    )
    moves: Mapped[list[MessageMove]] = relationship(
        back_populates="message", order_by="MessageMove.id"
    )
    publications: Mapped[list[Publication]] = relationship(
        back_populates="message", order_by="Publication.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def topics(self) -> list[str]:
        """All that it is about, the first of them first."""
        return [name for name in (self.topic, *self.further_topics) if name]

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was withdrawn, if it was."""
        step = self._withdrawal
        return step.at if step else None

    @property
    def withdrawn_reason(self) -> str | None:
        """Why it was withdrawn, if it was."""
        step = self._withdrawal
        return step.reason if step else None

    @property
    def _withdrawal(self) -> MessageMove | None:
        if self.as_state is not S.WITHDRAWN:
            return None
        return next(row for row in reversed(self.moves) if row.after == S.WITHDRAWN.value)

    def edited_by(self, user_id: int | None) -> None:
        """Remember who worked on it, and make every page shown before an old one."""
        if user_id is not None and user_id not in self.makers:
            self.editors.append(MessageEditor(user_id=user_id))
        flag_modified(self, "title")

    @property
    def makers(self) -> set[int | None]:
        """Those whose words or files it holds: none of them decides about it."""
        return {self.author_id, *(row.user_id for row in self.editors)}

    @property
    def proposal(self) -> Correction | None:
        """The correction whose wording waits for a head, if there is one."""
        return next((row for row in self.corrections if row.waits), None)

    @property
    def is_out(self) -> bool:
        """Whether it was ever published."""
        return self.as_state in OUT

    @property
    def as_state(self) -> MessageState:
        """The state as an enum."""
        return MessageState(self.state)

    def move(self, to: MessageState) -> MessageState:
        """Change the state; returns the one before.  A crisis message need not be approved.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        hurried = to is S.PROOFREAD and before in BEFORE_APPROVAL and self.crisis_reason
        if to not in MESSAGE_MOVES[before] and not hurried:
            raise Refused(
                str(
                    _l(
                        "The message “%(title)s” is in state “%(before)s”, from which it cannot "
                        "become “%(after)s”; reload the page to see where it stands.",
                        title=self.title,
                        before=MESSAGE_STATE_NAMES[before],
                        after=MESSAGE_STATE_NAMES[to],
                    )
                )
            )
        self.state = to.value
        return before

    def was_out_from(self, first: datetime | None) -> None:
        """A publication never was: the message went out at the first other one, or not yet."""
        self.published_at = first
        if first is None:
            self.state = S.PROOFREAD.value


class MessageLink(Base):
    """A web address for more, in the order in which the author wrote them."""

    __tablename__ = "message_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    url: Mapped[str] = mapped_column(String(500), index=True)


class MessageTopic(Base):
    """What a message is about beside its first topic."""

    __tablename__ = "message_topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), index=True)


class MessageEditor(Base):
    """Somebody beside the author who changed a message or its files."""

    __tablename__ = "message_editor"

    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)


class MessageMove(Base):
    """A step in a message's life: who, when, why."""

    __tablename__ = "message_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str | None] = mapped_column(String(500))

    message: Mapped[KeyMessage] = relationship(back_populates="moves")
    actor: Mapped[User | None] = relationship()


class Correction(Base):
    """What was wrong with a published message and what is right; corrections add up.

    Attributes:
        after: the wording that was proposed with it, by field; absent where none was.
        before: the wording that this one replaced, once a head put it in.
        declined: a head left the wording as it was.
    """

    __tablename__ = "message_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    declined: Mapped[bool] = mapped_column(default=False)

    message: Mapped[KeyMessage] = relationship(back_populates="corrections")
    actor: Mapped[User | None] = relationship()

    @property
    def waits(self) -> bool:
        """Whether its wording waits for a head."""
        return self.after is not None and self.before is None and not self.declined


class MessageMedia(Base):
    """A picture, clip, sound or document that goes with a message: a file of the library."""

    __tablename__ = "message_media"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("media_asset.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    stored: Mapped[str] = mapped_column(String(80), index=True)
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    description: Mapped[str | None] = mapped_column(String(300))
    source: Mapped[str | None] = mapped_column(String(200))

    message: Mapped[KeyMessage] = relationship(back_populates="media")
    asset: Mapped[MediaAsset | None] = relationship(lazy="joined")


class Publication(Base):
    """Message × office channel, at a moment; a fact of the office's province of that day."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("ix_publication_once", "message_id", "channel_id", unique=True),
        Index("ix_publication_month", "month", "office_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int]
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    province_code: Mapped[str | None] = mapped_column(String(2))
    channel_kind: Mapped[str] = mapped_column(String(20))
    network_type: Mapped[str | None] = mapped_column(String(32))
    message_kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    on: Mapped[date]
    approved_minutes: Mapped[int | None]
    audience: Mapped[int | None]
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    actor_id: Mapped[int | None]

    message: Mapped[KeyMessage] = relationship(back_populates="publications")
    channel: Mapped[Channel] = relationship()
