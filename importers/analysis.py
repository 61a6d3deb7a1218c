"""A workbook read as a sign-up sheet: which sheet, which header, and what every row is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from importers.body import Body, Record, Skipped, count_by_reason
from importers.context import Context, context_of
from importers.errors import NoHeader, NoRows, NoSheet
from importers.header import Header, find_header
from importers.mapping import Column
from importers.mending import Mend, judge, mended
from importers.options import Options
from importers.own_column import unfiltered
from importers.reading.grid import Sheet, Workbook
from importers.results import RowResult
from importers.rows.reader import read_row, unknown_as_notes
from importers.samples import samples_of
from importers.shapes import corrected, recall, shape_of
from importers.thai.dates import joined_bounds

BLOCK = 500
"""Rows that one reader takes before the next one does, where several share a sheet."""
Share = tuple[int, int]
"""Which of how many readers one is."""
Read = Callable[[Share], Iterator[RowResult]]
ALONE: Share = (0, 1)


@dataclass
class Analysis:
    """What a sheet turned out to hold."""

    sheet: str
    header: Header
    context: Context
    rows: list[RowResult]
    skipped: list[Skipped] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    hidden_columns: int = 0
    recalled: list[int] = field(default_factory=list)
    samples: dict[str, list[str]] = field(default_factory=dict)
    total: int = 0

    @property
    def mapping(self) -> dict[str, str]:
        """Headers with the fields they were taken for; a doubled header gets its letter."""
        mapping: dict[str, str] = {}
        for column in self.header.columns:
            if column.field:
                name = column.header
                mapping[f"{name} ({column.letter})" if name in mapping else name] = column.field
        return mapping

    @property
    def unknown(self) -> list[Column]:
        """Columns that nothing was known for."""
        return [c for c in self.header.columns if c.field is None and not c.sensitive]

    @property
    def sensitive(self) -> list[Column]:
        """Columns of sensitive personal data; their cells were never read."""
        return [column for column in self.header.columns if column.sensitive]

    @property
    def unsure(self) -> list[Column]:
        """Columns whose header is not quite one that is known."""
        return [column for column in self.header.columns if column.field and not column.sure]

    def summary(self) -> dict[str, Any]:
        """The parts that are said about the whole sheet."""
        return {
            "sheet": self.sheet,
            "header_rows": self.header.numbers,
            "mapping": self.mapping,
            "columns": [column.as_dict() for column in self.header.columns],
            "unknown_columns": [column.header for column in self.unknown],
            "sensitive_columns": [column.header for column in self.sensitive],
            "unsure_columns": [column.header for column in self.unsure],
            "skipped": count_by_reason(self.skipped),
            "hidden_columns": self.hidden_columns,
            "hidden_sheets": self.hidden_sheets,
            "other_sheets": self.other_sheets,
            "shape": shape_of(self.header),
            "recalled": self.recalled,
            "confidence": {str(c.index): round(c.confidence, 2) for c in self.header.columns},
        }


def analyse(workbook: Workbook, options: Options) -> Analysis:
    """Read the likeliest sheet (or the one asked for) into row results.

    Raises:
        NoSheet, NoHeader, NoRows: with a sentence that says what was found instead.
    """
    analysis, read = begin(workbook, options)
    analysis.rows = list(read(ALONE))
    return analysis


def begin(workbook: Workbook, options: Options) -> tuple[Analysis, Read]:
    """What the sheet is and which of its rows are members, and how these are read.

    Readers that share a sheet begin with what was found here, and read every so many blocks.

    Raises:
        NoSheet, NoHeader, NoRows: with a sentence that says what was found instead.
    """
    sheet, header, others = _choose(workbook, options)
    sheet = unfiltered(sheet, header)
    recalled = recall(header, options)
    header = corrected(header, {**recalled, **options.fields})
    sheet, mends = mended(sheet, header, options.cells)
    types = dict(options.types)
    context = context_of(sheet, header, types, joined_bounds(options.today))
    body = Body(sheet, header, context, types)
    analysis = Analysis(sheet.name, header, context, [], body.skipped, others)
    analysis.hidden_sheets = [one.name for one in workbook.sheets if one.hidden and one.rows]
    analysis.hidden_columns = len(sheet.hidden_columns)
    analysis.recalled, analysis.samples = sorted(recalled), samples_of(sheet, header)
    analysis.total = len(sheet.rows)
    records = list(body.records())
    if not records:
        raise NoRows(sheet.name, header.numbers[-1])
    return analysis, partial(_read_all, analysis, sheet, records, options, mends)


def _read_all(
    analysis: Analysis,
    sheet: Sheet,
    records: Sequence[Record],
    options: Options,
    mends: Mapping[int, Sequence[Mend]],
    share: Share,
) -> Iterator[RowResult]:
    by_number = {row.number: row for row in sheet.rows} if options.keep_unknown else {}
    unknown, (part, parts) = analysis.unknown, share
    for place, record in enumerate(records):
        if place // BLOCK % parts != part:
            continue
        result = read_row(record, analysis.header, options)
        if by_number and (more := unknown_as_notes(by_number.get(record.row), unknown)):
            result.values["notes"] = "\n".join(filter(None, [result.values.get("notes"), more]))
        if mends or options.refused:
            judge([result], mends, options.refused)
        yield result


def _choose(workbook: Workbook, options: Options) -> tuple[Sheet, Header, list[str]]:
    if options.sheet is not None:
        named = [sheet for sheet in workbook.sheets if sheet.name == options.sheet]
        if not named:
            raise NoSheet(options.sheet, [s.name for s in workbook.sheets if not s.hidden])
        header, texts = find_header(named[0])
        if header is None:
            raise NoHeader(named[0].name, texts)
        return named[0], header, []
    visible = [sheet for sheet in workbook.sheets if not sheet.hidden and sheet.rows]
    found = [(sheet, *find_header(sheet)) for sheet in visible]
    usable = [(sheet, header) for sheet, header, _ in found if header is not None]
    if not usable:
        sheet, _, texts = max(found, key=lambda one: len(one[0].rows))
        raise NoHeader(sheet.name, texts)
    best = max(usable, key=lambda one: _weight(*one))
    others = [sheet.name for sheet, _ in usable if sheet is not best[0]]
    return best[0], best[1], others


def _weight(sheet: Sheet, header: Header) -> tuple[bool, int, float]:
    below = sum(row.number > header.numbers[-1] for row in sheet.rows)
    return header.score >= 3, below, header.score
