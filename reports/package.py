"""A closed period described as a Frictionless Data Package, so that any tool can read its tables.

See https://specs.frictionlessdata.io/data-package/.  Texts are in English, like names of columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from reports import tidy
from reports.manifest import Manifest, Part

PACKAGE = "datapackage.json"
Described = dict[str, Any]
TIDY_TYPES = {"revision": "integer", "version": "integer"} | dict.fromkeys(
    ("value", "numerator", "denominator"), "number"
)
"""Types of the columns of the tidy table that are no text."""


def package_of(folder: Path, statement: Manifest, parts: list[Part]) -> Described:
    """The description of a period's tables.

    Args:
        parts: files that were made besides those of the manifest.
    """
    tables = [part for part in statement.parts if part.path.endswith(".parquet")]
    texts = [part for part in parts if part.path.endswith(".csv")]
    return {
        "profile": "data-package",
        "name": f"sang-{statement.code}-r{statement.revision}".lower(),
        "title": f"Public-relations network, {statement.code}, revision {statement.revision}",
        "description": (
            "Sealed facts and figures of a closed period, without personal data. "
            "manifest.json proves them, recipe.json says how the figures come about."
        ),
        "created": statement.sealed_at,
        "version": str(statement.revision),
        "temporal": {"start": statement.start, "end": statement.end},
        "resources": [
            *(_resource(part, "text/csv", _of_tidy()) for part in texts),
            *(
                _resource(part, "application/vnd.apache.parquet", _of_parquet(folder / part.path))
                for part in tables
            ),
        ],
    }


def _resource(part: Part, mediatype: str, fields: list[Described]) -> Described:
    path = Path(part.path)
    is_text = path.suffix == ".csv"
    return {
        "name": path.stem.lower(),
        "path": part.path,
        "format": path.suffix.removeprefix("."),
        "mediatype": mediatype,
        "bytes": part.bytes,
        "hash": f"sha256:{part.sha256}",
        **({"profile": "tabular-data-resource", "encoding": "utf-8"} if is_text else {}),
        "schema": {"fields": fields, **({"missingValues": [""]} if is_text else {})},
    }


def _of_tidy() -> list[Described]:
    return [{"name": name, "type": TIDY_TYPES.get(name, "string")} for name in tidy.COLUMNS]


def _of_parquet(path: Path) -> list[Described]:
    return [{"name": field.name, "type": _type(field.type)} for field in pq.read_schema(path)]


def _type(kind: pa.DataType) -> str:
    known = {
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "number": pa.types.is_floating,
        "date": pa.types.is_date,
        "datetime": pa.types.is_timestamp,
    }
    return next((name for name, fits in known.items() if fits(kind)), "string")
