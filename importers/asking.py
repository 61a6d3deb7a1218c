"""What people are asked about a sheet's columns and the texts in them, and how sure it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from importers.fields import Field
from importers.mending import corrected_to
from importers.models import BatchState, ImportBatch
from registry.db import db
from registry.geography.models import Province
from registry.i18n import name_of
from registry.networks.types import network_types

CERTAIN = 0.95
"""From this confidence on a header is one of those that are known, word for word."""
FEW = 5
"""So many values at least, and a third of all, must not fit before the field is called in doubt."""
OPEN = frozenset({"unsure", "unknown", "doubtful"})
WORDS = {
    "decided": _l("as you decided"),
    "certain": _l("certain"),
    "likely": _l("likely"),
    "unsure": _l("not sure"),
    "unknown": _l("not known"),
    "doubtful": _l("the values do not fit"),
}
TONES = {"decided": "good", "certain": "good", "likely": "", "unsure": "warn", "unknown": "warn",
         "doubtful": "bad"}  # fmt: skip


@dataclass(frozen=True)
class AskedColumn:
    """A column as the mapping screen shows it.

    Attributes:
        field: what it is read as now; an empty text where it is left out.
        chosen: what is proposed on the screen.
        sureness: a key of :data:`WORDS`.
        samples: up to three of its values, personal numbers masked.
        doubts: in how many rows its value could not be read.
    """

    index: int
    letter: str
    header: str
    field: str
    chosen: str
    sureness: str
    samples: list[str]
    doubts: int
    sensitive: bool
    asked: bool


@dataclass(frozen=True)
class UnknownType:
    """A text that stands for a network type and is not in the list; in how many rows it stands."""

    text: str
    rows: int


def unknown_types(batch: ImportBatch) -> list[UnknownType]:
    """Texts of which a person says once which network type they mean, the most frequent first."""
    if batch.as_state is not BatchState.PLANNED or not batch.stored:
        return []
    found = (batch.samples or {}).get("types", {}).items()
    return sorted((UnknownType(*one) for one in found), key=lambda one: -one.rows)


def types_said(batch: ImportBatch) -> dict[str, list[str]]:
    """Cells in which a network type was corrected, by the type that they name now."""
    columns = (batch.summary or {}).get("columns", [])
    letters = {one["letter"] for one in columns if one["field"] == Field.NETWORK_TYPE.value}
    names = {one.name_th for one in network_types()}
    found = corrected_to(batch.mended, letters)
    return {text: cells for text, cells in found.items() if text in names}


def lists_of(batch: ImportBatch) -> dict[str, list[str]]:
    """What can stand in columns with a closed list, by the letters of the column."""
    columns = (batch.summary or {}).get("columns", [])
    known = {
        Field.NETWORK_TYPE.value: lambda: [name_of(one) for one in network_types(active_only=True)],
        Field.PROVINCE.value: _provinces,
    }
    return {one["letter"]: known[one["field"]]() for one in columns if one["field"] in known}


def _provinces() -> list[str]:
    return [name_of(one) for one in db.session.scalars(select(Province).order_by(Province.name_th))]


def columns_of(batch: ImportBatch) -> list[AskedColumn]:
    """All columns with a header, from left to right."""
    columns = (batch.summary or {}).get("columns", [])
    return [_column(batch, column, batch.samples or {}) for column in columns]


def asked(batch: ImportBatch) -> list[AskedColumn]:
    """The columns that still wait for a person's word; none once the plan is settled."""
    if batch.as_state is not BatchState.PLANNED:
        return []
    return [column for column in columns_of(batch) if column.asked]


def _column(
    batch: ImportBatch, column: dict[str, Any], samples: dict[str, dict[str, Any]]
) -> AskedColumn:
    number = str(column["index"])
    doubts = samples.get("doubts", {}).get(number, 0)
    sureness = _sureness(batch, column, doubts)
    aside = batch.keep_unknown and sureness == "unknown"
    return AskedColumn(
        index=column["index"],
        letter=column["letter"],
        header=column["header"],
        field=column["field"] or "",
        chosen=column["field"] or (Field.ASIDE.value if aside else ""),
        sureness=sureness,
        samples=samples.get("columns", {}).get(number, []),
        doubts=doubts,
        sensitive=bool(column["sensitive"]),
        asked=not column["sensitive"] and sureness in OPEN and not aside,
    )


def _sureness(batch: ImportBatch, column: dict[str, Any], doubts: int) -> str:
    number = column["index"]
    if str(number) in batch.fields or number in batch.summary.get("recalled", ()):
        return "decided"
    if column["field"] is None:
        return "unknown"
    if doubts >= FEW and doubts * 3 >= batch.counts["rows"]:
        return "doubtful"
    if not column["sure"]:
        return "unsure"
    confidence = batch.summary.get("confidence", {}).get(str(number), 1.0)
    return "certain" if confidence >= CERTAIN else "likely"
