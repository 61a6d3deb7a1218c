"""Where it happens: provinces of different size, their subdistricts and offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select

from benchmarks.simulate.columns import Array, Words
from registry.access.models import Office, OfficeKind
from registry.db import db
from registry.geography.models import Province, ProvinceZone, Subdistrict
from registry.geography.queries import province_zones
from registry.periods.models import TimeStandard

MEMBERS_PER_PROVINCE = 40
"""With fewer than that there are fewer provinces, too."""
FEWEST = 6
MOVED, MOVED_TO = "67", 3
"""A province that changes its zone in the middle, and the zone to which it goes."""
STANDARDS = {"publish": 20, "pass_on": 45, "answer": 1440}
"""Minutes by step from the middle on."""
FIRST = ("50", "10", "90", MOVED, "40", "65")
"""Provinces of which the smallest network has members."""


@dataclass(frozen=True)
class Places:
    """Provinces by their place in ``codes``, offices by their ids.

    Attributes:
        weights: share of the members who live in each province.
        office: of each province: the provincial one, of Bangkok that at headquarters.
        zone: of each province, before anything moved.
        regional: office of each zone.
        homes: codes of subdistricts with their postcodes, province by province.
        home_of: where in ``homes`` each province begins; one more at the end.
    """

    codes: tuple[str, ...]
    weights: Array
    office: Array
    zone: Array
    regional: dict[int, int]
    bureaus: tuple[int, ...]
    homes: Words
    postcodes: Words
    districts: Words
    home_of: Array

    @property
    def home_province(self) -> dict[int, int]:
        """The place in ``codes`` of each provincial office's province."""
        return {int(office): place for place, office in enumerate(self.office)}


def read_places(members: int) -> Places:
    """The places of the database, as many provinces as so many members can fill."""
    known = {row.code for row in db.session.scalars(select(Province))}
    later = sorted(known - set(FIRST))
    number = min(len(known), max(FEWEST, members // MEMBERS_PER_PROVINCE))
    codes = tuple(sorted([*FIRST, *later][:number]))
    rows = db.session.execute(select(Subdistrict.code, Subdistrict.postcode)).all()
    homes = sorted((str(code), postcode) for code, postcode in rows if code[:2] in codes)
    names = tuple(code for code, _ in homes)
    starts = np.searchsorted(np.array([name[:2] for name in names]), np.array([*codes, "99"]))
    size = np.diff(starts).astype(float)
    size[codes.index("10")] *= 2  # more people live in a quarter of Bangkok
    zones = province_zones(date(2000, 1, 1))
    offices = _offices()
    return Places(
        codes,
        size / size.sum(),
        np.array([offices[code] for code in codes]),
        np.array([zones[code] for code in codes]),
        _regional(),
        _bureaus(),
        Words(np.arange(len(names)), names),
        _coded([code for _, code in homes]),
        _coded([name[:4] for name in names]),
        starts,
    )


def _coded(texts: list[str | None] | list[str]) -> Words:
    words = sorted({text for text in texts if text})
    place = {word: number for number, word in enumerate(words)}
    return Words(np.array([place.get(text or "", -1) for text in texts]), tuple(words))


def _offices() -> dict[str, int]:
    kinds = (OfficeKind.PROVINCIAL.value, OfficeKind.BUREAU.value)
    query = select(Office.province_code, Office.id).where(Office.kind.in_(kinds))
    found: dict[str, int] = {}
    for row in db.session.execute(query.order_by(Office.id)):
        found.setdefault(str(row[0]), row[1])
    return found


def _regional() -> dict[int, int]:
    query = select(Office).where(Office.kind == OfficeKind.REGIONAL.value)
    return {int(row.zone_code or 0): row.id for row in db.session.scalars(query)}


def _bureaus() -> tuple[int, ...]:
    query = select(Office.id).where(Office.kind == OfficeKind.BUREAU.value)
    return tuple(db.session.scalars(query.order_by(Office.id)))


def change_rules(day: date) -> None:
    """On one day a province goes to another zone, and the standards become stricter."""
    row = db.session.scalars(select(ProvinceZone).filter_by(province_code=MOVED)).one()
    row.valid_to = day
    db.session.add(ProvinceZone(province_code=MOVED, zone_code=MOVED_TO, valid_from=day))
    for step, minutes in STANDARDS.items():
        db.session.add(TimeStandard(step=step, minutes=minutes, valid_from=day, source="ข้อมูลจำลอง"))
