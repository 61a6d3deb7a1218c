"""Standing bars without gaps: how often each span of a duration came about."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.bars import Bar
from dashboards.charts.graph import axis, graph


def histogram(name: str, drawn: Sequence[Bar], colour: str, label: str) -> Component:
    """Bars in the order given, all of one colour."""
    trace = {
        "type": "bar",
        "x": [bar.name for bar in drawn],
        "y": [bar.value for bar in drawn],
        "text": [bar.text for bar in drawn],
        "textposition": "none",
        "customdata": [bar.link for bar in drawn],
        "marker": {"color": colour},
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }
    layout = {
        "xaxis": axis(type="category", showgrid=False, tickangle=-90),
        "yaxis": axis(rangemode="tozero", tickformat=",.0f", nticks=6),
        "bargap": 0.06,
    }
    return graph(name, [trace], layout, 360, label)
