"""The course of one message: how much happened in each hour or day."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.graph import LEGEND, Trace, axis, graph
from dashboards.charts.palette import PAPER, STEPS

MOST_NAMED = 3
"""So many moments are named on the axis."""


def course_chart(
    name: str,
    labels: Sequence[str],
    received: tuple[str, Sequence[int]],
    passed: tuple[str, Sequence[int]],
    label: str,
) -> Component:
    """Standing bars, side by side: receipts, and times of passing on.

    Args:
        labels: of the hours and days, in order.
        received: the title and a count for each; ``passed`` likewise.
    """
    step = max(1, -(-len(labels) // MOST_NAMED))
    layout = {
        "xaxis": axis(type="category", showgrid=False, tickvals=list(labels)[::step], tickangle=0),
        "yaxis": axis(rangemode="tozero", tickformat=",.0f", nticks=6),
        "barmode": "group",
        "bargap": 0.2,
        "legend": LEGEND,
    }
    traces = [
        _trace(labels, received, STEPS["received"], ""),
        _trace(labels, passed, STEPS["passed_on"], "/"),
    ]
    return graph(name, traces, layout, 330, label)


def _trace(
    labels: Sequence[str], drawn: tuple[str, Sequence[int]], colour: str, hatch: str
) -> Trace:
    title, values = drawn
    return {
        "type": "bar",
        "x": list(labels),
        "y": list(values),
        "name": title,
        "marker": {
            "color": colour,
            "pattern": {"shape": hatch, "fillmode": "overlay", "fgcolor": PAPER},
        },
        "hovertemplate": "%{x}: %{y:,.0f}<extra>" + title + "</extra>",
    }
