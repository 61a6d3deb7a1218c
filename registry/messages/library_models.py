"""The media library: an office's pictures, clips, sounds and documents, to be used again."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import Office
from registry.db import Base


class MediaKind(StrEnum):
    """Kinds of media, by what a file holds."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "application"


MEDIA_KIND_NAMES = {
    MediaKind.IMAGE: _l("Picture"),
    MediaKind.VIDEO: _l("Clip"),
    MediaKind.AUDIO: _l("Sound"),
    MediaKind.DOCUMENT: _l("Document"),
}


class Licence(StrEnum):
    """By what right a file is used."""

    UNSTATED = "unstated"
    OWN = "own"
    PERMITTED = "permitted"
    OPEN = "open"
    PUBLIC = "public"


LICENCE_NAMES = {
    Licence.UNSTATED: _l("Not stated"),
    Licence.OWN: _l("Made by our office"),
    Licence.PERMITTED: _l("Used with the owner's permission"),
    Licence.OPEN: _l("Open licence (such as Creative Commons)"),
    Licence.PUBLIC: _l("Free of copyright"),
}


class MediaAsset(Base):
    """A file of the library; the same file in one office is one asset.

    Attributes:
        sha256: of the file as it is kept (pictures are written anew).
        thumbnail, small: names of stored JPEGs; only pictures have them, ``small`` only where
            it is smaller than the file itself.
        licence_until: last day on which the file may be used; absent: without an end.
        shared: every office may use it; only headquarters shares.
        search_text: all words about it, as :func:`~registry.members.normalise.search_key` has it.
    """

    __tablename__ = "media_asset"
    __table_args__ = (Index("ix_media_asset_once", "office_id", "sha256", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    filename: Mapped[str] = mapped_column(String(200))
    stored: Mapped[str] = mapped_column(String(80), unique=True)
    thumbnail: Mapped[str | None] = mapped_column(String(80))
    small: Mapped[str | None] = mapped_column(String(80))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(300))
    source: Mapped[str | None] = mapped_column(String(200))
    licence: Mapped[str] = mapped_column(String(12), default=Licence.UNSTATED.value)
    licence_until: Mapped[date | None]
    language: Mapped[str] = mapped_column(String(5), default="th")
    shared: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    office: Mapped[Office] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def as_kind(self) -> MediaKind:
        """The kind as an enum."""
        return MediaKind(self.content_type.partition("/")[0])

    def ended(self, on: date) -> bool:
        """Whether the licence no longer allows its use on a day."""
        return self.licence_until is not None and self.licence_until < on
