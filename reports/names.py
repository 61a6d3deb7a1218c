"""Names of places and types as they were when a period was sealed, and which zone held what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.channels.models import CHANNEL_KIND_NAMES, ChannelKind
from reports.figures import NOWHERE
from reports.sealing import FACTS, NAMES


@dataclass(frozen=True)
class Names:
    """Names by dimension and value, and the zone of every province on the last day."""

    by_dimension: dict[str, dict[str, str]] = field(default_factory=dict)
    zone_of: dict[str, str] = field(default_factory=dict)

    def of(self, cut: str) -> str:
        """The name of a cut such as ``zone=3``; the whole country for ``""``."""
        dimension, _sign, value = cut.partition("=")
        if not cut:
            return str(_("Whole country"))
        if value == NOWHERE:
            return str(_("Not stated"))
        return self.by_dimension.get(dimension, {}).get(value, value)

    def cuts(self, dimension: str) -> list[str]:
        """All cuts of a dimension that have a name, in the order of their codes."""
        return [f"{dimension}={value}" for value in self.by_dimension.get(dimension, {})]

    def place(self, scope: Scope) -> str | None:
        """The cut that is all that a scope sees: the whole, a zone, a province; else None."""
        if scope.everything:
            return ""
        if len(scope.provinces) == 1 and not scope.network_offices:
            return f"province={next(iter(scope.provinces))}"
        zones = (cut for cut in self.cuts("zone") if self.visible(scope, cut))
        zone = next(zones, None)
        held = {code for code, number in self.zone_of.items() if f"zone={number}" == zone}
        return zone if held == scope.provinces and not scope.network_offices else None

    def visible(self, scope: Scope, cut: str) -> bool:
        """Whether a scope sees the figures of a cut.

        Provinces inside it, and zones all of whose provinces (of the time) lie inside; what
        spans the country is for those who see everything.
        """
        dimension, _sign, value = cut.partition("=")
        if scope.everything:
            return True
        if dimension == "province":
            return scope.covers(value)
        inside = [scope.covers(code) for code, zone in self.zone_of.items() if zone == value]
        return dimension == "zone" and bool(inside) and all(inside)


def read_names(folder: Path, day: date, language: str) -> Names:
    """Read the names that were sealed in a period's folder; the zones are those of a day."""
    found = {name: _names(folder, name, language) for name in NAMES}
    found["channel_kind"] = {kind.value: str(CHANNEL_KIND_NAMES[kind]) for kind in ChannelKind}
    spans = _rows(folder, "province_zone")
    zones = {
        row["province_code"]: str(row["zone_code"])
        for row in spans
        if row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] > day)
    }
    return Names(found, zones)


def _names(folder: Path, name: str, language: str) -> dict[str, str]:
    return {str(row["code"]): row[f"name_{language}"] for row in _rows(folder, name)}


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / FACTS / f"{name}.parquet").to_pylist()
    return rows
