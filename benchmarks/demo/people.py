"""Made-up people: names from Faker, numbers that no office has issued."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import geothai
from faker import Faker
from stdnum.th import pin

TYPES = (
    ("อป.มช.", 40),
    ("หอกระจายข่าว", 20),
    ("วิทยุชุมชน", 7),
    ("สื่อมวลชนท้องถิ่น", 6),
    ("หน่วยงานภาครัฐ", 8),
    ("สถาบันการศึกษา", 7),
    ("ภาคประชาสังคม", 7),
    ("เยาวชนและผู้มีอิทธิพลทางสื่อ", 5),
)
CHANNELS = {
    "อป.มช.": (("กลุ่มไลน์", "ไลน์หมู่บ้าน", 40, 350), ("เฟซบุ๊ก", "เพจชุมชน", 200, 2500)),
    "หอกระจายข่าว": (("หอกระจายข่าว", "หอกระจายข่าวหมู่บ้าน", 150, 900),),
    "วิทยุชุมชน": (("วิทยุชุมชน", "สถานีวิทยุชุมชน", 2000, 15000), ("เฟซบุ๊ก", "เพจสถานี", 800, 6000)),
    "สื่อมวลชนท้องถิ่น": (("เฟซบุ๊ก", "เพจข่าว", 3000, 60000), ("เว็บไซต์", "เว็บข่าว", 1500, 20000)),
    "หน่วยงานภาครัฐ": (("เฟซบุ๊ก", "เพจหน่วยงาน", 800, 9000), ("กลุ่มไลน์", "ไลน์หน่วยงาน", 40, 300)),
    "สถาบันการศึกษา": (("เฟซบุ๊ก", "เพจโรงเรียน", 400, 5000), ("กลุ่มไลน์", "ไลน์ผู้ปกครอง", 60, 480)),
    "ภาคประชาสังคม": (("กลุ่มไลน์", "ไลน์ชมรม", 30, 250), ("พบปะโดยตรง", "เวทีชุมชน", 20, 120)),
    "เยาวชนและผู้มีอิทธิพลทางสื่อ": (("ติ๊กต็อก", "ช่อง TikTok", 2000, 90000),),
}
JOBS = (
    "เกษตรกร",
    "ค้าขาย",
    "รับราชการ",
    "ผู้ใหญ่บ้าน",
    "อสม.",
    "ครู",
    "ธุรกิจส่วนตัว",
    "ข้าราชการบำนาญ",
    "ผู้สื่อข่าว",
    "นักศึกษา",
)
TITLES = (("นาย", 46), ("นาง", 30), ("นางสาว", 22), ("ว่าที่ ร.ต.", 2))
ACTIVITIES = (
    "โครงการอบรมเครือข่ายประชาสัมพันธ์ระดับตำบล",
    "เวทีสร้างเครือข่ายข่าวสารชุมชน",
    "โครงการนักประชาสัมพันธ์รุ่นใหม่",
    "ประชุมเชิงปฏิบัติการผู้ดูแลหอกระจายข่าว",
)


@dataclass
class Person:
    """One row of a sign-up sheet, before an office writes it down in its own way."""

    title: str
    first: str
    last: str
    national_id: str
    birth_year_be: int
    phone: str
    line_id: str
    house: str
    moo: int
    subdistrict: str
    district: str
    province: str
    postcode: str
    job: str
    kind: str
    joined: date
    activity: str
    channels: list[tuple[str, str, int]] = field(default_factory=list)


class Crowd:
    """Makes people, the same ones for the same seed."""

    def __init__(self, seed: int, first_day: date, last_day: date) -> None:
        self.random = Random(seed)  # noqa: S311 - for looks, not for secrets
        self.faker = Faker("th_TH")
        self.faker.seed_instance(seed)
        self.first_day, self.days = first_day, (last_day - first_day).days
        self.count = 0

    def of_province(self, code: str, number: int) -> Iterator[Person]:
        """People of one province, spread over its districts."""
        districts = geothai.districts(code)
        for _ in range(number):
            yield self._person(code, self.random.choice(districts))

    def _weighted(self, pairs: tuple[tuple[str, int], ...]) -> str:
        return self.random.choices([p[0] for p in pairs], [p[1] for p in pairs])[0]

    def _person(self, province: str, district: Any) -> Person:
        random, self.count = self.random, self.count + 1
        place = random.choice(geothai.subdistricts(district.code))
        kind, title = self._weighted(TYPES), self._weighted(TITLES)
        female = title in {"นาง", "นางสาว"}
        moo = random.randint(1, 15)
        return Person(
            title=title,
            first=self.faker.first_name_female() if female else self.faker.first_name_male(),
            last=self.faker.last_name(),
            national_id=self._national_id() if random.random() < 0.6 else "",
            birth_year_be=2569 - random.randint(21, 74),
            phone=f"080{self.count:07d}",
            line_id=f"net{province}{self.count}" if random.random() < 0.7 else "",
            house=f"{random.randint(1, 299)}"
            + (f"/{random.randint(1, 20)}" if random.random() < 0.3 else ""),
            moo=moo,
            subdistrict=place.name_th,
            district=district.name_th,
            province=_province_name(province),
            postcode=next(iter(place.postal_codes), ""),
            job=random.choice(JOBS),
            kind=kind,
            joined=self._day(),
            activity=random.choice(ACTIVITIES),
            channels=self._channels(kind, f"ม.{moo} ต.{place.name_th}"),
        )

    def _day(self) -> date:
        """Most joined early, a steady stream after that."""
        early = self.random.random() < 0.6
        share = self.random.random() * (0.15 if early else 1.0)
        return self.first_day + timedelta(days=int(self.days * share))

    def _national_id(self) -> str:
        """A well-formed number in a block (office 98xx) that has never been issued."""
        body = f"398{self.random.randint(0, 999_999_999):09d}"
        return body + pin.calc_check_digit(body)

    def _channels(self, kind: str, where: str) -> list[tuple[str, str, int]]:
        offered = CHANNELS[kind]
        wanted = offered if self.random.random() < 0.35 else offered[:1]
        return [
            (what, f"{name} {where}", self._audience(low, high)) for what, name, low, high in wanted
        ]

    def _audience(self, low: int, high: int) -> int:
        """Many small audiences, few large ones."""
        return int(low + (high - low) * self.random.random() ** 2.5)


def _province_name(code: str) -> str:
    found = geothai.province(code)
    assert found is not None  # noqa: S101 - codes come from the same library
    return str(found.name_th)
