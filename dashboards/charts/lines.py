"""Lines by month."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.graph import LEGEND, Trace, axis, graph
from dashboards.charts.palette import MAIN, REACH, STEPS
from registry.facts.measure import Measure

STYLES = (("circle", "dot"), ("square", "dash"), ("diamond", "solid"))
"""Mark and dash of the first, second and last line: never colour alone."""
COLOURS = (MAIN, REACH["reach_reported"], STEPS["recipients"])
"""Of measures that have no colour of their own."""
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
    looks = zip(drawn, COLOURS, styles, strict=False)
    traces = [_trace(months, line, colour, *style) for line, colour, style in looks]
    layout = {
        "xaxis": month_axis(months),
        "yaxis": axis(rangemode="tozero", tickformat=_format(drawn[0][0], 0), nticks=6),
        "showlegend": len(drawn) > 1,
        "legend": LEGEND,
    }
    return graph(name, traces, layout, 330, label)


def month_axis(months: Sequence[str]) -> Trace:
    """Months from left to right; month above year, so that five names fit a phone."""
    told = list(months)[(len(months) - 1) % EVERY :: EVERY]
    over = [name.replace(" ", "<br>", 1) for name in told]
    return axis(type="category", showgrid=False, tickvals=told, ticktext=over, tickangle=0)


def _format(one: Measure, digits: int) -> str:
    return f".{digits}%" if one.is_share else f",.{digits if one.is_median else 0}f"


def _trace(months: Sequence[str], line: Line, colour: str, symbol: str, dash: str) -> Trace:
    one, values, links = line
    colour = (STEPS | REACH).get(one.name, colour)
    return {
        "type": "scatter",
        "x": list(months),
        "y": list(values),
        "name": str(one.title),
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"symbol": symbol, "size": 8, "color": colour},
        "customdata": list(links),
        "hovertemplate": "%{x}: %{y:" + _format(one, 1) + "}<extra>" + str(one.title) + "</extra>",
    }
