"""The dissemination ledger: key message → publication → receipt → dissemination → review."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from registry.access.models import Office, User
from registry.channels.models import Channel
from registry.db import Base
from registry.errors import Refused
from registry.members.models import Member
from registry.messages.fact_ids import new_fact_id


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
OUT = frozenset({S.PUBLISHED, S.CORRECTED, S.WITHDRAWN})
"""States of what has left the house; a withdrawn message is still seen, with the reason."""
EDITABLE = frozenset({S.DRAFT, S.SENT_BACK})


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


class KeyMessage(Base):
    """A key message (ข้อความหลัก): the sentence to remember, and what goes with it."""

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
    link: Mapped[str | None] = mapped_column(String(500))
    valid_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16), default=S.DRAFT.value, index=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    correction: Mapped[str | None] = mapped_column(Text)
    checklist: Mapped[dict[str, bool] | None] = mapped_column(JSON)
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    media: Mapped[list[MessageMedia]] = relationship(
        back_populates="message", order_by="MessageMedia.id", cascade="all, delete-orphan"
    )
    editors: Mapped[list[MessageEditor]] = relationship(cascade="all, delete-orphan")
    moves: Mapped[list[MessageMove]] = relationship(
        back_populates="message", order_by="MessageMove.id"
    )
    publications: Mapped[list[Publication]] = relationship(
        back_populates="message", order_by="Publication.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was withdrawn, if it was."""
        if self.as_state is not S.WITHDRAWN:
            return None
        return next(row.at for row in reversed(self.moves) if row.after == S.WITHDRAWN.value)

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
    def is_out(self) -> bool:
        """Whether it was ever published."""
        return self.as_state in OUT

    @property
    def as_state(self) -> MessageState:
        """The state as an enum."""
        return MessageState(self.state)

    def move(self, to: MessageState) -> MessageState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in MESSAGE_MOVES[before]:
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


class MessageMedia(Base):
    """A picture, clip, sound or document that goes with a message."""

    __tablename__ = "message_media"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    stored: Mapped[str] = mapped_column(String(80), unique=True)
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    description: Mapped[str | None] = mapped_column(String(300))
    source: Mapped[str | None] = mapped_column(String(200))

    message: Mapped[KeyMessage] = relationship(back_populates="media")


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
    actor_id: Mapped[int | None]

    message: Mapped[KeyMessage] = relationship(back_populates="publications")
    channel: Mapped[Channel] = relationship()


class Recipient(Base):
    """Message × member who was on a roster that day, once: the denominator of every rate.

    The row's month, day, province and channel kind are those of the first publication that
    reached the member.  ``received_at`` is the receipt; absent means not known to have received.
    """

    __tablename__ = "recipient"
    __table_args__ = (Index("ix_recipient_message", "message_id", "member_id", unique=True),)

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("key_message.id"), primary_key=True, autoincrement=False
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True
    )
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    office_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    channel_kind: Mapped[str] = mapped_column(String(20))
    message_kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    published_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    received_via: Mapped[str | None] = mapped_column(String(16))
    declined_at: Mapped[datetime | None]


class DisseminationState(StrEnum):
    """Reported by the member; accepted or sent back by the office; withdrawn by its reporter."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"


D = DisseminationState
DISSEMINATION_MOVES: dict[DisseminationState, frozenset[DisseminationState]] = {
    D.REPORTED: frozenset({D.ACCEPTED, D.SENT_BACK, D.WITHDRAWN}),
    D.ACCEPTED: frozenset({D.SENT_BACK, D.WITHDRAWN}),
    D.SENT_BACK: frozenset({D.REPORTED, D.ACCEPTED, D.WITHDRAWN}),
    D.WITHDRAWN: frozenset(),
}
DISSEMINATION_STATE_NAMES = {
    DisseminationState.REPORTED: _l("Reported"),
    DisseminationState.ACCEPTED: _l("Accepted"),
    DisseminationState.SENT_BACK: _l("Sent back"),
    DisseminationState.WITHDRAWN: _l("Withdrawn"),
}


class Dissemination(Base):
    """A member passed a message on, in a channel, at a moment.

    ``audience_potential`` is the channel's audience of that day, ``audience_reported`` the
    member's own figure; both absent when not known, never 0.  ``time_known`` is false where only
    the day was told (a month's grid or sheet): its hour must not be held against any standard.
    """

    __tablename__ = "dissemination"
    __table_args__ = (
        Index("ix_dissemination_message", "message_id", "channel_id"),
        Index("ix_dissemination_member", "member_id", "month", "province_code"),
        Index("ix_dissemination_token", "month", "form_token", unique=True),
        Index("ix_dissemination_review", "state", "province_code", "month"),
    )

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=new_fact_id
    )
    message_id: Mapped[int] = mapped_column(ForeignKey("key_message.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    office_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    channel_kind: Mapped[str] = mapped_column(String(20))
    message_kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    on: Mapped[date]
    time_known: Mapped[bool] = mapped_column(default=True)
    audience_potential: Mapped[int | None]
    audience_reported: Mapped[int | None]
    basis: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(500))
    evidence: Mapped[str | None] = mapped_column(String(80))
    evidence_type: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default=DisseminationState.REPORTED.value)
    source: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None]
    review_reason: Mapped[str | None] = mapped_column(String(300))
    form_token: Mapped[str | None] = mapped_column(String(64))

    message: Mapped[KeyMessage] = relationship()
    member: Mapped[Member] = relationship()
    channel: Mapped[Channel] = relationship()

    @property
    def has_evidence(self) -> bool:
        """Whether a link or a picture proves it."""
        return bool(self.link or self.evidence)

    @property
    def as_state(self) -> DisseminationState:
        """The state as an enum."""
        return DisseminationState(self.state)

    def move(self, to: DisseminationState) -> DisseminationState:
        """Change the state; returns the one before.

        Raises:
            Refused: there is no such step from the present state.
        """
        before = self.as_state
        if to not in DISSEMINATION_MOVES[before]:
            raise Refused(
                str(
                    _l(
                        "This dissemination is “%(before)s” and cannot become “%(after)s”; "
                        "reload the page to see where it stands.",
                        before=DISSEMINATION_STATE_NAMES[before],
                        after=DISSEMINATION_STATE_NAMES[to],
                    )
                )
            )
        self.state = to.value
        return before


class Question(Base):
    """A member's question (about a message or not) and the office's answer."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("key_message.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    on: Mapped[date]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    message: Mapped[KeyMessage | None] = relationship()
    member: Mapped[Member] = relationship()


class MemberNews(Base):
    """News, a picture or a rumour that a member sends in; exchange runs both ways."""

    __tablename__ = "member_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    province_code: Mapped[str] = mapped_column(String(2))
    network_type: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(500))
    picture: Mapped[str | None] = mapped_column(String(80))
    picture_type: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[datetime]
    on: Mapped[date]
    reply: Mapped[str | None] = mapped_column(Text)
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)

    member: Mapped[Member] = relationship()
