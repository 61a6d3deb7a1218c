"""A table of a member's own data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.documents.cells import Cell


@dataclass(frozen=True)
class Part:
    """Its title, its columns and its rows."""

    title: str
    columns: list[str]
    rows: list[Sequence[Cell]]
