"""What the reading of a sheet may assume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from importers.fields import Field


@dataclass(frozen=True)
class Options:
    """Assumptions of one import.

    Attributes:
        today: the day of the import in Bangkok; later dates are asked about.
        province: DOPA code for rows, groups and titles that name none (the office's own).
        types: keys of the network types' names with their codes.
        network_type: code for rows that name no type.
        sheet: name of the sheet to read; found by evidence when absent.
        fields: what a person said that columns hold, by column from 0; ``None`` leaves one out.
        remembered: what the office said about sheets with such a header before: by the shape of
            the header, then by the place of the column among those with a header.
        cells: what a person wrote over cells, by row (as Excel numbers it) and column from 0.
        refused: repairs that a person refused: a kind, or a cell and a kind (``F12:phone_zero``).
        official: accounts of offices, which are no channels of members, as
            :func:`registry.channels.addresses.identity_of` spells them.
        keep_unknown: whether unknown columns are kept in the notes.
    """

    today: date
    province: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    network_type: str = "other"
    sheet: str | None = None
    fields: Mapping[int, Field | None] = field(default_factory=dict)
    remembered: Mapping[str, Mapping[int, Field | None]] = field(default_factory=dict)
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    official: frozenset[str] = frozenset()
    keep_unknown: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **asdict(self),
            "cells": [[*place, text] for place, text in self.cells.items()],
            "fields": [list(pair) for pair in self.fields.items()],
            "remembered": [
                [shape, list(map(list, fields.items()))]
                for shape, fields in self.remembered.items()
            ],
            "refused": sorted(self.refused),
            "official": sorted(self.official),
        }

    @classmethod
    def of(cls, item: dict[str, Any]) -> Options:
        """Back from :meth:`as_dict`, after JSON."""
        return cls(
            **{
                **item,
                "today": date.fromisoformat(item["today"]),
                "cells": {(row, column): text for row, column, text in item["cells"]},
                "fields": _fields(item["fields"]),
                "remembered": {shape: _fields(pairs) for shape, pairs in item["remembered"]},
                "refused": frozenset(item["refused"]),
                "official": frozenset(item["official"]),
            }
        )


def _fields(pairs: list[tuple[int, str | None]]) -> dict[int, Field | None]:
    return {index: Field(name) if name else None for index, name in pairs}
