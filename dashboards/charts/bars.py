"""Lying bars: names can be read, and the longest stands at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from dash.development.base_component import Component

from dashboards.charts.graph import axis, graph
from dashboards.charts.palette import MAIN


@dataclass(frozen=True)
class Bar:
    """One bar: its name, value, the value in words, colour, and the rows behind it."""

    name: str
    value: float | int | None
    text: str
    link: str = ""
    colour: str = MAIN


def bars(name: str, drawn: Sequence[Bar], label: str, *, share: bool = False) -> Component:
    """Bars from the top down, in the order given."""
    figure = go.Figure(
        go.Bar(
            x=[bar.value for bar in drawn],
            y=[bar.name for bar in drawn],
            orientation="h",
            marker={"color": [bar.colour for bar in drawn]},
            text=[bar.text for bar in drawn],
            textposition="outside",
            cliponaxis=False,
            customdata=[bar.link for bar in drawn],
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    top = max([bar.value or 0 for bar in drawn] + [0])
    figure.update_xaxes(
        axis(
            range=[0, top * 1.28 or 1],
            showticklabels=False,
            showgrid=False,
            tickformat=".0%" if share else ",.0f",
        )
    )
    figure.update_yaxes(axis(autorange="reversed", type="category", showgrid=False, ticksuffix=" "))
    figure.update_layout(bargap=0.35)
    return graph(name, figure, 40 + 34 * len(drawn), label)
