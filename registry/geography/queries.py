"""Reading places; they are public facts, so no scope limits them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from registry.db import db
from registry.geography.models import District, Province, ProvinceZone, Subdistrict, Zone


def province_zones(day: date) -> dict[str, int]:
    """Zone of every province by the mapping in force on a day: ``{"50": 3, …}``."""
    row = ProvinceZone
    query = select(row.province_code, row.zone_code).where(
        row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to > day)
    )
    return {code: zone for code, zone in db.session.execute(query)}


def provinces() -> list[Province]:
    """All provinces, in the order of their codes."""
    return list(db.session.scalars(select(Province).order_by(Province.code)))


def zones() -> list[Zone]:
    """All zones, headquarters first."""
    return list(db.session.scalars(select(Zone).order_by(Zone.code)))


def districts(province: str) -> list[District]:
    """Districts of a province by name."""
    query = select(District).where(District.province_code == province)
    return list(db.session.scalars(query.order_by(District.name_th)))


def subdistricts(district: str) -> list[Subdistrict]:
    """Subdistricts of a district by name."""
    query = select(Subdistrict).where(Subdistrict.district_code == district)
    return list(db.session.scalars(query.order_by(Subdistrict.name_th)))
