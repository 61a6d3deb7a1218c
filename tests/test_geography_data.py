"""The data files of places: complete, consistent, and a map that fills provinces, not the world."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import geothai
import pytest

from registry.geography import seed
from registry.geography.data.make_map import signed_area, simplify

DATA = Path(seed.DATA)
CITIES = {
    "10": (100.50, 13.75),
    "38": (103.65, 18.33),
    "43": (102.75, 17.85),
    "50": (98.99, 18.79),
    "34": (104.85, 15.24),
    "83": (98.36, 7.95),
    "90": (100.47, 7.00),
    "71": (99.53, 14.02),
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shapes() -> dict[str, list[Any]]:
    found = json.loads((DATA / "provinces.geojson").read_text(encoding="ascii"))["features"]
    return {shape["properties"]["code"]: shape["geometry"]["coordinates"] for shape in found}


def inside(point: tuple[float, float], ring: list[list[float]]) -> bool:
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, ring[1:], strict=False):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


def test_provinces_are_those_of_the_interior_ministry() -> None:
    ours = {(r["dopa_code"], r["name_th"], r["name_en"]) for r in rows("provinces.csv")}
    assert ours == {(p.code, p.name_th, p.name_en) for p in geothai.provinces()}
    assert all(r["iso_code"] == f"TH-{r['dopa_code']}" for r in rows("provinces.csv"))


def test_every_zone_has_its_seat_inside_and_bangkok_is_headquarters() -> None:
    zone_of = {row["dopa_code"]: row["zone"] for row in rows("provinces.csv")}
    zones = rows("zones.csv")
    assert [row["code"] for row in zones] == [str(number) for number in range(9)]
    assert all(zone_of[row["seat"]] == row["code"] for row in zones)
    assert [code for code, zone in zone_of.items() if zone == "0"] == ["10"]


def test_aliases_name_one_province_each() -> None:
    provinces = {row["dopa_code"] for row in rows("provinces.csv")}
    names = {row["name_th"] for row in rows("provinces.csv")}
    aliases = rows("province_aliases.csv")
    assert {row["province_code"] for row in aliases} == provinces
    assert len({row["alias"].casefold() for row in aliases}) == len(aliases)
    assert not names & {row["alias"] for row in aliases}
    known = {row["alias"]: row["province_code"] for row in aliases}
    assert [known[name] for name in ("โคราช", "แปดริ้ว", "สุพรรณ", "เมืองคอน", "Korat")] == [
        "30",
        "24",
        "72",
        "80",
        "30",
    ]


def test_the_map_has_every_province_and_is_small(shapes: dict[str, list[Any]]) -> None:
    assert set(shapes) == {row["dopa_code"] for row in rows("provinces.csv")}
    assert (DATA / "provinces.geojson").stat().st_size < 150_000


def test_rings_are_closed_and_run_clockwise_within_thailand(shapes: dict[str, list[Any]]) -> None:
    for code, polygons in shapes.items():
        for (ring,) in polygons:
            assert ring[0] == ring[-1], code
            assert len(ring) >= 4, code
            assert signed_area(ring) < 0, code
            assert all(97 < x < 106 and 5.5 < y < 20.6 for x, y in ring), code


@pytest.mark.parametrize("code", CITIES)
def test_a_city_lies_in_its_own_province_only(code: str, shapes: dict[str, list[Any]]) -> None:
    holders = [
        holder
        for holder, polygons in shapes.items()
        if any(inside(CITIES[code], ring) for (ring,) in polygons)
    ]
    assert holders == [code]


def test_simplifying_keeps_ends_and_drops_what_is_nearly_straight() -> None:
    assert simplify([(0, 0), (1, 0.001), (2, 0)]) == [(0, 0), (2, 0)]
    assert simplify([(0, 0), (1, 1), (2, 0)]) == [(0, 0), (1, 1), (2, 0)]
    loop = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    assert simplify(loop) == loop
