"""Keeping the items of evidence, each marked so that the same one is found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, or_, select

from registry.audit.services import Actor
from registry.db import db
from registry.documents.pictures import Picture
from registry.messages import files, likeness
from registry.messages.evidence_models import EvidenceItem, EvidenceKind
from registry.messages.ledger_models import Dissemination, DisseminationState
from registry.messages.prepared import Prepared

MOST_COMPARED = 20_000
"""Pictures, the latest ones, with which one is compared bit by bit."""
BANDS = ("band_0", "band_1", "band_2", "band_3")


def keep_links(actor: Actor, rows: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """Keep the links of new reports, all at once."""
    items = [
        {
            "month": row["month"],
            "dissemination_id": row["id"],
            "kind": EvidenceKind.LINK.value,
            "link": row["link"],
            "link_key": likeness.link_key(row["link"]),
            "by_office": actor.user_id is not None,
            "taken_at": at,
            "taken_by": actor.user_id,
        }
        for row in rows
        if row["link"]
    ]
    if items:
        db.session.execute(insert(EvidenceItem), items)


def keep_link(actor: Actor, row: Dissemination, link: str, at: datetime) -> EvidenceItem:
    """Keep one more link of a report."""
    item = _item(actor, row, EvidenceKind.LINK, at)
    item.link, item.link_key = link, likeness.link_key(link)
    return _kept(item)


def keep_picture_item(
    actor: Actor, row: Dissemination, stored: str, picture: Picture, at: datetime
) -> EvidenceItem:
    """Keep a stored picture of a report, with the earlier one that it resembles most."""
    item = _item(actor, row, EvidenceKind.PICTURE, at)
    item.stored, item.content_type = stored, picture.content_type
    item.thumbnail = files.store(picture.thumbnail, ".jpg", secret=True)
    item.sha256 = sha256(picture.data).hexdigest()
    if picture.dhash:
        item.dhash = picture.dhash
        for name, band in zip(BANDS, likeness.bands(picture.dhash), strict=True):
            setattr(item, name, band)
        found = likeness.nearest(picture.dhash, _candidates(item))
        if found is not None:
            item.like_id, item.like_distance = found
    return _kept(item)


def keep_capture_item(
    actor: Actor, row: Dissemination, file: Prepared, at: datetime
) -> EvidenceItem:
    """Keep the office's own capture of what a report shows."""
    item = _item(actor, row, EvidenceKind.CAPTURE, at)
    item.stored = files.store(file.data, file.kind.suffix, secret=True)
    item.content_type, item.sha256 = file.kind.content_type, file.sha256
    if file.picture is not None:
        item.thumbnail = files.store(file.picture.thumbnail, ".jpg", secret=True)
    return _kept(item)


def _item(actor: Actor, row: Dissemination, kind: EvidenceKind, at: datetime) -> EvidenceItem:
    return EvidenceItem(
        month=row.month,
        dissemination_id=row.id,
        kind=kind.value,
        by_office=actor.user_id is not None,
        taken_at=at,
        taken_by=actor.user_id,
    )


def _kept(item: EvidenceItem) -> EvidenceItem:
    db.session.add(item)
    db.session.flush()
    return item


def _candidates(item: EvidenceItem) -> list[tuple[int, str]]:
    """Pictures of other standing reports that share a band, or nearly."""
    e, d = EvidenceItem, Dissemination
    shared = [getattr(e, name).in_(likeness.near(getattr(item, name))) for name in BANDS]
    query = (
        select(e.id, e.dhash)
        .join(d, (d.id == e.dissemination_id) & (d.month == e.month))
        .where(
            or_(*shared),
            e.kind == EvidenceKind.PICTURE.value,
            e.dissemination_id != item.dissemination_id,
            d.state != DisseminationState.WITHDRAWN.value,
        )
        .order_by(e.id.desc())
        .limit(MOST_COMPARED)
    )
    return [(int(item_id), str(dhash)) for item_id, dhash in db.session.execute(query)]
