"""Made-up members whose truth is known: what a right reading of their row must give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

import geothai
from stdnum.th import pin

TODAY = date(2026, 7, 31)
TITLES = [
    "นาย", "นาง", "นางสาว", "ดร.", "ว่าที่ ร.ต.", "ว่าที่ ร.ต. หญิง", "พ.ต.ท.", "ผศ.ดร.", "เด็กชาย", "ส.อ.",
]  # fmt: skip
FIRST = [
    "สมชาย", "คุณากร", "ดรุณี", "พลอย", "ศศิธร", "นารี", "อาจารี", "นาวา", "จำนงค์", "น้ำทิพย์", "ร้อยแก้ว",
    "พันธุ์ทิพย์", "แม่นมาส", "รวมพร", "รวม", "สิบทิศ", "หมายมั่น", "เบญจมาศ", "พระพาย", "เกษม", "โกวิท",
]  # fmt: skip
LAST = [
    "ใจดี", "ณ เชียงใหม่", "งามตา", "รวมทรัพย์", "พงษ์ศักดิ์", "แก้วใส", "น้ำใส", "เทศบาล", "ไม่มีโรค", "ศรีสุข",
    "บ้านใหม่", "เมืองแก้ว", "ตำบลดี", "ผิวขำ",
]  # fmt: skip
JOBS = ["เกษตรกร", "ค้าขาย", "รับราชการ", "ครู", "ผู้ใหญ่บ้าน", "พนักงานบริษัท"]
OFFICES = ["อบต.ริมใต้", "เทศบาลเมืองน่าน", "โรงเรียนวัดดอน", "ชมรมผู้สูงอายุ"]
POSITIONS = ["ผู้ใหญ่บ้าน", "ประธานชุมชน", "กำนัน", "สมาชิก", "เลขานุการ"]
TYPES = {
    "อป.มช.": "village_volunteer",
    "หอกระจายข่าว": "loudspeaker",
    "วิทยุชุมชน": "community_radio",
    "สื่อมวลชนท้องถิ่น": "local_press",
}
CHANNEL_NAMES = ["บ้านเรา", "ข่าวดีวันนี้", "คนข่าวเหนือ", "ริมใต้ 4", "ชาวสุเทพ", "รักษ์ถิ่น"]


@dataclass(frozen=True)
class Place:
    """A real subdistrict with everything that it lies in."""

    subdistrict: Any
    district: Any
    province: Any

    @property
    def postcode(self) -> str:
        """One of its postcodes."""
        return str(self.subdistrict.postal_codes[0])


@dataclass(frozen=True)
class Channel:
    """One channel that a member looks after."""

    kind: str
    name: str
    audience: int

    def as_dict(self) -> dict[str, Any]:
        """As a row's values hold it."""
        return {"kind": self.kind, "name": self.name, "url": None, "audience": self.audience}


@dataclass(frozen=True)
class Person:
    """The truth about one member; years and days are C.E."""

    title: str
    first: str
    last: str
    national_id: str
    born: int
    phones: tuple[str, ...]
    line_id: str
    email: str
    place: Place
    house_no: str
    moo: str
    occupation: str
    organisation: str
    position: str
    network_type: str
    joined_on: date
    channels: tuple[Channel, ...]
    notes: str


@lru_cache(maxsize=1)
def places() -> list[Place]:
    """All subdistricts of the country with a postcode."""
    return [
        Place(subdistrict, district, province)
        for province in geothai.provinces()
        for district in geothai.districts(province.code)
        for subdistrict in geothai.subdistricts(district.code)
        if subdistrict.postal_codes
    ]


@lru_cache(maxsize=80)
def places_in(province: str) -> list[Place]:
    """The places of one province."""
    return [place for place in places() if place.province.code == province]


def person(random: Random, number: int, place: Place) -> Person:
    """Anybody; the number keeps contacts apart."""
    phones = [_phone(random, number)]
    if random.random() < 0.2:
        phones.append(f"0531{random.randrange(10**5):05d}")
    return Person(
        random.choice(TITLES),
        random.choice(FIRST),
        random.choice(LAST),
        _national_id(random),
        random.randrange(1940, 2010),
        tuple(phones),
        random.choice([f"user.{number}", f"somchai_{number}", f"{number}abc"]),
        f"somebody{number}@example.com",
        place,
        random.choice(["12/3", "7", "101/12", "9/9"]),
        str(random.randrange(1, 20)),
        random.choice(JOBS),
        random.choice(OFFICES),
        random.choice(POSITIONS),
        random.choice(list(TYPES.values())),
        date(2015, 1, 1) + timedelta(days=random.randrange(4_200)),
        tuple(_channel(random) for _ in range(random.choice([0, 1, 1, 2, 3]))),
        random.choice(["", "", "แนะนำโดยเพื่อน", "รอเอกสาร"]),
    )


def _phone(random: Random, number: int) -> str:
    start = random.choice(["081", "089", "065", "098", "091", "02618", "04421"])
    return (
        start + f"{random.randrange(10):d}{number:06d}"[: (9 if start < "06" else 10) - len(start)]
    )


def _national_id(random: Random) -> str:
    first = f"{random.randrange(1, 9)}{random.randrange(10**11):011d}"
    return first + str(pin.calc_check_digit(first))


def _channel(random: Random) -> Channel:
    kind = random.choice(["line_group", "facebook", "tiktok", "youtube", "loudspeaker", "radio"])
    return Channel(kind, random.choice(CHANNEL_NAMES), random.randrange(1, 40) * 50)
