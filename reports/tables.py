"""Tables and bar charts of a report as values, for every format."""

from __future__ import annotations

from typing import Any

from registry.facts.engine import Number
from registry.facts.measure import Measure
from registry.facts.measures import MEASURES
from reports.layout import Table
from reports.report import Report
from reports.wording import heading_of, shown, with_unit

WHOLE = ""


def rows_of(report: Report, table: Table) -> list[list[Any]]:
    """The name and the figures of each cut; last the whole country's, where it is seen."""
    cuts = cuts_of(report, table)
    if report.book.has(table.columns[0].measure):
        cuts = [*cuts, WHOLE]
    return [_row(report, table, cut) for cut in cuts]


def cuts_of(report: Report, table: Table) -> list[str]:
    """The cuts of a table's dimension that have figures, in the order of their names' list."""
    order = {cut: place for place, cut in enumerate(report.names.cuts(table.dimension))}
    found = report.book.cuts(table.dimension)
    return sorted(found, key=lambda cut: (order.get(cut, len(order)), cut))


def _row(report: Report, table: Table, cut: str) -> list[Any]:
    values = (report.book.value(column.measure, cut) for column in table.columns)
    return [report.names.of(cut), *values]


def chart_of(report: Report, table: Table) -> dict[str, Any] | None:
    """The table's bars: one for each cut that has a figure; None without one."""
    if table.chart is None:
        return None
    one, cuts = MEASURES[table.chart], cuts_of(report, table)
    rows = [
        {"label": report.names.of(cut), "value": value, "text": _bar_text(one, value)}
        for cut in cuts
        if (value := report.book.value(one.name, cut)) is not None
    ]
    if not rows:
        return None
    alt = ", ".join(f"{row['label']} {row['text']}" for row in rows)
    top = 1 if one.is_share else None
    return {"title": heading_of(one.name), "rows": rows, "alt": alt, "top": top}


def _bar_text(one: Measure, value: Number) -> str:
    return with_unit(one.name, value) if one.is_share else shown(one.name, value)
