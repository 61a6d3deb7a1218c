"""Two measures of the same things side by side, each on a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.charts.bars import Bar
from dashboards.charts.graph import LEGEND, Trace, axis, graph
from dashboards.charts.palette import MAIN, MUTED, PAPER, REACH

Side = tuple[str, Sequence[Bar]]
"""A title, and a bar for each thing; both sides name the same things in the same order."""
COLOURS = (MAIN, REACH["reach_reported"])
SPANS = ([0, 0.47], [0.53, 1])
ROW, NAME = 52, 23
"""Pixels of a row, and by how many its name stands above the middle of its bars."""


def twin_bars(name: str, left: Side, right: Side, label: str) -> Component:
    """Lying bars from the top down; each name stands above its two bars, which need the width."""
    sides = (left, right)
    layout = {
        "yaxis": axis(
            range=[len(left[1]) - 0.4, -0.8], type="category", showgrid=False, showticklabels=False
        ),
        "bargap": 0.55,
        "legend": LEGEND,
        "annotations": [_name(bar.name) for bar in left[1]],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 4},
    }
    for place, ((_title, drawn), span) in enumerate(zip(sides, SPANS, strict=True)):
        layout["xaxis2" if place else "xaxis"] = _axis(drawn, span)
    traces = [_trace(place, title, drawn) for place, (title, drawn) in enumerate(sides)]
    return graph(name, traces, layout, 60 + ROW * len(left[1]), label)


def _name(text: str) -> Trace:
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": text,
        "yshift": NAME,
        "showarrow": False,
        "font": {"size": 13, "color": MUTED},
        # A long name runs over the line that the right-hand bars begin at.
        "bgcolor": PAPER,
        "borderpad": 0,
    }


def _axis(drawn: Sequence[Bar], span: Sequence[float]) -> Trace:
    top = max([bar.value or 0 for bar in drawn] + [0])
    room = 1.1 + 0.11 * max(len(bar.text) for bar in drawn)
    return axis(
        domain=list(span),
        range=[0, top * room or 1],
        showticklabels=False,
        showgrid=False,
        zeroline=True,
        anchor="y",
    )


def _trace(place: int, title: str, drawn: Sequence[Bar]) -> Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "xaxis": "x2" if place else "x",
        "x": [bar.value for bar in drawn],
        "y": [bar.name for bar in drawn],
        "name": title,
        "marker": {"color": COLOURS[place]},
        "text": [bar.text for bar in drawn],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [bar.link for bar in drawn],
        "hovertemplate": "%{y}: %{text}<extra>" + title + "</extra>",
    }
