"""Media and evidence on disk: names made by the server, and no file without its row.

A file is written before its row is committed; if the transaction is undone the file goes with it,
and what a killed process leaves behind is swept away later.  Evidence shows people's
conversations, so it is stored encrypted.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from registry.db import SangSession, db
from registry.documents.pictures import Picture
from registry.jobs import Progress, handles
from registry.messages.evidence_models import EvidenceItem
from registry.messages.ledger_models import Dissemination, MemberNews
from registry.messages.library_models import MediaAsset
from registry.messages.models import MessageMedia
from registry.vault import decrypt, encrypt

_KEPT: list[Any] = []
"""Columns that name stored files; the sweep leaves those alone."""
NEW, OLD = "sang_new_files", "sang_old_files"
SWEEP_AFTER = timedelta(days=1)


def keeps(*columns: Any) -> None:
    """Say that columns name files of :func:`folder`, so that these are never swept away."""
    _KEPT.extend(columns)


keeps(MessageMedia.stored, MediaAsset.stored, MediaAsset.thumbnail, MediaAsset.small)
keeps(Dissemination.evidence, EvidenceItem.stored, EvidenceItem.thumbnail)
keeps(MemberNews.picture, MemberNews.picture_small)


def folder() -> Path:
    """The folder of all media and evidence."""
    path: Path = current_app.extensions["sang_settings"].instance / "media"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def store(data: bytes, suffix: str, *, secret: bool = False) -> str:
    """Write a file under a name of our own; it disappears if the transaction is undone.

    Returns:
        its name inside :func:`folder`.
    """
    name = f"{secrets.token_hex(16)}{suffix}{'.enc' if secret else ''}"
    path = folder() / name
    db.session().info.setdefault(NEW, []).append(path)
    path.touch(mode=0o600)
    path.write_bytes(encrypt(data) if secret else data)
    return name


def keep_picture(picture: Picture) -> str:
    """Keep a picture that somebody sent, encrypted; returns its name with us."""
    return store(picture.data, picture.suffix, secret=True)


def store_picture(picture: Picture) -> dict[str, str | None]:
    """Keep a picture that somebody sent, and a smaller one for lists.

    Returns:
        their names and the content type, by the columns that keep them.
    """
    small = store(picture.small, ".jpg", secret=True) if picture.small else None
    return {
        "picture": keep_picture(picture),
        "picture_type": picture.content_type,
        "picture_small": small,
    }


def discard(name: str) -> None:
    """Remove a file once the transaction is committed."""
    db.session().info.setdefault(OLD, []).append(folder() / name)


def path_of(name: str) -> Path:
    """Where a stored file lies."""
    return folder() / name


def read_secret(name: str) -> bytes:
    """The content of an encrypted file."""
    return decrypt(path_of(name).read_bytes())


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


@event.listens_for(SangSession, "after_commit")
def _committed(session: Session) -> None:
    session.info.pop(NEW, None)
    _remove(session.info.pop(OLD, []))


@event.listens_for(SangSession, "after_rollback")
def _undone(session: Session) -> None:
    session.info.pop(OLD, None)
    _remove(session.info.pop(NEW, []))


@handles("media:sweep", daily_at=3)
def sweep(_args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Remove files without a row that are older than a day (a process was killed in between)."""
    progress("media")
    known: set[str | None] = set()
    for column in _KEPT:
        known.update(db.session.scalars(select(column).where(column.is_not(None))))
    limit = (datetime.now(UTC) - SWEEP_AFTER).timestamp()
    stray = [
        path
        for path in folder().iterdir()
        if path.name not in known and path.stat().st_mtime < limit
    ]
    _remove(stray)
    return {"removed": len(stray)}
