"""Opening what was uploaded, in a child process, while no lock on the database is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from werkzeug.datastructures import FileStorage

from registry.db import begin_write, db
from registry.documents.pictures import Picture, clean_picture
from registry.errors import Refused
from registry.messages.entries import Fault

Opened = TypeVar("Opened")
LONGEST_SIDE = 1920


def opened(field: Any, read: Callable[[bytes, str], Opened]) -> Opened | None:
    """Read the file of a form's field, if one was chosen; views call it before they write.

    The transaction begins anew afterwards: opening takes up to seconds, and other writers would
    wait that long for SQLite's one lock.
    """
    upload = field.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        return None
    data, name = upload.read(), upload.filename
    db.session.rollback()
    try:
        return read(data, name)
    finally:
        begin_write()


def evidence_picture(field: Any) -> Picture | None:
    """The picture that a member or officer chose as evidence.

    Raises:
        Fault: it is no picture that can be opened.
    """
    try:
        return opened(field, lambda data, name: clean_picture(data, name, side=LONGEST_SIDE))
    except Refused as refusal:
        raise Fault("picture", str(refusal)) from None
