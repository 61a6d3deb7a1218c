"""A sheet that was made, and what a right reading of it must give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Expected:
    """What one member's row must give.

    Attributes:
        doubtful: values that may be asked about instead.
        blank: values that the row leaves out.
        where: columns (from 0) that tell a value; a question must stand in one of them.
    """

    row: int
    values: dict[str, Any]
    also: list[int] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    blank: set[str] = field(default_factory=set)
    where: dict[str, set[int]] = field(default_factory=dict)


@dataclass
class Made:
    """A sheet as it is written, and the truth."""

    name: str
    grid: list[list[Any]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    expected: list[Expected] = field(default_factory=list)
    noise: set[int] = field(default_factory=set)
    """Numbers of rows below the header that are no member and not blank."""
    context: dict[str, Any] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of the last row so far."""
        return len(self.grid)

    def add(self, cells: list[Any]) -> int:
        """A row more; its number."""
        self.grid.append(cells)
        return self.number

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Rows from 1, columns from 0."""
        if (top, left) != (bottom, right):
            self.merges.append((top, left, bottom, right))
