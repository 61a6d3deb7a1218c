"""Growth by month: how many there are, and below how many came and went."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.graph import LEGEND, Trace, axis, graph
from dashboards.charts.lines import Line, month_axis
from dashboards.charts.palette import MAIN, PAPER, REACH, STEPS

UPPER, LOWER = [0.42, 1], [0, 0.34]
"""Shares of the height: what stands above what moves."""


def growth_chart(name: str, months: Sequence[str], drawn: Sequence[Line], label: str) -> Component:
    """A line of what stands at each month's end over bars of what came and went.

    Args:
        months: labels of the axis.
        drawn: what stands, came and went, each with its addresses of the rows behind.
    """
    standing, came, went = drawn
    layout = {
        "xaxis": month_axis(months) | {"anchor": "y2"},
        "yaxis": axis(domain=UPPER, rangemode="tozero", tickformat=",.0f", nticks=5),
        "yaxis2": axis(domain=LOWER, rangemode="tozero", tickformat=",.0f", nticks=4),
        "barmode": "group",
        "bargap": 0.25,
        "legend": LEGEND,
    }
    traces = [
        _line(months, standing),
        _bars(months, came, STEPS["received"], ""),
        _bars(months, went, REACH["reach_reported"], "/"),
    ]
    return graph(name, traces, layout, 400, label)


def _line(months: Sequence[str], line: Line) -> Trace:
    return _trace(months, line) | {
        "type": "scatter",
        "mode": "lines+markers",
        "line": {"color": MAIN, "width": 2.5},
        "marker": {"symbol": "diamond", "size": 8, "color": MAIN},
    }


def _bars(months: Sequence[str], line: Line, colour: str, hatch: str) -> Trace:
    pattern = {"shape": hatch, "fillmode": "overlay", "fgcolor": PAPER}
    return _trace(months, line) | {
        "type": "bar",
        "yaxis": "y2",
        "marker": {"color": colour, "pattern": pattern},
    }


def _trace(months: Sequence[str], line: Line) -> Trace:
    one, values, links = line
    return {
        "x": list(months),
        "y": list(values),
        "name": str(one.title),
        "customdata": list(links),
        "hovertemplate": "%{x}: %{y:,.0f}<extra>" + str(one.title) + "</extra>",
    }
