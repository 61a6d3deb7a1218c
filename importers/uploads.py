"""Uploaded files: kept encrypted under names of our own for some days, then removed."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from importers.models import ImportBatch
from importers.reading.errors import Unreadable
from importers.reading.reasons import Reason
from importers.spool import Spool
from registry.db import db
from registry.errors import NotFound, Refused
from registry.messages.files import NEW, OLD
from registry.settings import Settings
from registry.vault import decrypt, encrypt

MB = 1024 * 1024


class Gone(NotFound):
    """The time of an uploaded file is over."""

    def __init__(self) -> None:
        super().__init__(_("The uploaded file was removed when its time was over; bring it again."))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["sang_settings"]
    return settings


def check_size(name: str, size: int) -> None:
    """Refuse what is larger than the settings allow.

    Raises:
        Unreadable: with both sizes.
    """
    limit = _settings().upload_max_mb
    if size > limit * MB:
        raise Unreadable(Reason.TOO_LARGE, name=name, size=-(-size // MB), limit=limit)


def read_file(path: Path) -> bytes:
    """The bytes of a file of this machine, looked at only when it is not too large.

    Raises:
        Refused: it cannot be opened, or is too large.
    """
    try:
        check_size(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            _("The file %(name)s cannot be opened; check its path and its rights.", name=path.name)
        ) from error


def store(data: bytes) -> str:
    """Keep a file encrypted; it disappears if the transaction is undone.

    Returns:
        its name inside the folder of uploads.
    """
    folder = _settings().uploads
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.bin"
    db.session().info.setdefault(NEW, []).append(path)
    path.touch(mode=0o600)
    path.write_bytes(encrypt(data))
    return path.name


def content_of(batch: ImportBatch) -> bytes:
    """The uploaded file.

    Raises:
        Gone: its time is over and it was removed.
    """
    path = _settings().uploads / (batch.stored or "-")
    if not batch.stored or not path.exists():
        raise Gone
    return decrypt(path.read_bytes())


def workplace(settings: Settings) -> Path:
    """Where deciphered uploads lie while they are read; the daily sweep empties it."""
    folder = settings.instance / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def laid_aside() -> Spool:
    """A place for rows that wait to be written."""
    return Spool(workplace(_settings()))


@contextmanager
def as_file(batch: ImportBatch) -> Iterator[Path]:
    """The upload as a file that only lives while it is read."""
    with tempfile.TemporaryDirectory(prefix="sang-upload-", dir=workplace(_settings())) as folder:
        path = Path(folder) / "upload"
        path.touch(mode=0o600)
        path.write_bytes(content_of(batch))
        yield path


def remove(batch: ImportBatch) -> None:
    """Remove a batch's file once the transaction is committed."""
    if batch.stored:
        db.session().info.setdefault(OLD, []).append(_settings().uploads / batch.stored)
        batch.stored = None


def sweep_strays(before: datetime) -> int:
    """Remove what a process that was killed left; returns how many files and folders.

    These are encrypted files without a batch, and deciphered ones that nobody reads any more.
    """
    folder = _settings().uploads
    known = set(db.session.scalars(select(ImportBatch.stored)))
    strays = [
        path
        for path in (folder.iterdir() if folder.exists() else ())
        if path.name not in known and path.stat().st_mtime < before.timestamp()
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays) + _sweep_workplace(before)


def _sweep_workplace(before: datetime) -> int:
    old = [
        path
        for path in workplace(_settings()).iterdir()
        if path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)
