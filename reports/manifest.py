"""What a sealed period consists of: every part with its SHA-256, chained to the period before.

``manifest.json`` covers the facts and the figures, so its hash can be printed on the documents
made from them.  ``renderings.json`` covers those documents and names the manifest.  The hashes of
both are kept in the catalogue and in the manifest of the next period.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from registry.periods.calendar import to_bangkok_date

FORMAT = "sang-sealed-period/1"
MANIFEST, RENDERINGS = "manifest.json", "renderings.json"


@dataclass(frozen=True)
class Part:
    """A file of a sealed period.

    Attributes:
        path: below the period's folder.
        rows: of a table; absent for a document.
    """

    path: str
    sha256: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True)
class Previous:
    """An earlier seal: the last one of the same kind, or the revision that is replaced."""

    code: str
    revision: int
    manifest_sha256: str
    renderings_sha256: str


@dataclass(frozen=True)
class Manifest:
    """The statement about a sealed period.

    Attributes:
        measures: names with the versions of their rules.
        previous: the seal of the same kind before it, whatever it sealed.
        replaces: of a re-issue, the revision that was in force before it; ``reason`` says why.
        keep_until: the last day on which the report must be kept; seals of before have none.
    """

    code: str
    kind: str
    start: str
    end: str
    revision: int
    sealed_at: str
    sang_version: str
    measures: dict[str, int]
    previous: Previous | None
    parts: tuple[Part, ...]
    format: str = FORMAT
    replaces: Previous | None = None
    reason: str | None = None
    keep_until: str | None = None

    @property
    def sealed_on(self) -> date:
        """The day of the closing in Bangkok: what was not due by then is not late."""
        return to_bangkok_date(datetime.fromisoformat(self.sealed_at))

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a manifest; raises ``ValueError`` or ``TypeError`` where it is not one."""
        values = json.loads(path.read_text("utf-8"))
        before, replaced = (values.pop(name, None) for name in ("previous", "replaces"))
        parts = tuple(Part(**part) for part in values.pop("parts"))
        return cls(
            **values,
            parts=parts,
            previous=Previous(**before) if before else None,
            replaces=Previous(**replaced) if replaced else None,
        )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes: 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def part_of(folder: Path, path: Path, rows: int | None = None) -> Part:
    """Describe a file below a folder."""
    return Part(path.relative_to(folder).as_posix(), sha256_of(path), path.stat().st_size, rows)


def write(path: Path, statement: Manifest | dict[str, Any]) -> str:
    """Write a statement as JSON that a person can read; returns its SHA-256."""
    values = asdict(statement) if isinstance(statement, Manifest) else statement
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return sha256_of(path)
