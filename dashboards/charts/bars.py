"""Lying bars: names can be read, and the longest stands at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards.charts.graph import Trace, axis, graph
from dashboards.charts.palette import INK, MAIN


@dataclass(frozen=True)
class Bar:
    """One bar: its name, value, the value in words, colour, and the rows behind it.

    Attributes:
        before: the value it is compared with, a thin mark across the bar; and that in words.
    """

    name: str
    value: float | int | None
    text: str
    link: str = ""
    colour: str = MAIN
    before: float | int | None = None
    before_text: str = ""


def bars(name: str, drawn: Sequence[Bar], label: str) -> Component:
    """Bars from the top down, in the order given."""
    top = max([value or 0 for bar in drawn for value in (bar.value, bar.before)] + [0])
    room = 1.1 + 0.045 * max(len(bar.text) for bar in drawn)
    layout = {
        "xaxis": axis(range=[0, top * room or 1], showticklabels=False, showgrid=False),
        "yaxis": axis(autorange="reversed", type="category", showgrid=False, ticksuffix=" "),
        "bargap": 0.35,
    }
    marked = [bar for bar in drawn if bar.before is not None]
    traces = [_trace(drawn), *([_marks(marked)] if marked else [])]
    return graph(name, traces, layout | {"showlegend": False}, 40 + 34 * len(drawn), label)


def _marks(drawn: Sequence[Bar]) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [bar.before for bar in drawn],
        "y": [bar.name for bar in drawn],
        "marker": {
            "symbol": "line-ns-open",
            "size": 22,
            "color": INK,
            "line": {"width": 2},
        },
        "text": [bar.before_text for bar in drawn],
        "cliponaxis": False,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _trace(drawn: Sequence[Bar]) -> Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [bar.value for bar in drawn],
        "y": [bar.name for bar in drawn],
        "marker": {"color": [bar.colour for bar in drawn]},
        "text": [bar.text for bar in drawn],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [bar.link for bar in drawn],
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
