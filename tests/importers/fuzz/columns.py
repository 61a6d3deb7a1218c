# ruff: noqa: E501 - a column is easier to check on one line
"""Columns of a made sheet: what their header says and how a member is written below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from importers.thai import gazetteer
from registry.periods.wording import BE_OFFSET, THAI_MONTHS, THAI_SHORT
from tests.importers.fuzz import spellings as ways
from tests.importers.fuzz.people import TODAY, TYPES, Channel, Person
from tests.importers.fuzz.spellings import Written

Write = Callable[[Random, Person], Any]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        levels: the texts of its header from the widest to the narrowest.
        fields: names of the values that it tells.
        write: makes a member's cell, plain or :class:`Written`.
        may_repeat: whether a ditto mark may stand for the value above.
    """

    levels: tuple[str, ...]
    fields: tuple[str, ...]
    write: Write
    may_repeat: bool = False


def _simple(name: str) -> Write:
    return lambda random, person: ways.untidy(random, getattr(person, name))


def names(random: Random) -> list[Column]:
    """The name in one, two or three columns."""
    told = ("kind", "title", "first_name", "last_name")
    alias = random.choice(
        ["ชื่อ-สกุล", "ชื่อ - นามสกุล", "ชื่อ-ชื่อสกุล", "Full name", "รายชื่อสมาชิก", "ชื่อ – สกุล"]
    )
    whole = Column((alias,), told, ways.whole_name)
    first = Column(
        (random.choice(["ชื่อ", "ชื่อตัว", "First name"]),), ("first_name", "kind"), _simple("first")
    )
    last = Column(
        (random.choice(["นามสกุล", "สกุล", "Surname", "ชื่อสกุล"]),), ("last_name",), _simple("last")
    )
    title = Column(
        (random.choice(["คำนำหน้า", "คำนำหน้าชื่อ", "ยศ/คำนำหน้า", "Title"]),), ("title",), ways.title
    )
    glued = Column(first.levels, told, lambda r, p: ways.title(r, p).strip() + p.first)
    bare = Column(whole.levels, told[2:], lambda r, p: ways.untidy(r, f"{p.first} {p.last}"))
    return random.choice([[whole], [title, first, last], [glued, last], [title, bare]])


def identity(random: Random) -> list[Column]:
    """National ID and year of birth, which many sheets leave out."""
    number = random.choice(
        ["เลขประจำตัวประชาชน", "เลขบัตรประชาชน 13 หลัก", "National ID", "เลขประจำตัวประชาชน\n13 หลัก"]
    )
    if random.random() < 0.2:
        return [Column((random.choice(["อายุ", "อายุ (ปี)"]),), ("birth_year",), _age)]
    born = random.choice(["ปีเกิด", "ปี พ.ศ. เกิด", "เกิดปี พ.ศ.", "Birth year", "ปีเกิด (พ.ศ.)"])
    columns = [
        Column((number,), ("national_id",), ways.national_id),
        Column((born,), ("birth_year",), ways.born),
    ]
    return random.choice([[], columns, columns[1:]])


def _age(random: Random, person: Person) -> Any:
    age = TODAY.year - person.born
    return random.choice([age, str(age), f"{age} ปี", ways.digits(random, str(age))])


def contacts(random: Random) -> list[Column]:
    """Ways to reach the member."""
    phone = random.choice(
        ["โทรศัพท์", "เบอร์โทร", "หมายเลขโทรศัพท์", "เบอร์โทรศัพท์มือถือ", "Tel.", "เบอร์ติดต่อ", "โทร."]
    )
    line = random.choice(["ID Line", "ไลน์ไอดี", "LINE ID", "ไอดีไลน์"])
    mail = random.choice(["อีเมล", "E-mail", "อีเมล์", "Email address"])
    columns = [
        Column((phone,), ("phone", "phone_other"), ways.phones),
        Column(
            (line,),
            ("line_id",),
            lambda r, p: r.choice([p.line_id, p.line_id.upper(), f"ID: {p.line_id}"]),
        ),
        Column(
            (mail,), ("email",), lambda r, p: r.choice([p.email, p.email.upper(), f" {p.email}"])
        ),
    ]
    return random.choice([columns, columns[:1], columns[:2], columns[::2], []])


