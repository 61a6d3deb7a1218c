"""A field of cells: rows by columns, darker where the value is higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from dash.development.base_component import Component

from dashboards.charts.graph import Trace, axis, graph
from dashboards.charts.palette import INK, MUTED, SCALE

HEAD, FOOT = 56, 28
"""Pixels for the columns' names above or below."""
LETTER = 6.8
"""Pixels of a letter of a row's name."""
LONGEST = 18
"""Letters of a row's name beside its row; the cell tells the whole."""


@dataclass(frozen=True)
class Tile:
    """One cell.

    Attributes:
        shade: from 0, the lightest, to 1, the darkest.
        text: what its hover tells.
        said: what is written in it.
        link: the address of the rows behind it.
    """

    shade: float
    text: str
    said: str = ""
    link: str = ""


@dataclass(frozen=True)
class Field:
    """Names of columns and rows, and the cells of each row.

    Attributes:
        every: every so many columns are named.
        size: height of a row in pixels.
        top: whether the columns' names stand above.
    """

    columns: Sequence[str]
    rows: Sequence[str]
    tiles: Sequence[Sequence[Tile]]
    every: int = 1
    size: int = 34
    top: bool = False


def heatmap(name: str, field: Field, label: str) -> Component:
    """The field with its rows from the top down; names that are too long are cut short."""
    names, room = [_short(text) for text in field.rows], HEAD if field.top else FOOT
    above, below = (room, 8) if field.top else (8, room)
    layout = {
        "margin": {"l": _width(names), "r": 16, "t": above, "b": below},
        "xaxis": _axis(field.columns, field.every) | {"side": "top" if field.top else "bottom"},
        "yaxis": _axis(names, 1) | {"autorange": "reversed", "ticksuffix": " "},
    }
    height = 8 + room + field.size * len(field.rows)
    return graph(name, [_trace(field)], layout, height, label)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _width(names: Sequence[str]) -> int:
    """Pixels for the rows' names; vowels and tones above and below take none."""
    letters = (sum(category(letter) != "Mn" for letter in name) for name in names)
    return 12 + round(LETTER * max(letters))


def _axis(names: Sequence[str], every: int) -> Trace:
    places = list(range(0, len(names), every))
    return axis(
        tickvals=places,
        ticktext=[names[place] for place in places],
        tickangle=0,
        automargin=False,
        showgrid=False,
        zeroline=False,
        tickfont={"color": MUTED, "size": 11.5},
    )


def _trace(field: Field) -> Trace:
    return {
        "type": "heatmap",
        "z": [[tile.shade for tile in row] for row in field.tiles],
        "zmin": 0,
        "zmax": 1,
        "text": [[tile.said for tile in row] for row in field.tiles],
        "texttemplate": "%{text}",
        "textfont": {"size": 13 if len(field.columns) <= 4 else 11, "color": INK},
        "hovertext": [[tile.text for tile in row] for row in field.tiles],
        "customdata": [[tile.link for tile in row] for row in field.tiles],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "colorscale": [list(step) for step in SCALE],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
