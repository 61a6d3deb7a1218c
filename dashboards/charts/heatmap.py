"""A field of cells: rows by columns, darker where the value is higher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import category

from dash.development.base_component import Component

from dashboards.charts.graph import Trace, axis, graph
from dashboards.charts.names import SPACE, in_two
from dashboards.charts.palette import INK, MUTED, SCALE

HEAD, FOOT = 56, 28
"""Pixels for the columns' names above or below."""
FEW, WORD = 4, 35
"""Over more columns than these a word of more pixels stands upright: a phone has no room."""
LATIN, THAI = 5.9, 6.8
"""Pixels of a letter of a row's name; vowels and tones above and below take none."""
ROOM, LESS_ROOM = 130, 100
"""Pixels of a line beside a row of few and of many columns; a long name takes two lines if it has
a space, and what is cut short the cell tells whole."""


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
    wide = ROOM if len(field.columns) <= FEW else LESS_ROOM
    parted = [[text] if _width(text) <= wide else in_two(text) for text in field.rows]
    rows = [[_short(line, wide) for line in lines] for lines in parted]
    heads, angle, room = _heads(field)
    above, below = (room, 8) if field.top else (8, room)
    layout = {
        "margin": {"l": _margin(rows), "r": 16, "t": above, "b": below},
        "xaxis": _axis(heads, field.every)
        | {"side": "top" if field.top else "bottom", "tickangle": angle},
        "yaxis": _axis(_written(rows), 1) | {"autorange": "reversed"},
    }
    height = 8 + room + field.size * len(field.rows)
    return graph(name, [_trace(field)], layout, height, label)


def _heads(field: Field) -> tuple[list[str], int, int]:
    """Names of the columns as they are written, their angle, and the pixels they need.

    A line for each word; upright where the columns are many and the words long.
    """
    words = [word for name in field.columns for word in name.split()]
    if len(field.columns) > FEW and max(map(_width, words)) > WORD:
        return list(field.columns), -90, 12 + round(max(map(_width, field.columns)))
    return [name.replace(" ", "<br>") for name in field.columns], 0, HEAD if field.top else FOOT


def _short(line: str, room: float) -> str:
    """A line that has room; one that has not ends in an ellipsis."""
    if _width(line) <= room:
        return line
    while _width(f"{line}…") > room:
        line = line[:-1]
    return f"{line}…"


def _width(line: str) -> float:
    return sum(LATIN if letter.isascii() else THAI for letter in line if category(letter) != "Mn")


def _margin(rows: Sequence[Sequence[str]]) -> int:
    return 12 + round(max(_width(line) for lines in rows for line in lines))


def _written(rows: Sequence[Sequence[str]]) -> list[str]:
    return ["<br>".join(f"{line}{SPACE}" for line in lines) for lines in rows]


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
