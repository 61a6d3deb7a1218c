"""Lines by month."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from dash.development.base_component import Component

from dashboards.charts.graph import axis, graph
from dashboards.charts.palette import MAIN, REACH, STEPS
from registry.facts.measure import Measure

SYMBOLS = ("circle", "square", "diamond")
DASHES = ("dot", "dash", "solid")
Line = tuple[Measure, Sequence[float | int | None], Sequence[str]]


def lines(name: str, months: Sequence[str], drawn: Sequence[Line], label: str) -> Component:
    """Measures of one unit by month; each line has its colour, dash and mark.

    Args:
        months: labels of the axis.
        drawn: measure, its values, and the address of the rows behind each.
    """
    figure = go.Figure()
    for place, (one, values, links) in enumerate(drawn):
        colour = (STEPS | REACH).get(one.name, MAIN)
        style = (place + len(SYMBOLS) - len(drawn)) % len(SYMBOLS) if len(drawn) <= 3 else place
        figure.add_scatter(
            x=list(months),
            y=list(values),
            name=str(one.title),
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": DASHES[style]},
            marker={"symbol": SYMBOLS[style], "size": 8, "color": colour},
            customdata=list(links),
            hovertemplate="%{x}: %{y:,.0f}<extra>" + str(one.title) + "</extra>",
        )
    figure.update_xaxes(axis(type="category", showgrid=False))
    figure.update_yaxes(axis(rangemode="tozero", tickformat=",.0f", nticks=6))
    figure.update_layout(
        showlegend=len(drawn) > 1,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    return graph(name, figure, 330, label)
