"""Standing bars without gaps: how often each span of a duration came about."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.graph import axis, graph


def histogram(
    name: str, drawn: Sequence[tuple[str, float, str]], colour: str, label: str
) -> Component:
    """Bars in the order given.

    Args:
        drawn: a span's name, how often it came about, and the same in words.
    """
    trace = {
        "type": "bar",
        "x": [span for span, _count, _text in drawn],
        "y": [count for _span, count, _text in drawn],
        "customdata": [text for _span, _count, text in drawn],
        "marker": {"color": colour},
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
    }
    layout = {
        "xaxis": axis(type="category", showgrid=False, tickangle=-90),
        "yaxis": axis(rangemode="tozero", tickformat=",.0f", nticks=6),
        "bargap": 0.06,
    }
    return graph(name, [trace], layout, 360, label)
