"""What offices reported of a period, sealed with it: their words, and who owed them when.

Archives that were sealed before offices reported have no such file, and nothing to print of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from registry.access.models import OfficeKind
from registry.access.scope import Scope
from registry.i18n import language
from registry.periods.calendar import Period
from registry.periods.office_report_due import Expected, Standing
from registry.periods.office_report_queries import expected
from reports.manifest import Part, part_of
from reports.names import Names

WORDS = "office-reports.parquet"
TEXTS = ("results", "obstacles", "suggestions")


@dataclass(frozen=True)
class OfficeWords:
    """The report that an office owed for a period; what was not handed in has no words.

    Attributes:
        state: one of :class:`~registry.periods.office_report_due.Standing`.
        on_time: None where it was not due yet when the period was closed.
        confirmed: by the head of the office.
    """

    office_code: str
    level: str
    name_th: str
    name_en: str
    zone: int | None
    province_code: str | None
    frequency: str
    state: str
    submitted_on: date | None
    on_time: bool | None
    confirmed: bool
    results: str | None
    obstacles: str | None
    suggestions: str | None

    @property
    def name(self) -> str:
        """The office in the language at hand."""
        return self.name_en if language() == "en" else self.name_th

    @property
    def standing(self) -> Standing:
        """The state as an enum."""
        return Standing(self.state)

    @property
    def received(self) -> bool:
        """Whether it was handed in."""
        return self.results is not None

    @classmethod
    def of(cls, owed: Expected) -> OfficeWords:
        """What is sealed of a report."""
        office, said = owed.office, owed.report if owed.received else None
        return cls(
            office_code=office.code,
            level=office.kind,
            name_th=office.name_th,
            name_en=office.name_en,
            zone=owed.zone,
            province_code=office.province_code,
            frequency=owed.frequency.value,
            state=owed.standing.value,
            submitted_on=owed.submitted_on if owed.received else None,
            on_time=owed.on_time if owed.received or not owed.on_time else False,
            confirmed=owed.standing in (Standing.CONFIRMED, Standing.ENDORSED),
            **{name: getattr(said, name) if said else None for name in TEXTS},
        )

    def visible(self, scope: Scope, names: Names) -> bool:
        """Whether it lies in a scope: a region's with all its provinces, a bureau's for no part."""
        if self.level == OfficeKind.PROVINCIAL:
            return scope.covers(self.province_code)
        return scope.everything or (
            self.level == OfficeKind.REGIONAL and names.visible(scope, f"zone={self.zone}")
        )


SCHEMA = pa.schema(
    {
        **dict.fromkeys(OfficeWords.__annotations__, pa.string()),
        "zone": pa.int64(),
        "submitted_on": pa.date32(),
        "on_time": pa.bool_(),
        "confirmed": pa.bool_(),
    }
)


def words_of(period: Period, today: date) -> tuple[OfficeWords, ...]:
    """What offices owe and say of a period."""
    return tuple(OfficeWords.of(one) for one in expected(Scope.all(), [period], today))


def seal_words(folder: Path, period: Period, today: date) -> Part:
    """Write what offices owed and said of a period below a folder."""
    rows = [asdict(one) for one in words_of(period, today)]
    table, path = pa.Table.from_pylist(rows, SCHEMA), folder / WORDS
    pq.write_table(table, path, compression="zstd")
    return part_of(folder, path, len(rows))


def read_words(folder: Path) -> tuple[OfficeWords, ...]:
    """What was sealed; nothing where the archive is older than that."""
    path = folder / WORDS
    if not path.exists():
        return ()
    return tuple(OfficeWords(**row) for row in pq.read_table(path).to_pylist())
