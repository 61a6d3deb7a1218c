"""Lines by month."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.graph import Trace, axis, graph
from dashboards.charts.palette import MAIN, REACH, STEPS
from registry.facts.measure import Measure

STYLES = (("circle", "dot"), ("square", "dash"), ("diamond", "solid"))
"""Mark and dash of the first, second and last line: never colour alone."""
EVERY = 3
"""Every third month is named, the last one in any case."""
Line = tuple[Measure, Sequence[float | int | None], Sequence[str]]


def lines(name: str, months: Sequence[str], drawn: Sequence[Line], label: str) -> Component:
    """Up to three measures of one unit by month.

    Args:
        months: labels of the axis.
        drawn: measure, its values, and the address of the rows behind each.
    """
    styles = STYLES[-len(drawn) :]
    traces = [_trace(months, line, *style) for line, style in zip(drawn, styles, strict=True)]
    told = list(months)[(len(months) - 1) % EVERY :: EVERY]
    layout = {
        "xaxis": axis(type="category", showgrid=False, tickvals=told, tickangle=0),
        "yaxis": axis(rangemode="tozero", tickformat=",.0f", nticks=6),
        "showlegend": len(drawn) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return graph(name, traces, layout, 330, label)


def _trace(months: Sequence[str], line: Line, symbol: str, dash: str) -> Trace:
    one, values, links = line
    colour = (STEPS | REACH).get(one.name, MAIN)
    return {
        "type": "scatter",
        "x": list(months),
        "y": list(values),
        "name": str(one.title),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"symbol": symbol, "size": 8, "color": colour},
        "customdata": list(links),
        "hovertemplate": "%{x}: %{y:,.0f}<extra>" + str(one.title) + "</extra>",
    }
