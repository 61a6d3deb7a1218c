"""The tidy table: one figure per row, for pivot tables and for machines."""

from __future__ import annotations

from collections.abc import Iterator

from registry.documents.cells import Cell
from registry.documents.csvfile import csv_bytes
from registry.facts.measures import MEASURES
from reports.report import Report

COLUMNS = (
    *("period", "revision", "measure", "version", "title", "unit"),
    *("dimension", "value_of", "name", "value", "numerator", "denominator"),
)


def tidy_rows(report: Report) -> Iterator[list[Cell]]:
    """Values as they were sealed: shares lie between 0 and 1, absent ones are empty."""
    for figure in report.book.figures:
        one = MEASURES[figure.measure]
        yield [
            *(report.period.code, report.revision, figure.measure, figure.version),
            *(str(one.title), one.unit.value),
            *(figure.dimension, figure.cut.partition("=")[2], report.names.of(figure.cut)),
            *(figure.value, figure.numerator, figure.denominator),
        ]


def csv_of(report: Report) -> bytes:
    """The table as CSV with a byte order mark."""
    return csv_bytes(COLUMNS, tidy_rows(report))
