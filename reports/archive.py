"""The folder of sealed periods: each is made beside its place and put there in one step.

``<archive>/2569-Q1-r1`` holds revision 1 of a period and is never changed.  While it is made it
is called ``.draft-…``.  The order is: files, folder in its place, then the commit that names it.
So a row always has its folder; a folder without a row is the leftover of a process that was
killed, and the next closing removes it.  A lock keeps two closings (and the tidying) apart; the
system releases it when its process dies.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT = ".draft-"
LOCK = ".lock"


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """One closing at a time; the others wait."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def folder_name(code: str, revision: int) -> str:
    """Where a revision of a period lies, below the archive."""
    return f"{code}-r{revision}"


def new_draft(root: Path) -> Path:
    """An empty folder in which a period is being made."""
    draft = root / f"{DRAFT}{secrets.token_hex(8)}"
    draft.mkdir()
    return draft


def tidy(root: Path, known: Collection[str]) -> list[str]:
    """Remove what killed closings left: drafts, and folders that no row names.

    Call it with the lock held, and with the folders of *all* rows.
    """
    left = [path for path in root.iterdir() if path.is_dir() and path.name not in known]
    for path in left:
        shutil.rmtree(path)
    return sorted(path.name for path in left)


def put_in_place(draft: Path, name: str) -> Path:
    """Make the files durable and read-only, then give the folder its name in one step."""
    for path in sorted(draft.rglob("*"), reverse=True):
        _to_disk(path)
        if path.is_file():
            path.chmod(0o444)
    _to_disk(draft)
    place = draft.rename(draft.parent / name)
    _to_disk(draft.parent)
    return place


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
