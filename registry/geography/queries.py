"""Reading places; they are public facts, so no scope limits them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, or_, select

from registry.db import db, once
from registry.geography.models import District, Province, ProvinceZone, Subdistrict, Zone
from registry.thai import dictionary_order


def province_zones(day: date) -> dict[str, int]:
    """Zone of every province by the mapping in force on a day: ``{"50": 3, …}``."""
    return once(("province_zones", day), lambda: _province_zones(day))


def _province_zones(day: date) -> dict[str, int]:
    row = ProvinceZone
    query = select(row.province_code, row.zone_code).where(
        row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to > day)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def zones_on(days: Iterable[date]) -> dict[date, dict[str, int]]:
    """Zone of every province on some days, in one question."""
    row = ProvinceZone
    columns = (row.province_code, row.zone_code, row.valid_from, row.valid_to)
    rows = db.session.execute(select(*columns)).all()
    return {
        day: {
            code: zone for code, zone, start, end in rows if start <= day and (not end or end > day)
        }
        for day in days
    }


def provinces() -> list[Province]:
    """All provinces, in the order of their codes."""
    return list(db.session.scalars(select(Province).order_by(Province.code)))


def zones() -> list[Zone]:
    """All zones, headquarters first."""
    return list(db.session.scalars(select(Zone).order_by(Zone.code)))


def districts(province: str) -> list[District]:
    """Districts of a province by name."""
    query = select(District).where(District.province_code == province)
    return sorted(db.session.scalars(query), key=_by_name)


def subdistricts(district: str) -> list[Subdistrict]:
    """Subdistricts of a district by name."""
    query = select(Subdistrict).where(Subdistrict.district_code == district)
    return sorted(db.session.scalars(query), key=_by_name)


def _by_name(place: District | Subdistrict) -> tuple[str, str]:
    return dictionary_order(place.name_th)


def zones_with_provinces(day: date) -> list[tuple[Zone, list[Province]]]:
    """Every zone with its provinces by the mapping in force on a day."""
    mapping, places = province_zones(day), provinces()
    return [
        (zone, [place for place in places if mapping.get(place.code) == zone.code])
        for zone in zones()
    ]


def zone_moves() -> list[tuple[ProvinceZone, Province, Zone]]:
    """Moves of provinces between zones, the latest first; the first mapping is no move."""
    first = select(func.min(ProvinceZone.valid_from)).scalar_subquery()
    query = (
        select(ProvinceZone, Province, Zone)
        .join(Province, Province.code == ProvinceZone.province_code)
        .join(Zone, Zone.code == ProvinceZone.zone_code)
        .where(ProvinceZone.valid_from > first)
        .order_by(ProvinceZone.valid_from.desc(), ProvinceZone.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]
