"""Filling an empty database with places and offices, from the data files beside this module.

Running it again adds what is missing and changes nothing that exists: a reorganisation is a new
row with its date of effect, made by an administrator, never an edit of the seed.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import geothai
from sqlalchemy import insert, select

from registry.access.models import Office, OfficeKind
from registry.db import db
from registry.geography.models import District, Province, ProvinceZone, Subdistrict, Zone

DATA = Path(__file__).parent / "data"
BEFORE_ALL_FACTS = date(2000, 1, 1)
BUREAUS = (
    ("C-PRDB", "สำนักพัฒนาการประชาสัมพันธ์", "Bureau of Public Relations Development", "สพป."),
    ("C-NNT", "สำนักข่าว", "News Bureau", "สนข."),
)


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a data file."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def seed_places() -> None:
    """Zones, provinces with their zones, districts and subdistricts."""
    if db.session.scalar(select(Province.code).limit(1)):
        return
    provinces = rows_of("provinces.csv")
    _insert(Zone, [_zone(row) for row in rows_of("zones.csv")])
    _insert(Province, [_province(row) for row in provinces])
    _insert(ProvinceZone, [_mapping(row) for row in provinces])
    districts = [
        row for province in geothai.provinces() for row in geothai.districts(province.code)
    ]
    subdistricts = [row for place in districts for row in geothai.subdistricts(place.code)]
    _insert(District, [_district(row) for row in districts])
    _insert(Subdistrict, [_subdistrict(row) for row in subdistricts])


def _insert(model: type, rows: list[dict[str, object]]) -> None:
    db.session.execute(insert(model), rows)


def _zone(row: dict[str, str]) -> dict[str, object]:
    return {"code": int(row["code"]), "name_th": row["name_th"], "name_en": row["name_en"]}


def _province(row: dict[str, str]) -> dict[str, object]:
    return {
        "code": row["dopa_code"],
        "iso": row["iso_code"],
        "name_th": row["name_th"],
        "name_en": row["name_en"],
    }


def _mapping(row: dict[str, str]) -> dict[str, object]:
    return {
        "province_code": row["dopa_code"],
        "zone_code": int(row["zone"]),
        "valid_from": BEFORE_ALL_FACTS,
        "evidence": row["zone_evidence"],
    }


def _district(row: Any) -> dict[str, object]:
    return {
        "code": row.code,
        "province_code": row.province_code,
        "name_th": row.name_th,
        "name_en": row.name_en,
    }


def _subdistrict(row: Any) -> dict[str, object]:
    return {
        "code": row.code,
        "district_code": row.district_code,
        "name_th": row.name_th,
        "name_en": row.name_en,
        "postcode": next(iter(row.postal_codes), None),
    }


def seed_offices() -> None:
    """The bureaus, the eight regional offices and the 76 provincial offices."""
    known = set(db.session.scalars(select(Office.code)))
    rows = [*_bureaus(), *_regional(), *_provincial()]
    missing = [row for row in rows if row["code"] not in known]
    if missing:
        _insert(Office, missing)


def _office(code: str, kind: OfficeKind, th: str, en: str, short: str) -> dict[str, object]:
    return {
        "code": code,
        "kind": kind.value,
        "name_th": th,
        "name_en": en,
        "short_th": short,
        "may_publish": True,
        "province_code": None,
        "zone_code": None,
    }


def _bureaus() -> list[dict[str, object]]:
    rows = [_office(code, OfficeKind.BUREAU, th, en, short) for code, th, en, short in BUREAUS]
    return [row | {"province_code": "10", "zone_code": 0} for row in rows]


def _regional() -> list[dict[str, object]]:
    return [
        _office(
            f"R{zone}",
            OfficeKind.REGIONAL,
            f"สำนักประชาสัมพันธ์เขต {zone}",
            f"Public Relations Office, Zone {zone}",
            f"สปข.{zone}",
        )
        | {"zone_code": zone}
        for zone in range(1, 9)
    ]


def _provincial() -> list[dict[str, object]]:
    return [
        _office(
            f"P{row['dopa_code']}",
            OfficeKind.PROVINCIAL,
            f"สำนักงานประชาสัมพันธ์จังหวัด{row['name_th']}",
            f"{row['name_en']} Provincial Public Relations Office",
            f"ส.ปชส.{row['name_th']}",
        )
        | {"province_code": row["dopa_code"]}
        for row in rows_of("provinces.csv")
        if row["dopa_code"] != "10"
    ]
