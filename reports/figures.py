"""The figures of a period: every measure for the whole and for each cut that a report shows.

They are computed from the *sealed* facts, at closing as at every later proof, so a figure can
only differ when a file, a row of the catalogue or the rule of a measure did change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from registry.facts.components import COMPONENTS, Component, by_fact
from registry.facts.engine import Number
from registry.facts.measures import MEASURES
from registry.facts.query import Source
from registry.periods.calendar import Period
from reports.sealing import Tell, silent
from reports.totals import DIMENSIONS, Cells, totals

FIGURES = "figures.parquet"
NOWHERE = "-"
"""The value of a cell whose facts have none in the dimension (an office without a province)."""

_SCHEMA = pa.schema(
    [
        ("measure", pa.string()),
        ("version", pa.int32()),
        ("dimension", pa.string()),
        ("cut", pa.string()),
        ("value", pa.float64()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Sealed:
    """A sealed figure; ``cut`` is ``""`` for the whole, else ``zone=3``. Absent is None."""

    measure: str
    version: int
    dimension: str
    cut: str
    value: Number | None
    numerator: Number | None
    denominator: Number | None

    @classmethod
    def of(cls, measure: str, version: int, dimension: str, cut: str, *values: Any) -> Sealed:
        """Make one whose whole numbers are integers, whatever a store made of them."""
        return cls(measure, version, dimension, cut, *map(plain, values))

    @property
    def key(self) -> tuple[str, str]:
        """What it is a figure of."""
        return self.measure, self.cut


def plain(value: Number | None) -> Number | None:
    """A whole number without a point: files and the catalogue keep all as floats."""
    return int(value) if value is not None and value == int(value) else value


def compute(source: Source, period: Period, today: date, tell: Tell = silent) -> list[Sealed]:
    """All figures of a period from a source of sealed facts, as of the day of its closing."""
    found: dict[str, Cells] = {dimension: {} for dimension in DIMENSIONS}
    facts = components_by_fact()
    for number, components in enumerate(facts):
        tell("figures", number, len(facts))
        for dimension, cells in totals(source, components, period, today):
            for cell, amounts in cells.items():
                found[dimension].setdefault(cell, {}).update(amounts)
    return [
        one
        for dimension in DIMENSIONS
        for one in _sealed(dimension, found[dimension], source.lacks)
    ]


def components_by_fact() -> list[list[Component]]:
    """All components, grouped by the fact over whose rows they are counted."""
    return by_fact(COMPONENTS.values())


def _sealed(dimension: str, cells: Cells, lacks: frozenset[str]) -> Iterator[Sealed]:
    ordered = sorted(cells.items(), key=lambda entry: (entry[0] is None, entry[0]))
    for one in MEASURES.values():
        if dimension and dimension not in one.dimensions:
            continue
        blank = {name: COMPONENTS[name].amount(None, lacks) for name in one.components}
        for cell, amounts in ordered:
            figure = one.figure({**blank, **amounts})
            place = cut_of(dimension, cell) if dimension else ""
            values = (figure.value, figure.numerator, figure.denominator)
            yield Sealed.of(one.name, one.version, dimension, place, *values)


def cut_of(dimension: str, value: object) -> str:
    """``zone=3``."""
    return f"{dimension}={NOWHERE if value is None else value}"


def write(path: Path, figures: Iterable[Sealed]) -> int:
    """Write figures to a Parquet file; returns how many."""
    rows = [figure.__dict__ for figure in figures]
    pq.write_table(pa.Table.from_pylist(rows, _SCHEMA), path, compression="zstd")
    return len(rows)


def read(path: Path) -> list[Sealed]:
    """Read figures back."""
    return [Sealed.of(*row.values()) for row in pq.read_table(path, schema=_SCHEMA).to_pylist()]
