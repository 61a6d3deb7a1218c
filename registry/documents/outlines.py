"""The map of provinces as an SVG picture, from the project's own outlines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from math import cos, radians

from registry.geography.seed import DATA

OUTLINES = DATA / "provinces.geojson"
NARROW = cos(radians(13.2))
"""How much narrower a degree of longitude is than one of latitude, in the midst of Thailand."""
BLANK, BORDER, MARGIN = "#ffffff", "#8a97a3", 0.1
Ring = tuple[tuple[float, float], ...]


def map_svg(fills: Mapping[str, str]) -> bytes:
    """Provinces filled with colours by their DOPA codes, the others blank.

    Where only some are filled, the picture shows these and what lies between them.
    """
    shapes = _shapes()
    shown = [point for code in fills.keys() & shapes for ring in shapes[code] for point in ring]
    places = shown or [point for rings in shapes.values() for ring in rings for point in ring]
    left, right = min(x for x, _y in places) - MARGIN, max(x for x, _y in places) + MARGIN
    top, bottom = min(y for _x, y in places) - MARGIN, max(y for _x, y in places) + MARGIN
    wide, high = right - left, bottom - top
    paths = "".join(
        f'<path d="{_path(rings)}" fill="{fills.get(code, BLANK)}"/>'
        for code, rings in shapes.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:.3f} {top:.3f} {wide:.3f} '
        f'{high:.3f}"><g stroke="{BORDER}" stroke-width="{high / 900:.4f}" '
        f'stroke-linejoin="round">{paths}</g></svg>'
    ).encode()


def _path(rings: list[Ring]) -> str:
    return "".join("M" + "L".join(f"{x:.3f} {y:.3f}" for x, y in ring) + "Z" for ring in rings)


@cache
def _shapes() -> dict[str, list[Ring]]:
    """Rings of points by province, the north above."""
    features = json.loads(OUTLINES.read_bytes())["features"]
    return {one["properties"]["code"]: list(_rings(one["geometry"])) for one in features}


def _rings(geometry: dict[str, object]) -> Iterator[Ring]:
    found: object = geometry["coordinates"]
    for polygon in [found] if geometry["type"] == "Polygon" else found:  # type: ignore[attr-defined]
        for ring in polygon:
            yield tuple((x * NARROW, -y) for x, y in ring)
