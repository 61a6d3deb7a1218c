"""What the reading of a sheet may assume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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
        keep_unknown: whether unknown columns are kept in the notes.
    """

    today: date
    province: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    network_type: str = "other"
    sheet: str | None = None
    fields: Mapping[int, Field | None] = field(default_factory=dict)
    keep_unknown: bool = False
