"""The charts of the PDF as pictures, for documents that cannot draw them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from registry.documents.pdf import render_png
from registry.i18n import language
from reports import layout
from reports.pdf import Data, data_of
from reports.report import Report
from reports.tables import chart_of

TEMPLATE = Path(__file__).parent / "typst" / "charts.typ"

_DRAWN = tuple(table.dimension for table in layout.TABLES if table.chart)
CHARTS = ("funnel_chart", "trend_chart", *(f"{name}_chart" for name in _DRAWN))
"""Names of all charts."""


@dataclass(frozen=True)
class Chart:
    """What a chart is drawn from; ``alt`` says in words what it shows.

    Attributes:
        lines: charts side by side in place of bars.
    """

    alt: str
    bars: Data | None = None
    lines: list[Data] | None = None


def charts_of(report: Report) -> dict[str, Chart]:
    """The charts that the PDF shows of a report, by their names; none of what is not there."""
    data, found = data_of(report), dict[str, Chart]()
    if report.place is not None:
        funnel = data["funnel"]
        found["funnel_chart"] = Chart(f"{data['titles']['funnel']}: {funnel['alt']}", bars=funnel)
        if trends := data["trends"]:
            said = "; ".join(f"{one['title']}: {one['alt']}" for one in trends)
            found["trend_chart"] = Chart(said, lines=trends)
    for table in layout.TABLES:
        if drawn := chart_of(report, table):
            said = f"{drawn['title']}: {drawn['alt']}"
            found[f"{table.dimension}_chart"] = Chart(said, bars=drawn)
    return found


def pictures_of(charts: dict[str, Chart]) -> dict[str, bytes]:
    """The charts, drawn."""
    shown = [{"bars": one.bars, "lines": one.lines} for one in charts.values()]
    pictures = render_png(TEMPLATE, {"lang": language(), "charts": shown}) if shown else []
    return dict(zip(charts, pictures, strict=True))