def address(random: Random, missing: frozenset[str]) -> list[Column]:
    """The parts of an address in columns of their own; some are said by a title or a group."""
    parts = [
        Column((random.choice(["บ้านเลขที่", "เลขที่"]),), ("house_no",), lambda _, p: p.house_no),
        Column((random.choice(["หมู่ที่", "หมู่", "ม."]),), ("moo",), _moo),
        Column(
            (random.choice(["ตำบล", "ตำบล/แขวง", "Subdistrict"]),),
            ("subdistrict_code",),
            _subdistrict,
        ),
        Column(
            (random.choice(["อำเภอ", "อำเภอ/เขต", "District"]),),
            ("district_code",),
            _district,
            True,
        ),
        Column((random.choice(["จังหวัด", "Province"]),), ("province_code",), _province, True),
        Column(
            (random.choice(["รหัสไปรษณีย์", "Postcode", "รหัส ปณ."]),), ("postcode",), _postcode, True
        ),
    ]
    if not missing and random.random() < 0.2:
        told = tuple(part.fields[0] for part in parts)
        return [Column((random.choice(["ที่อยู่", "ที่อยู่ปัจจุบัน", "ที่อยู่ที่ติดต่อได้"]),), told, _whole_address)]
    kept = [part for part in parts if part.fields[0] not in missing]
    return (
        kept
        if random.random() < 0.8
        else [part for part in kept if part.fields[0] not in {"house_no", "moo"}]
    )


def _whole_address(random: Random, person: Person) -> Any:
    place = person.place
    bangkok = place.province.code == "10"
    district = place.district.name_th.removeprefix("เขต")
    if bangkok:
        text = f"แขวง{place.subdistrict.name_th} เขต{district} {random.choice(['กทม.', 'กรุงเทพมหานคร', 'กรุงเทพฯ'])}"
    elif random.random() < 0.5:
        text = f"ต.{place.subdistrict.name_th} อ.{district} จ.{place.province.name_th}"
    else:
        text = f"ตำบล{place.subdistrict.name_th} อำเภอ{district} จังหวัด{place.province.name_th}"
    moo = random.choice([f"ม.{person.moo}", f"หมู่ {person.moo}", f"หมู่ที่ {person.moo}"])
    house = random.choice(["", "บ้านเลขที่ ", "เลขที่ "]) + person.house_no
    return ways.digits(random, f"{house} {moo} {text} {place.postcode}")


def _moo(random: Random, person: Person) -> Any:
    return random.choice(
        [int(person.moo), person.moo, f"ม.{person.moo}", ways.digits(random, f"หมู่ {person.moo}")]
    )


def _subdistrict(random: Random, person: Person) -> Written:
    names = gazetteer.subdistricts(person.place.district.code)
    return ways.area(random, person.place.subdistrict.name_th, ["", "ต.", "ตำบล", ""], names)


def _district(random: Random, person: Person) -> Written:
    names = gazetteer.districts(person.place.province.code)
    name = person.place.district.name_th
    if name.startswith("เมือง") and person.place.district.code.endswith("01"):
        return Written(random.choice([name, "เมือง", "อ.เมือง", f"อำเภอ{name}"]))
    return ways.area(random, name, ["", "อ.", "อำเภอ", ""], names)


def _province(random: Random, person: Person) -> Written:
    name = person.place.province.name_th
    if name == "กรุงเทพมหานคร":
        return Written(random.choice([name, "กทม.", "กรุงเทพฯ", "กรุงเทพ"]))
    return ways.area(random, name, ["", "จ.", "จังหวัด", ""], gazetteer.provinces())


def _postcode(random: Random, person: Person) -> Any:
    code = person.place.postcode
    return random.choice([code, int(code), ways.digits(random, code)])


def work(random: Random) -> list[Column]:
    """Occupation, organisation and position."""
    columns = [
        Column(
            (random.choice(["อาชีพ", "Occupation"]),), ("occupation",), _simple("occupation"), True
        ),
        Column(
            (random.choice(["หน่วยงาน", "สังกัด", "หน่วยงาน/องค์กร"]),),
            ("organisation",),
            _simple("organisation"),
            True,
        ),
        Column((random.choice(["ตำแหน่ง", "Position"]),), ("position",), _simple("position"), True),
    ]
    return random.sample(columns, random.randrange(4))


def network_type(random: Random) -> list[Column]:
    """The type of network, by its name."""
    names = {code: name for name, code in TYPES.items()}
    alias = random.choice(["ประเภทเครือข่าย", "กลุ่มเครือข่าย"])
    return [Column((alias,), ("network_type",), lambda _, p: names[p.network_type], True)]


