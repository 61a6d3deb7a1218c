"""Channels through which messages travel, and how many people each reached on which day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office, User
from registry.db import Base
from registry.members.models import Member
from registry.networks.models import Network


class ChannelKind(StrEnum):
    """Kinds of channel."""

    LINE_GROUP = "line_group"
    LINE_OA = "line_oa"
    FACEBOOK = "facebook"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    X = "x"
    INSTAGRAM = "instagram"
    WEBSITE = "website"
    RADIO = "radio"
    LOUDSPEAKER = "loudspeaker"
    NEWSPAPER = "newspaper"
    CABLE_TV = "cable_tv"
    FACE_TO_FACE = "face_to_face"
    EMAIL = "email"
    OTHER = "other"


CHANNEL_KIND_NAMES = {
    ChannelKind.LINE_GROUP: _l("LINE group"),
    ChannelKind.LINE_OA: _l("LINE Official Account"),
    ChannelKind.FACEBOOK: _l("Facebook page or group"),
    ChannelKind.TIKTOK: _l("TikTok"),
    ChannelKind.YOUTUBE: _l("YouTube"),
    ChannelKind.X: _l("X"),
    ChannelKind.INSTAGRAM: _l("Instagram"),
    ChannelKind.WEBSITE: _l("Website"),
    ChannelKind.RADIO: _l("Community radio"),
    ChannelKind.LOUDSPEAKER: _l("Village loudspeaker"),
    ChannelKind.NEWSPAPER: _l("Newspaper"),
    ChannelKind.CABLE_TV: _l("Local cable television"),
    ChannelKind.FACE_TO_FACE: _l("Face to face"),
    ChannelKind.EMAIL: _l("E-mail list"),
    ChannelKind.OTHER: _l("Other channel"),
}

ESTIMATED = frozenset({ChannelKind.LOUDSPEAKER, ChannelKind.RADIO, ChannelKind.FACE_TO_FACE})
"""Kinds whose audience is an estimate and must say on what it rests."""


class Channel(Base):
    """A channel of a member or of an office; an office's may be the central one of a network."""

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("(member_id is null) <> (office_id is null)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(500))
    custodian_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    opened_on: Mapped[date]
    retired_on: Mapped[date | None]
    batch_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    form_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    member: Mapped[Member | None] = relationship()
    office: Mapped[Office | None] = relationship()
    network: Mapped[Network | None] = relationship()
    custodian: Mapped[User | None] = relationship()
    counts: Mapped[list[AudienceCount]] = relationship(
        back_populates="channel", order_by="AudienceCount.on", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def as_kind(self) -> ChannelKind:
        """The kind as an enum."""
        return ChannelKind(self.kind)

    def audience_on(self, day: date) -> AudienceCount | None:
        """The latest count on or before a day; absent is absent, never 0."""
        before = [count for count in self.counts if count.on <= day]
        return before[-1] if before else None


class AudienceCount(Base):
    """How many people a channel reached on a day, and for an estimate, on what it rests."""

    __tablename__ = "audience_count"
    __table_args__ = (Index("ix_audience_count_day", "channel_id", "on", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    on: Mapped[date]
    audience: Mapped[int]
    basis: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime]

    channel: Mapped[Channel] = relationship(back_populates="counts")


class ChannelMember(Base):
    """A member on the roster of an office channel, ``to_on`` exclusive or open."""

    __tablename__ = "channel_member"
    __table_args__ = (
        Index("ix_channel_member_span", "channel_id", "member_id", "from_on", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
