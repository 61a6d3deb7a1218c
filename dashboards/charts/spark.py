"""A line in a few pixels: a picture that the page carries itself, named in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboards.charts.palette import MAIN

WIDTH, HEIGHT, EDGE = 120, 28, 3
FLATTEST = 0.2
"""So much of the highest value the picture spans at least: little change must look little."""


def spark(values: Sequence[float | int | None], told: str) -> Component:
    """The course of a value; a gap where it is absent.

    Args:
        told: the values in words, for those who do not see it.
    """
    lines = "".join(_line(points) for points in _runs(_placed(values)))
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none">{lines}</svg>'
    )
    return html.Img(src=f"data:image/svg+xml,{quote(drawn)}", alt=told, title=told)


def _placed(values: Sequence[float | int | None]) -> list[tuple[float, float] | None]:
    known = [value for value in values if value is not None]
    top = max(known, default=0)
    low = min(min(known, default=0), top * (1 - FLATTEST))
    step, room = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1), HEIGHT - 2 * EDGE
    return [
        None
        if value is None
        else (EDGE + step * place, EDGE + room * (1 - (value - low) / ((top - low) or 1)))
        for place, value in enumerate(values)
    ]


def _runs(placed: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in [*placed, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _line(points: list[tuple[float, float]]) -> str:
    """A line; of a single point a dot, which a round end of a line draws."""
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in (points if len(points) > 1 else points * 2))
    look = 'stroke-width="2" stroke-linecap="round" vector-effect="non-scaling-stroke"'
    return f'<polyline points="{told}" fill="none" stroke="{MAIN}" {look}/>'
