"""Lying bars: names can be read, and the longest stands at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards.charts.graph import Trace, axis, graph
from dashboards.charts.names import SPACE, in_two
from dashboards.charts.palette import INK, MAIN, PAPER, written_on

LONGEST = 22
"""Letters of a name in one line; longer ones that have a space take two."""


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
    layout = {
        "xaxis": axis(range=[0, top * 1.08 or 1], showticklabels=False, showgrid=False),
        "yaxis": axis(
            autorange="reversed",
            type="category",
            showgrid=False,
            tickvals=[bar.name for bar in drawn],
            ticktext=[_in_lines(bar.name) for bar in drawn],
        ),
        "bargap": 0.35,
    }
    marked = [bar for bar in drawn if bar.before is not None]
    beside = [bar for bar in drawn if not has_room(bar, top)]
    traces = [_trace(drawn, top), *(_marks(marked) if marked else []), _beside(beside)]
    return graph(name, traces, layout | {"showlegend": False}, 40 + 34 * len(drawn), label)


def has_room(bar: Bar, top: float) -> bool:
    """Whether its text fits into a bar on a phone; else it stands beside it."""
    return bool(top) and (bar.value or 0) / top > 0.08 + 0.042 * len(bar.text)


def _in_lines(name: str) -> str:
    lines = in_two(name) if len(name) > LONGEST else [name]
    return "<br>".join(f"{line}{SPACE}" for line in lines)


def _marks(drawn: Sequence[Bar]) -> list[Trace]:
    """Thin marks, edged so that they are seen on a dark bar too."""
    return [_mark(drawn, PAPER, 6) | {"hoverinfo": "skip"}, _mark(drawn, INK, 2)]


def _mark(drawn: Sequence[Bar], colour: str, width: int) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [bar.before for bar in drawn],
        "y": [bar.name for bar in drawn],
        "marker": {
            "symbol": "line-ns-open",
            "size": 22,
            "color": colour,
            "line": {"width": width},
        },
        "text": [bar.before_text for bar in drawn],
        "cliponaxis": False,
        "hovertemplate": None if colour == PAPER else "%{text}<extra></extra>",
    }


def _trace(drawn: Sequence[Bar], top: float) -> Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [bar.value for bar in drawn],
        "y": [bar.name for bar in drawn],
        "marker": {"color": [bar.colour for bar in drawn]},
        "text": [f"{SPACE}{bar.text}" for bar in drawn],
        "textposition": ["inside" if has_room(bar, top) else "none" for bar in drawn],
        "insidetextanchor": "start",
        "insidetextfont": {"color": [written_on(bar.colour) for bar in drawn]},
        "textangle": 0,
        "constraintext": "none",
        "customdata": [bar.link for bar in drawn],
        "hovertemplate": "%{y}:%{text}<extra></extra>",
    }


def _beside(drawn: Sequence[Bar]) -> Trace:
    """Texts to the right of their bars, and of the marks across them."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [max(bar.value or 0, bar.before or 0) for bar in drawn],
        "y": [bar.name for bar in drawn],
        "text": [f"{SPACE}{bar.text}" for bar in drawn],
        "textposition": "middle right",
        "customdata": [bar.link for bar in drawn],
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
