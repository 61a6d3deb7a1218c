"""The figures of a period: every measure for the whole and for each cut that a report shows.

They are computed from the *sealed* facts, at closing as at every later proof, so a figure can
only differ when a file, a row of the catalogue or the rule of a measure did change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from registry.access.scope import Scope
from registry.facts.cuts import Cut
from registry.facts.engine import Number, Source
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.spans import Months
from registry.periods.calendar import Period
from reports.sealing import Tell, silent

DIMENSIONS = ("", "zone", "province", "channel_kind", "network_type")
"""Cuts that are sealed; ``""`` is the whole."""
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

    @property
    def key(self) -> tuple[str, str]:
        """What it is a figure of."""
        return self.measure, self.cut


def compute(source: Source, period: Period, tell: Tell = silent) -> list[Sealed]:
    """All figures of a period from a source of facts."""
    found: list[Sealed] = []
    for number, dimension in enumerate(DIMENSIONS):
        tell("figures", number, len(DIMENSIONS))
        found += _by(source, Months.of(period), dimension, period)
    return found


def _by(source: Source, months: Months, dimension: str, period: Period) -> Iterator[Sealed]:
    names = [one.name for one in MEASURES.values() if not dimension or dimension in one.dimensions]
    cut = Cut((dimension,) if dimension else (), today=period.end)
    for figure in evaluate(Scope.all(personal=False), names, months, cut, source):
        place = "" if not dimension else cut_of(dimension, figure.cell[0])
        version = MEASURES[figure.measure].version
        yield Sealed(
            figure.measure,
            version,
            dimension,
            place,
            figure.value,
            figure.numerator,
            figure.denominator,
        )


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
    return [Sealed(**row) for row in pq.read_table(path, schema=_SCHEMA).to_pylist()]
