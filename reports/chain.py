"""The order in which periods of a kind were closed: each seal names the one before it."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from sqlalchemy import select

from registry.db import db
from registry.periods.models import SealedPeriod
from reports.archive import home_of
from reports.manifest import RENDERINGS, Previous, sha256_of


def archive_root() -> Path:
    """The folder of sealed periods."""
    root: Path = current_app.extensions["sang_settings"].archive
    return root


def home(row: SealedPeriod) -> Path:
    """The folder of a closed period."""
    return home_of(archive_root(), row.folder, row.manifest_sha256)


def all_closed() -> list[SealedPeriod]:
    """Every revision of every closed period, in the order of closing."""
    return list(db.session.scalars(select(SealedPeriod).order_by(SealedPeriod.id)))


def closed_before(kind: str, row_id: int | None = None) -> SealedPeriod | None:
    """The period of a kind that was closed last (before the row with an id)."""
    query = select(SealedPeriod).where(SealedPeriod.kind == kind)
    if row_id is not None:
        query = query.where(SealedPeriod.id < row_id)
    return db.session.scalar(query.order_by(SealedPeriod.id.desc()).limit(1))


def link_to(row: SealedPeriod | None) -> Previous | None:
    """How the next seal names a closed period."""
    if row is None:
        return None
    renderings = sha256_of(home(row) / RENDERINGS)
    return Previous(row.code, row.revision, row.manifest_sha256, renderings)
