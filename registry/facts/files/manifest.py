"""Which files there are, and what each holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from flask_babel import gettext as _

from registry.disk import put
from registry.errors import Refused
from registry.facts.files.checks import MONTHLY, Check
from registry.facts.schema import COLUMNS, table

NAME = "manifest.json"
FORMAT = "sang-facts/1"


def schema_version() -> str:
    """Changes whenever the columns or types of any table do."""
    shapes = {name: [str(kind) for kind in table(name).schema().items()] for name in COLUMNS}
    return hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()[:16]


def path_of(name: str, month: int) -> str:
    """Where a part lies below the folder."""
    return f"{name}/month={month}/part-0.parquet" if name in MONTHLY else f"{name}/part-0.parquet"


@dataclass(frozen=True)
class Part:
    """One file: a month of a table, or a table (``month`` is then ``WHOLE``)."""

    table: str
    month: int
    check: Check
    bytes: int
    written_at: str

    @property
    def path(self) -> str:
        """Below the folder."""
        return path_of(self.table, self.month)


@dataclass(frozen=True)
class Manifest:
    """The parts, and the schema in which all of them were written."""

    schema: str
    parts: tuple[Part, ...] = field(default=())

    @classmethod
    def load(cls, root: Path) -> Manifest | None:
        """The manifest of a folder; None where there is none."""
        try:
            said = json.loads((root / NAME).read_text("utf-8"))
        except FileNotFoundError:
            return None
        parts = [Part(**{**part, "check": Check(**part["check"])}) for part in said["parts"]]
        return cls(said["schema"], tuple(parts))

    @classmethod
    def of(cls, root: Path) -> Manifest:
        """The manifest of a folder whose files can be read.

        Raises:
            Refused: nothing was written yet, or by another version of Sang.
        """
        found = cls.load(root)
        if found is None or found.schema != schema_version():
            text = _(
                "There are no columnar files of this version of Sang yet: run sang facts refresh."
            )
            raise Refused(text)
        return found

    def of_table(self, name: str) -> dict[int, Part]:
        """The parts of a table by month."""
        return {part.month: part for part in self.parts if part.table == name}

    def with_parts(self, name: str, parts: dict[int, Part]) -> Manifest:
        """The same with other parts of one table."""
        others = (part for part in self.parts if part.table != name)
        return replace(self, parts=(*others, *(parts[month] for month in sorted(parts))))

    def save(self, root: Path) -> None:
        """Put it in the place of the one before, in one step."""
        said = {"format": FORMAT, "schema": self.schema, "parts": [asdict(p) for p in self.parts]}
        draft = root / f"{NAME}.new"
        draft.write_text(json.dumps(said, indent=1), "utf-8")
        put(draft, root / NAME)
