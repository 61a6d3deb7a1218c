"""Writes the files anew whose month changed; each takes the place of the one before in one step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from registry.arrow import Moment, moment
from registry.db import Base
from registry.disk import locked, put
from registry.facts.files.checks import MONTHLY, Check, checks
from registry.facts.files.manifest import Manifest, Part, path_of, schema_version
from registry.facts.files.reading import folder
from registry.facts.files.rows import kept, schema_of, write_rows
from registry.facts.notices import NOTICES
from registry.facts.query import Snapshot
from registry.facts.schema import COLUMNS
from registry.periods.calendar import utc_now

DRAFT = ".new"
Tell = Callable[[str, int, int], None]


@dataclass
class Written:
    """What a run did: paths below the folder, and rows written."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rows: int = 0


def write_files(
    tell: Tell,
    changed: Mapping[str, Collection[int]] | None = None,
    seen: Moment | None = None,
) -> Written:
    """Bring the files to what the database holds now; only months that differ are written.

    Args:
        tell: hears the step, and how many of how many tables are done.
        changed: by table, the only months that may differ; a table that is not named is compared
            whole, and so is every table that is not kept by months.
        seen: the moment that is written; now unless told otherwise.
    """
    root, done = folder(), Written()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(root), nullcontext(seen) if seen else moment() as at:
        _tidy(root)
        manifest = Manifest.load(root)
        if manifest is None or manifest.schema != schema_version():
            manifest, changed = Manifest(schema_version()), None
        for number, name in enumerate(COLUMNS):
            tell("files", number, len(COLUMNS))
            manifest = _Table(at, root, name, done).renew(manifest, (changed or {}).get(name))
        tell("files", len(COLUMNS), len(COLUMNS))
    return done


def _tidy(root: Path) -> None:
    """Remove what a killed run left half written."""
    for path in root.rglob(f"*{DRAFT}"):
        path.unlink()


@dataclass(frozen=True)
class _Table:
    """The files of one table being brought up to date."""

    seen: Moment
    root: Path
    name: str
    done: Written

    def renew(self, manifest: Manifest, months: Collection[int] | None) -> Manifest:
        """The manifest after this table."""
        found = checks(Snapshot(self.seen.connection), self.name, months)
        known = manifest.of_table(self.name)
        stale = [month for month, check in found.items() if not self._stands(known, month, check)]
        asked = known.keys() if months is None or self.name not in MONTHLY else {*months}
        gone = [known.pop(month).path for month in (asked & known.keys()) - found.keys()]
        for month in sorted(stale):
            known[month] = self._write(month, found[month])
        if stale or gone:
            manifest = manifest.with_parts(self.name, known)
            manifest.save(self.root)
        for path in gone:
            (self.root / path).unlink(missing_ok=True)
        self.done.removed += gone
        return manifest

    def _stands(self, known: Mapping[int, Part], month: int, check: Check) -> bool:
        """Whether a month's file is there and was written from what the database holds now."""
        part = known.get(month)
        if part is None or part.check != check:
            return False
        path = self.root / part.path
        return path.exists() and path.stat().st_size == part.bytes

    def _write(self, month: int, check: Check) -> Part:
        path = self.root / path_of(self.name, month)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + DRAFT)
        rows = write_rows(self.seen, self._queries(month), schema_of(self.name), draft)
        put(draft, path)
        self.done.written.append(path_of(self.name, month))
        self.done.rows += rows
        return Part(self.name, month, check, path.stat().st_size, utc_now().isoformat())

    def _queries(self, month: int) -> Iterator[Select[Any]]:
        rows = Base.metadata.tables[self.name]
        query = select(*(kept(rows, column) for column in COLUMNS[self.name]))
        if self.name in MONTHLY:
            query = query.where(rows.c.month == month)
        if self.name == "delivery":
            releases = Base.metadata.tables["release"]
            notices = select(releases.c.id).where(releases.c.purpose.in_(NOTICES))
            query = query.where(rows.c.release_id.in_(notices))
        yield query
