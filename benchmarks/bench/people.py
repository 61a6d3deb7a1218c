"""Made-up people at any number, quickly: the same ones for the same seed.

Names are syllables put together, so that surnames are about as rare as real ones; numbers and
addresses are of blocks that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import geothai
from stdnum.th import pin

TITLES = ("นาย", "นาง", "นางสาว")
FIRST = (
    "สม",
    "วิ",
    "ประ",
    "ธน",
    "กิตติ",
    "ชู",
    "มาลี",
    "อร",
    "พร",
    "สุ",
    "จันทร์",
    "บุญ",
    "ทอง",
    "ศิริ",
    "นิ",
    "รัตน์",
)
SECOND = (
    "ชาย",
    "หญิง",
    "ศักดิ์",
    "พงษ์",
    "ภา",
    "วรรณ",
    "ชัย",
    "ดา",
    "มาศ",
    "พร",
    "เดช",
    "ยุทธ",
    "นันท์",
    "ลักษณ์",
)
FAMILY = (
    "ศรี",
    "ทอง",
    "แก้ว",
    "บุญ",
    "วงศ์",
    "สุข",
    "จันทร์",
    "คำ",
    "อินทร์",
    "พันธุ์",
    "เจริญ",
    "รุ่ง",
    "มณี",
    "ไชย",
)
ENDINGS = (
    "สุวรรณ",
    "รัตน์",
    "มงคล",
    "ประเสริฐ",
    "เลิศ",
    "พิทักษ์",
    "ธรรม",
    "กุล",
    "โชติ",
    "ไพศาล",
    "วัฒนา",
    "สมบัติ",
)
JOBS = ("เกษตรกร", "ค้าขาย", "รับราชการ", "ผู้ใหญ่บ้าน", "อสม.", "ครู", "ธุรกิจส่วนตัว", "ข้าราชการบำนาญ")
TYPES = (
    "village_volunteer",
    "loudspeaker",
    "community_radio",
    "local_press",
    "government_unit",
    "education",
    "civil_society",
    "youth",
)
ACTIVITIES = (
    "โครงการอบรมเครือข่ายประชาสัมพันธ์ระดับตำบล",
    "เวทีสร้างเครือข่ายข่าวสารชุมชน",
    "โครงการนักประชาสัมพันธ์รุ่นใหม่",
)
CHANNELS = ("line_group", "facebook", "loudspeaker", "face_to_face")
OF_AGE = (21, 74)
FIRST_DAY = date(2023, 10, 1)
"""Nobody joined before; the last joined a thousand days later."""
DAYS = 1_000


class Somebody(NamedTuple):
    """A person as the registry knows one; ``birth_year`` is C.E."""

    title: str
    first: str
    last: str
    national_id: str | None
    birth_year: int
    phone: str
    line_id: str | None
    house: str
    moo: str
    subdistrict: str
    province: str
    postcode: str
    job: str
    network_type: str
    channel: str
    audience: int
    joined: date
    activity: str


def subdistricts() -> list[tuple[str, str]]:
    """All subdistricts with a postcode: code and postcode, in the order of their codes."""
    return [
        (place.code, place.postal_codes[0])
        for province in geothai.provinces()
        for district in geothai.districts(province.code)
        for place in geothai.subdistricts(district.code)
        if place.postal_codes
    ]


def people(number: int, seed: int, *, first: int = 0) -> Iterator[Somebody]:
    """So many people, all over the country.

    Args:
        first: how many were made before; telephones and national IDs go on from there.
    """
    random, places = Random(seed), subdistricts()  # noqa: S311 - for looks, not for secrets
    choice, whole = random.choice, random.randrange
    for serial in range(first, first + number):
        code, postcode = choice(places)
        kind = whole(len(TYPES))
        yield Somebody(
            choice(TITLES),
            choice(FIRST) + choice(SECOND) + (choice(SECOND) if serial % 3 == 0 else ""),
            choice(FAMILY) + choice(ENDINGS) + (choice(ENDINGS) if serial % 2 else choice(FAMILY)),
            national_id(serial) if serial % 10 < 6 else None,
            2026 - whole(*OF_AGE),
            f"0{80_000_000_0 + serial}",
            f"net{serial}" if serial % 10 < 7 else None,
            f"{1 + whole(299)}/{1 + whole(20)}" if serial % 4 == 0 else str(1 + whole(299)),
            str(1 + whole(15)),
            code,
            code[:2],
            postcode,
            choice(JOBS),
            TYPES[kind],
            choice(CHANNELS),
            20 + whole(2_000),
            FIRST_DAY + timedelta(days=whole(DAYS)),
            ACTIVITIES[serial % len(ACTIVITIES)],
        )


def national_id(serial: int) -> str:
    """A well-formed number in a block that has never been issued."""
    body = f"398{serial:09d}"
    return body + str(pin.calc_check_digit(body))
