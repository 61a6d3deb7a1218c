"""What proves a dissemination: pictures and links of the member, captures of the office."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.access.models import User
from registry.db import Base
from registry.messages.ledger_models import Dissemination


class EvidenceKind(StrEnum):
    """A picture or a link that was reported, or the office's own capture of the page."""

    PICTURE = "picture"
    LINK = "link"
    CAPTURE = "capture"


class EvidenceItem(Base):
    """One proof of a dissemination.  The first picture and link stand in the report itself, too.

    Attributes:
        stored, thumbnail: names of encrypted files; a link has none, a PDF no thumbnail.
        sha256: of the file before it was encrypted; a capture is compared with it when read.
        dhash: difference hash of a picture (16 hex digits), cut into four bands of 16 bits, of
            which at least one differs in no more than one bit between pictures that are alike.
        link_key: the link without what only counts visits; equal for equal posts.
        like_id: the earlier picture that this one resembles most, ``like_distance`` bits apart.
        taken_by: who of the office added it; None where the member did.
    """

    __tablename__ = "evidence_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["month", "dissemination_id"], ["dissemination.month", "dissemination.id"]
        ),
        Index("ix_evidence_item_report", "dissemination_id", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int]
    dissemination_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    stored: Mapped[str | None] = mapped_column(String(80), unique=True)
    thumbnail: Mapped[str | None] = mapped_column(String(80))
    content_type: Mapped[str | None] = mapped_column(String(80))
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    dhash: Mapped[str | None] = mapped_column(String(16))
    band_0: Mapped[int | None] = mapped_column(index=True)
    band_1: Mapped[int | None] = mapped_column(index=True)
    band_2: Mapped[int | None] = mapped_column(index=True)
    band_3: Mapped[int | None] = mapped_column(index=True)
    link: Mapped[str | None] = mapped_column(String(500))
    link_key: Mapped[str | None] = mapped_column(String(500), index=True)
    by_office: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    like_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_item.id"), index=True)
    like_distance: Mapped[int | None]

    report: Mapped[Dissemination] = relationship()
    taker: Mapped[User | None] = relationship()