def joined(random: Random) -> list[Column]:
    """The day of joining in one cell, or month and year in cells of their own."""
    if random.random() < 0.2:
        return _three_columns(random)
    if random.random() < 0.3:
        year = random.choice(["พ.ศ.", "ปี พ.ศ.", "ปี"])
        month = Column((random.choice(["เดือน", "เดือนที่สมัคร"]),), (), _month)
        return [month, Column((year,), ("joined_month",), lambda r, p: _year(r, p))]
    alias = random.choice(["วันที่สมัคร", "วันที่เข้าร่วม", "วัน/เดือน/ปี ที่สมัคร", "วัน เดือน ปี", "วันที่ลงทะเบียน"])
    return [Column((alias,), ("joined_on",), lambda r, p: ways.day(r, p.joined_on), True)]


def _three_columns(random: Random) -> list[Column]:
    parent = random.choice(["วันที่สมัคร", "วัน เดือน ปี ที่สมัคร", "วันที่เข้าร่วม"])
    day = Column((parent, random.choice(["วัน", "วันที่"])), (), lambda _, p: p.joined_on.day)
    month = Column((parent, "เดือน"), (), _month)
    year = random.choice(["ปี", "พ.ศ.", "ปี พ.ศ."])
    return [day, month, Column((parent, year), ("joined_on",), _year)]


def _month(random: Random, person: Person) -> Any:
    month = person.joined_on.month
    return random.choice(
        [month, THAI_SHORT[month - 1], THAI_MONTHS[month - 1], ways.digits(random, str(month))]
    )


def _year(random: Random, person: Person) -> Any:
    year = person.joined_on.year + BE_OFFSET
    return random.choice([year, str(year), ways.digits(random, str(year)), year % 100])


def reach(random: Random) -> list[Column]:
    """One wide cell of channels, or a column for each kind."""
    if random.random() < 0.3:
        return _two_triplets(random)
    if random.random() < 0.5:
        alias = random.choice(["ช่องทางที่ดูแล", "ช่องทางการสื่อสาร", "สื่อที่ดูแล (จำนวนผู้ติดตาม)"])
        return [Column((alias,), ("channels",), ways.channels)]
    heads = {
        "line_group": "กลุ่มไลน์",
        "facebook": "เพจเฟซบุ๊ก",
        "tiktok": "TikTok",
        "youtube": "YouTube",
    }
    heads |= {"loudspeaker": "หอกระจายข่าว", "radio": "วิทยุชุมชน"}
    return [Column((head,), ("channels",), _of_kind(kind)) for kind, head in heads.items()]


def _two_triplets(random: Random) -> list[Column]:
    """Kind, name and audience in columns of their own, for two channels."""
    told = ("channels",)
    columns = []
    for number in (0, 1):
        columns += [
            Column(
                ("ประเภทช่องทาง",),
                told,
                _slot(number, lambda r, c: r.choice(ways.KIND_WORDS[c.kind])),
            ),
            Column(("ชื่อช่องทาง",), told, _slot(number, lambda _, c: c.name)),
            Column((random.choice(["จำนวนผู้ติดตาม", "ผู้ติดตาม"]),), told, _slot(number, _audience)),
        ]
    return columns


def _audience(random: Random, channel: Channel) -> Any:
    count = channel.audience
    return random.choice(
        [count, f"{count:,}", f"{count} คน", ways.digits(random, str(count)), float(count)]
    )


def _slot(number: int, write: Callable[[Random, Channel], Any]) -> Write:
    def cell(random: Random, person: Person) -> Any:
        found = person.channels[number : number + 1]
        return write(random, found[0]) if found else random.choice(ways.BLANK)

    return cell


def _of_kind(kind: str) -> Write:
    def write(random: Random, person: Person) -> Any:
        found = [one for one in person.channels if one.kind == kind]
        texts = [f"{one.name} {one.audience:,} คน" for one in found]
        return "\n".join(texts) or random.choice(ways.BLANK)

    return write


def consent_and_notes(random: Random) -> list[Column]:
    """What stands at the right."""
    columns = [
        Column(
            ("ความยินยอม",), ("consent",), lambda r, _: r.choice(["ยินยอม", "✓", "/", "ใช่", True])
        ),
        Column(("หมายเหตุ",), ("notes",), lambda r, p: p.notes or r.choice([None, "-", None])),
        Column(("ศาสนา",), (), lambda _, __: "พุทธ"),
    ]
    return [column for column in columns if random.random() < 0.5]
