"""The folder of sealed periods: each is made as a draft, and put in its place in one step.

``<archive>/2569-Q1-r1`` holds revision 1 of a period and is never changed.  The order is: files
complete and on the disk as a draft that bears the manifest's hash; then the one transaction that
enters the period in the catalogue; then the rename.  Killed before the commit, nothing is closed
and the next closing removes the draft.  Killed after it, everything is there, and whoever asks
for the folder first (:func:`home_of`) does the rename.  The commit comes first because a row is
never without its files, and because what has its place is then never deleted: a folder that no
row knows can only come from a catalogue restored from a backup, and refuses the closing.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from registry.disk import to_disk

DRAFT = ".draft-"
STAYS = frozenset(
    {
        *("manifest.json", "manifest.sig", "public-key.pem", "renderings.json", "figures.parquet"),
        *(
            f"facts/{name}.parquet"
            for name in ("zone", "province", "province_zone", "network_type")
        ),
    }
)
"""What is left of a folder whose report was destroyed: its figures with the names of places, and
what the seals behind it name."""


def folder_name(code: str, revision: int) -> str:
    """Where a revision of a period lies, below the archive."""
    return f"{code}-r{revision}"


def new_draft(root: Path) -> Path:
    """An empty folder in which a period is being made."""
    draft = root / f"{DRAFT}{secrets.token_hex(8)}"
    draft.mkdir()
    return draft


def draft_of(root: Path, name: str, manifest_sha256: str) -> Path:
    """Where a finished draft waits for the commit and the rename."""
    return root / f"{DRAFT}{name}-{manifest_sha256[:16]}"


def home_of(root: Path, name: str, manifest_sha256: str) -> Path:
    """The folder of a period that the catalogue knows; finishes the rename of a killed closing."""
    place, draft = root / name, draft_of(root, name, manifest_sha256)
    if not place.exists() and draft.exists():
        with suppress(FileNotFoundError):
            draft.rename(place)
        to_disk(root)
    return place


def tidy(root: Path) -> list[str]:
    """Remove the drafts of killed closings; returns their names.

    Call it with the lock held, and after :func:`home_of` for every row of the catalogue.
    """
    left = sorted(root.glob(f"{DRAFT}*"))
    for path in left:
        shutil.rmtree(path)
    return [path.name for path in left]


def finish(draft: Path, name: str, manifest_sha256: str) -> Path:
    """Make a draft's files durable and read-only, and let it wait for the commit."""
    for path in sorted(draft.rglob("*"), reverse=True):
        to_disk(path)
        if path.is_file():
            path.chmod(0o444)
    to_disk(draft)
    waiting = draft.rename(draft_of(draft.parent, name, manifest_sha256))
    to_disk(draft.parent)
    return waiting


def clear(folder: Path) -> None:
    """Destroy what does not stay of a report; durable when it returns."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in STAYS:
            path.unlink()
    for path in (folder, *(one for one in folder.rglob("*") if one.is_dir())):
        to_disk(path)
