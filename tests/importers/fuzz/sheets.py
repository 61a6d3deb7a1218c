# ruff: noqa: E501 - the truth is easier to check on few lines
"""Whole sheets in the shapes that offices send, with what a right reading must give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from registry.periods.wording import BE_OFFSET, THAI_MONTHS
from tests.importers.fuzz import columns as heads
from tests.importers.fuzz import spellings as ways
from tests.importers.fuzz.columns import Column
from tests.importers.fuzz.made import Expected, Made
from tests.importers.fuzz.people import TYPES, Person, Place, person, places, places_in
from tests.importers.fuzz.spellings import Written

TYPE_NAMES = {code: name for name, code in TYPES.items()}
ACTIVITIES = ["เสริมสร้างเครือข่ายประชาสัมพันธ์", "อบรมนักสื่อสารชุมชน รุ่นที่ 2", "สื่อสร้างสรรค์ ปี 2569"]


_OPTIONAL = {
    "national_id", "birth_year", "line_id", "email", "occupation", "organisation", "position", "house_no",
    "moo", "postcode", "notes", "consent",
}  # fmt: skip
_WRONG: dict[str, list[Any]] = {
    "joined_on": ["31/4/2569", "29/2/2566", "เมื่อวาน", 12, "32 ม.ค. 2565", "1/13/2565x"],
    "national_id": ["1101700200170", 110170020018, "11017O0200019", 1.1e12],
    "phone_other": ["08123", "ไม่สะดวก", "081-234-567", "99999999999"],
    "birth_year": ["12", "2599", "เด็ก", 45],
    "email": ["peedad(at)mail", "a@b", "@line"],
}


def sheet(random: Random, *, plain: bool = False) -> Made:
    """A sheet of members.

    Args:
        plain: nothing that a text file cannot hold (merged cells, hidden rows and columns).
    """
    return _Maker(random, plain).make()


def _same_value(name: str, one: Person, other: Person) -> bool:
    if name.endswith("_code") or name == "postcode":
        return one.place == other.place
    return bool(getattr(one, name) == getattr(other, name))


class _Maker:
    def __init__(self, random: Random, plain: bool) -> None:
        self.random, self.plain = random, plain
        self.province = random.choice(places()).province
        self.group = random.choice([None, None, "district", "province", "type"])
        self.one_province = self.group == "district" or random.random() < 0.6
        self.said: set[str] = set()
        self.people = 0
        self.ditto = random.random() < 0.25
        self.impossible = random.random() < 0.1
        self.made = Made(random.choice(["Sheet1", "รายชื่อ", "สมาชิก อปมช", "Data", "แผ่น1"]))

    def make(self) -> Made:
        self._titles()
        self.columns = self._columns()
        self.width = len(self.columns)
        self._header()
        self._body()
        self._foot()
        self._merge_districts()
        self._hide_column()
        if not self.plain:
            self.made.others = [name for name in ("สรุป", "เดิม") if self.random.random() < 0.2]
        return self.made

    def _merge_districts(self) -> None:
        """One merged cell for neighbours of one district."""
        told = [i for i, column in enumerate(self.columns) if column.fields == ("district_code",)]
        if self.plain or not told or self.random.random() < 0.7:
            return
        by_row = {expected.row: expected for expected in self.made.expected}
        for row, upper in by_row.items():
            lower = by_row.get(row + 1)
            same = lower and lower.values["district_code"] == upper.values["district_code"]
            doubtful = lower and "district_code" in upper.doubtful | lower.doubtful
            if (
                lower
                and same
                and not doubtful
                and row not in {merge[2] for merge in self.made.merges}
            ):
                self.made.grid[row][told[0]] = None
                self.made.merge(row, told[0], row + 1, told[0])

    def _hide_column(self) -> None:
        """A hidden column at the right with what nobody may read."""
        if self.plain or self.random.random() < 0.7:
            return
        self.made.hidden_columns.add(self.width)
        for expected in self.made.expected:
            self.made.grid[expected.row - 1].append("0899999999")
        last = self.made.grid[self.header_rows[-1] - 1]
        last += [None] * (self.width - len(last)) + [
            self.random.choice(["โทรศัพท์", "หมายเหตุ", "รหัส"])
        ]

    def _titles(self) -> None:
        random = self.random
        texts = [random.choice(["ทะเบียนสมาชิกเครือข่ายประชาสัมพันธ์", "บัญชีรายชื่อ", "แบบขึ้นทะเบียนสมาชิก"])]
        name = self.province.name_th
        if self.one_province and random.random() < 0.6:
            forms = [
                "สำนักงานประชาสัมพันธ์จังหวัด{}",
                "จังหวัด{}",
                "ส.ปชส.{}",
                "สปข.3 จังหวัด{}",
                "ประจำปี 2569 จังหวัด {}",
            ]
            texts.append(name if name == "กรุงเทพมหานคร" else random.choice(forms).format(name))
            self._say("province_code", self.province.code)
        if random.random() < 0.3:
            self._activity(texts)
        if random.random() < 0.2:
            day = date(2026, random.randrange(1, 7), random.randrange(1, 28))
            texts.append(f"วันที่ {day.day} {THAI_MONTHS[day.month - 1]} {day.year + BE_OFFSET}")
            self._say("joined_on", day)
        elif random.random() < 0.2:
            texts.append(random.choice(["ข้อมูล ณ วันที่ 30 มิถุนายน 2569", "ปรับปรุงเมื่อ 1 ก.ค. 69"]))
        if self.group != "type" and random.random() < 0.3:
            code = random.choice(list(TYPE_NAMES))
            texts.append(f"ประเภทเครือข่าย {TYPE_NAMES[code]}")
            self._say("network_type", code)
        if self.plain:
            return self._write_titles(texts)
        if self.one_province and "province_code" not in self.said and random.random() < 0.4:
            self.made.name = random.choice([name, f"จ.{name}", f"สมาชิก {name}"])[:31]
            self._say("province_code", self.province.code)
        if "joined_on" not in self.said and "province_code" in self.said and random.random() < 0.2:
            self.made.name = random.choice(["ก.ค.69", "ก.ค. 2569", "กรกฎาคม 2569"])
            if not any(name in text for text in texts):
                texts.append(f"จังหวัด{name}")
            self._say("joined_on", date(2026, 7, 1))
        self._write_titles(texts)

    def _say(self, name: str, value: Any) -> None:
        self.said.add(name)
        self.made.context[name] = value

    def _activity(self, texts: list[str]) -> None:
        name = self.random.choice(ACTIVITIES)
        form = self.random.choice(["ชื่อโครงการ : {}", "โครงการ{}", "กิจกรรม: {}", "โครงการ {}"])
        texts.append(form.format(name))
        self._say("activity", name)

    def _write_titles(self, texts: list[str]) -> None:
        random = self.random
        for _ in range(random.randrange(2)):
            self.made.add([])
        if random.random() < 0.1 and not self.said:
            return
        for text in texts:
            row = self.made.add([text])
            if not self.plain and random.random() < 0.6:
                self.made.merge(row, 0, row, 8)
        for _ in range(random.randrange(3)):
            self.made.add([])

    def _columns(self) -> list[Column]:
        random = self.random
        missing = set(self.said) if random.random() < 0.7 else set()
        if self.group in {"district", "province"}:
            missing |= {f"{self.group}_code", "province_code"}
        if self.group == "type":
            missing.add("network_type")
        self.missing = missing
        groups = [heads.names(random), heads.identity(random), heads.contacts(random)]
        groups.append(heads.address(random, frozenset(missing)))
        groups.append(heads.work(random))
        groups.append([] if "network_type" in missing else heads.network_type(random))
        groups.append(
            [] if "joined_on" in missing and random.random() < 0.8 else heads.joined(random)
        )
        groups.append(heads.reach(random) if random.random() < 0.7 else [])
        groups.append(heads.consent_and_notes(random))
        self.groups = groups
        first = (
            []
            if random.random() < 0.2
            else [Column((random.choice(["ที่", "ลำดับ", "ลำดับที่", "No."]),), (), lambda _, __: None)]
        )
        self.sequence = bool(first)
        return first + [column for group in groups for column in group]

    # ------------------------------------------------------------------ header

    def _header(self) -> None:
        parents = ["", "", "การติดต่อ", "ที่อยู่", "", "", "", "ช่องทาง", ""]
        owns = any(len(column.levels) > 1 for column in self.columns)
        depth = self.random.choice([2, 2, 3, 4] if owns else [1, 1, 2, 2, 3, 4])
        if depth == 1:
            self._write_header([[column.levels[-1] for column in self.columns]])
            return
        over = [""] * self.sequence
        for parent, group in zip(parents, self.groups, strict=True):
            own = [column.levels[0] if len(column.levels) > 1 else "" for column in group]
            over += own if any(own) else [parent if len(group) > 1 else ""] * len(group)
        rows = [over, [column.levels[-1] for column in self.columns]]
        if depth == 4:
            rows.insert(
                0, ["" if n < self.sequence else "ข้อมูลสมาชิกเครือข่าย" for n in range(self.width)]
            )
        if depth >= 3:
            names = len(self.groups[0]) + len(self.groups[1])
            top = [""] * self.sequence + ["ข้อมูลส่วนบุคคล"] * names
            rows.insert(depth - 3, top + [""] * (self.width - len(top)))
        self._write_header(rows)

    def _write_header(self, rows: list[list[str]]) -> None:
        first = self.made.number + 1
        last = first + len(rows) - 1
        self.header = [self._upper(row) for row in rows[:-1]] + [list(rows[-1])]
        merged = not self.plain and self.random.random() < 0.7
        for column in range(self.width):
            above = next((n for n, row in enumerate(rows[:-1]) if row[column]), None)
            if above is None and len(rows) > 1 and (merged or self.random.random() < 0.5):
                self.header[0][column], self.header[-1][column] = rows[-1][column], None
                if merged:
                    self.made.merge(first, column, last, column)
        for number, row in enumerate(rows[:-1]):
            self._merge_parents(row, first + number, merged)
        for row in self.header:
            self.made.add(list(row))
        self.header_rows = list(range(first, last + 1))
        if self.random.random() < 0.1:
            self.made.noise.add(self.made.add([f"({n})" for n in range(1, self.width + 1)]))

    def _upper(self, row: list[str]) -> list[Any]:
        return [
            text if text and (n == 0 or row[n - 1] != text) else None for n, text in enumerate(row)
        ]

    def _merge_parents(self, row: list[str], number: int, merged: bool) -> None:
        start = 0
        for column in range(1, len(row) + 1):
            if column == len(row) or row[column] != row[start]:
                if row[start] and merged:
                    self.made.merge(number, start, number, column - 1)
                start = column

    # ------------------------------------------------------------------ body

    def _body(self) -> None:
        for _ in range(self.random.choice([1, 2, 3]) if self.group else 1):
            self._before: Person | None = None
            self.now: dict[str, Any] = {}
            place = self._group_row()
            for _ in range(self.random.randrange(1, 6)):
                self._member(place)
                if self.random.random() < 0.08:
                    self.made.add([])
                if self.random.random() < 0.05:
                    self._repeat_header()
                if not self.plain and self.random.random() < 0.05:
                    self._hidden_member(place)
            if self.random.random() < 0.4:
                self._total()

    def _group_row(self) -> Place | None:
        random = self.random
        if self.group is None:
            return None
        if self.group == "type":
            code = random.choice(list(TYPE_NAMES))
            self.now = {"network_type": code}
            text, place = random.choice(["{}", "ประเภท {}", "กลุ่ม{}"]).format(TYPE_NAMES[code]), None
        elif self.group == "district":
            place = random.choice(places_in(self.province.code))
            name = place.district.name_th.removeprefix("เขต")
            self.now = {"district_code": place.district.code, "province_code": self.province.code}
            text = random.choice(["อำเภอ{}", "อ.{}", "1. อำเภอ{}"]).format(name)
        else:
            place = random.choice(places())
            self.now = {"province_code": place.province.code}
            text = random.choice(["จังหวัด{}", "จ.{}"]).format(place.province.name_th)
        number = self.made.add([text])
        self.made.noise.add(number)
        if not self.plain and random.random() < 0.5:
            self.made.merge(number, 0, number, self.width - 1)
        return place

    def _place(self, group: Place | None) -> Place:
        if group is not None and self.group == "district":
            same = [p for p in places_in(self.province.code) if p.district == group.district]
            return self.random.choice(same)
        if group is not None:
            return self.random.choice(places_in(group.province.code))
        return self.random.choice(places_in(self.province.code) if self.one_province else places())

    def _member(self, group: Place | None) -> None:
        self.people += 1
        one = person(self.random, self.people, self._place(group))
        if self._before is not None and self.ditto:
            one = self._like(one, self._before)
        cells, expected = self._cells(one)
        if self._before is not None and self.ditto:
            self._repeat(cells, one, expected)
        if self.impossible and not self.ditto:
            self._spoiled(cells, expected)
        self._before = one
        expected.row = self.made.add(cells)
        self.made.expected.append(expected)
        self._truth(one, expected)
        if self.random.random() < 0.1:
            self._second_row(expected)

    def _spoiled(self, cells: list[Any], expected: Expected) -> None:
        """Cells that nobody can read: each must be asked about."""
        for index, column in enumerate(self.columns):
            wrong = _WRONG.get(column.fields[-1] if column.fields else "")
            if (
                wrong
                and len(column.levels) == 1
                and "อายุ" not in column.levels[0]
                and self.random.random() < 0.1
            ):
                cells[index] = self.random.choice(wrong)
                expected.doubtful |= set(column.fields)

    def _like(self, one: Person, before: Person) -> Person:
        """Somebody who shares much with the one above."""
        shared: dict[str, Any] = {"place": before.place, "joined_on": before.joined_on}
        shared |= {
            name: getattr(before, name)
            for name in ("occupation", "organisation", "position", "network_type")
        }
        return replace(
            one, **{name: value for name, value in shared.items() if self.random.random() < 0.7}
        )

    def _repeat(self, cells: list[Any], one: Person, expected: Expected) -> None:
        """Ditto marks where the value is the one above."""
        before = self._before
        assert before is not None
        for index, column in enumerate(self.columns):
            if (
                column.may_repeat
                and _same_value(column.fields[0], one, before)
                and self.random.random() < 0.5
            ):
                cells[index] = self.random.choice(ways.DITTO)
                expected.doubtful -= set(column.fields)
                expected.doubtful |= set(column.fields) & self.made.expected[-1].doubtful

    def _cells(self, one: Person) -> tuple[list[Any], Expected]:
        cells: list[Any] = [self.people] if self.sequence else []
        expected = Expected(0, {})
        for index, column in enumerate(self.columns[len(cells) :], len(cells)):
            cell = column.write(self.random, one)
            written = cell if isinstance(cell, Written) else Written(cell)
            for name in column.fields:
                expected.where.setdefault(name, set()).add(index)
            if _OPTIONAL.issuperset(column.fields) and column.fields and not self.ditto:
                written = self._or_blank(written, column, expected)
            if not written.certain:
                expected.doubtful |= set(column.fields)
            cells.append(written.cell)
        return cells, expected

    def _or_blank(self, written: Written, column: Column, expected: Expected) -> Written:
        """Now and then one of the ways to say nothing."""
        if self.random.random() > 0.06:
            return written
        expected.blank |= set(column.fields)
        return Written(self.random.choice(ways.BLANK))

    def _truth(self, one: Person, expected: Expected) -> None:
        told = expected.where
        values: dict[str, Any] = {
            "kind": "person", "title": one.title, "first_name": one.first, "last_name": one.last,
            "national_id": one.national_id, "birth_year": one.born, "phone": one.phones[0],
            "phone_other": ", ".join(one.phones[1:]) or None, "line_id": one.line_id, "email": one.email,
            "province_code": one.place.province.code, "district_code": one.place.district.code,
            "subdistrict_code": one.place.subdistrict.code, "postcode": one.place.postcode,
            "house_no": one.house_no, "moo": one.moo, "occupation": one.occupation,
            "organisation": one.organisation, "position": one.position, "network_type": one.network_type,
            "joined_on": one.joined_on, "consent": True, "notes": one.notes or None,
            "channels": [channel.as_dict() for channel in one.channels] or None,
        }  # fmt: skip
        self.now = self.made.context | self.now
        expected.values = {name: value for name, value in values.items() if name in told}
        if any(column.levels == ("ประเภทช่องทาง",) for column in self.columns):
            expected.values["channels"] = (values["channels"] or [])[:2] or None
        if "joined_month" in told:
            told["joined_on"] = told.pop("joined_month")
            expected.values["joined_on"] = one.joined_on.replace(day=1)
        expected.values |= dict.fromkeys(expected.blank)
        if self.group == "district" and not {"province_code"} & (self.said | told.keys()):
            expected.doubtful |= {"province_code", "district_code", "subdistrict_code"}
        nothing = {"joined_on": None, "activity": None}
        expected.values = nothing | self.now | expected.values

    def _second_row(self, expected: Expected) -> None:
        """A second telephone number below the first."""
        if (
            "phone" not in expected.where
            or expected.values["phone_other"]
            or "phone" in expected.doubtful
        ):
            return
        column = next(iter(expected.where["phone"]))
        number = f"0532{self.random.randrange(10**5):05d}"
        row: list[Any] = [None] * self.width
        row[column] = number
        expected.also.append(self.made.add(row))
        expected.values["phone_other"] = number

    def _hidden_member(self, group: Place | None) -> None:
        self.people += 1
        cells, _ = self._cells(person(self.random, self.people, self._place(group)))
        number = self.made.add(cells)
        self.made.hidden_rows.add(number)
        self.made.noise.add(number)

    def _repeat_header(self) -> None:
        for row in self.header:
            number = self.made.add(list(row))
            if any(row):
                self.made.noise.add(number)

    def _total(self) -> None:
        text = self.random.choice(
            ["รวม", "รวม {} คน", "ยอดรวม", "รวมทั้งสิ้น {} ราย", "รวมจำนวน {} คน"]
        )
        cells: list[Any] = [text.format(self.people)]
        if self.random.random() < 0.3:
            cells += [None, self.people]
        self.made.noise.add(self.made.add(cells))

    def _foot(self) -> None:
        if self.random.random() < 0.4:
            for _ in range(self.random.randrange(3)):
                self.made.add([])
            text = self.random.choice(
                ["หมายเหตุ : ข้อมูลสมมติ", "ที่มา: สำนักงาน", "* รอตรวจสอบ", "ผู้จัดทำ นางสาวก ข"]
            )
            self.made.noise.add(self.made.add([text]))
        if self.random.random() < 0.2:
            self._signatures()

    def _signatures(self) -> None:
        """Who signed the list, below it and to the right."""
        left = self.random.randrange(min(self.width, 5))
        self.made.add([])
        for text in (
            "ลงชื่อ................................ผู้รายงาน",
            "(นายทดสอบ ลงนาม)",
            "ประชาสัมพันธ์จังหวัด",
        ):
            self.made.noise.add(self.made.add([None] * left + [text]))
