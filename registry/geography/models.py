"""Places: provinces for ever, zones by date of effect."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base


class Zone(Base):
    """A zone (เขต) of the department; 0 is headquarters, which looks after Bangkok."""

    __tablename__ = "zone"

    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name_th: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))


class Province(Base):
    """A province by its two-digit DOPA code."""

    __tablename__ = "province"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    iso: Mapped[str] = mapped_column(String(8))
    name_th: Mapped[str] = mapped_column(String(80), unique=True)
    name_en: Mapped[str] = mapped_column(String(80))


class ProvinceZone(Base):
    """Which zone a province belongs to, from and to a day (``valid_to`` exclusive, or open)."""

    __tablename__ = "province_zone"
    __table_args__ = (Index("ix_province_zone_span", "province_code", "valid_from", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    zone_code: Mapped[int] = mapped_column(ForeignKey("zone.code"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    evidence: Mapped[str | None] = mapped_column(String(20))


class District(Base):
    """A district (อำเภอ / เขต in Bangkok) by its four-digit code."""

    __tablename__ = "district"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), index=True)
    name_th: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))


class Subdistrict(Base):
    """A subdistrict (ตำบล / แขวง) by its six-digit code, with its postcode."""

    __tablename__ = "subdistrict"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    district_code: Mapped[str] = mapped_column(ForeignKey("district.code"), index=True)
    name_th: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    postcode: Mapped[str | None] = mapped_column(String(5))
