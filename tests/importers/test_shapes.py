"""Shapes of sheets: where the header is, what a row is, what fills its blanks."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import date, datetime

import pytest

from importers.analysis import analyse
from importers.errors import NoHeader, NoRows, NoSheet
from importers.fields import Field
from importers.options import Options
from importers.reading.grid import BadCell, Cell, Merge, Workbook
from tests.importers.golden.result import TYPES
from tests.importers.sheets import TODAY, codes_of, read, row_of, sheet_of

HEAD: list[Cell] = ["ที่", "ชื่อ-สกุล", "โทรศัพท์", "จังหวัด"]
OPTIONS = Options(TODAY, types=TYPES)


def people(*names: str) -> list[list[Cell]]:
    return [[number, name, f"081000000{number}", "เชียงใหม่"] for number, name in enumerate(names, 1)]


@pytest.mark.parametrize("above", range(9))
def test_header_at_any_depth(above: int) -> None:
    rows: list[list[Cell]] = [[f"หัวเรื่องที่ {number}"] for number in range(above)]
    analysis = read([*rows, HEAD, *people("นายก ข")])
    assert analysis.header.numbers == [above + 1]
    assert [row.row for row in analysis.rows] == [above + 2]


def test_header_over_three_rows() -> None:
    analysis = read(
        [
            ["ทะเบียนสมาชิก"],
            ["ที่", "ข้อมูลส่วนตัว", None, None, "การติดต่อ", None, None],
            [None, "ชื่อ", "นามสกุล", "ที่อยู่", None, "โทร", "ช่องทาง"],
            [None, None, None, "อำเภอ", "จังหวัด", None, None],
            [1, "นายก", "ข", "แม่ริม", "เชียงใหม่", "0810000001", "เพจ ข่าว 100 คน"],
        ]
    )
    assert analysis.header.numbers == [2, 3, 4]
    values = row_of(analysis, 5)
    assert (values["first_name"], values["last_name"]) == ("ก", "ข")
    assert (values["district_code"], values["phone"]) == ("5007", "0810000001")


def test_name_header_merged_over_three_columns() -> None:
    analysis = read(
        [
            ["ที่", "ชื่อ-สกุล", None, None, "จังหวัด", "โทรศัพท์"],
            [1, "นาย", "สมชาย", "ใจดี", "น่าน", "0810000001"],
        ],
        merges=[Merge(1, 1, 1, 3)],
    )
    values = row_of(analysis, 2)
    assert (values["title"], values["first_name"], values["last_name"]) == ("นาย", "สมชาย", "ใจดี")


def test_no_header_says_what_was_found() -> None:
    with pytest.raises(NoHeader) as caught:
        read([["สินค้า", "ราคา", "คงเหลือ"], ["ดินสอ", 5, 100], ["ปากกา", 10, 50]])
    assert caught.value.found == ["สินค้า", "ราคา", "คงเหลือ"]
    assert "สินค้า" in str(caught.value)


def test_header_without_rows() -> None:
    with pytest.raises(NoRows):
        read([HEAD, ["รวม", None, None, None]])


def test_sheet_asked_for_by_name() -> None:
    book = Workbook([sheet_of([HEAD, *people("นายก ข")], "หนึ่ง"), sheet_of([HEAD], "สอง")])
    assert analyse(book, replace(OPTIONS, sheet="หนึ่ง")).sheet == "หนึ่ง"
    with pytest.raises(NoSheet) as caught:
        analyse(book, replace(OPTIONS, sheet="สาม"))
    assert "หนึ่ง, สอง" in str(caught.value)


def test_sheet_with_the_most_members_is_read_and_the_others_are_told() -> None:
    book = Workbook(
        [
            sheet_of([HEAD, *people("นายก ข")], "น้อย"),
            sheet_of([HEAD, *people("นายก ข", "นายค ง", "นายจ ฉ")], "มาก"),
            sheet_of([["สรุป"], ["อำเภอ", "จำนวน"], ["แม่ริม", 3]], "สรุป"),
        ]
    )
    analysis = analyse(book, OPTIONS)
    assert (analysis.sheet, analysis.other_sheets) == ("มาก", ["น้อย"])


def test_title_gives_province_type_activity_and_day() -> None:
    analysis = read(
        [
            ["รายชื่อเครือข่าย อป.มช. จังหวัดน่าน"],
            ["กิจกรรม: อบรมเครือข่ายรุ่นที่ 3"],
            ["วันที่ 10 กรกฎาคม 2569"],
            ["ที่", "ชื่อ-สกุล", "โทรศัพท์"],
            [1, "นายก ข", "0810000001"],
        ]
    )
    values = row_of(analysis, 5)
    assert values["province_code"] == "55"
    assert values["network_type"] == "village_volunteer"
    assert values["activity"] == "อบรมเครือข่ายรุ่นที่ 3"
    assert values["joined_on"] == date(2026, 7, 10)


def test_sheet_name_gives_the_month_as_a_proposal() -> None:
    analysis = read([HEAD, *people("นายก ข")], name="ก.ค.69")
    assert row_of(analysis, 2)["joined_on"] == date(2026, 7, 1)
    assert "date_from_title" in codes_of(analysis, 2)


def test_group_rows_fill_the_rows_below_them() -> None:
    head: list[Cell] = ["ที่", "ชื่อ-สกุล", "โทรศัพท์"]
    analysis = read(
        [
            head,
            ["จังหวัดน่าน"],
            [1, "นายก ข", "0810000001"],
            ["รวม 1 คน"],
            ["จังหวัดแพร่"],
            ["อำเภอสูงเม่น"],
            [2, "นายค ง", "0810000002"],
        ]
    )
    assert row_of(analysis, 3)["province_code"] == "55"
    assert (row_of(analysis, 7)["province_code"], row_of(analysis, 7)["district_code"]) == (
        "54",
        "5404",
    )
    assert [(s.row, s.why.value) for s in analysis.skipped] == [
        (2, "group"),
        (4, "total"),
        (5, "group"),
        (6, "group"),
    ]


def test_group_district_is_not_given_to_another_province() -> None:
    analysis = read([HEAD, ["อำเภอแม่ริม"], [1, "นายก ข", "0810000001", "น่าน"]])
    values = row_of(analysis, 3)
    assert values["province_code"] == "55"
    assert "district_code" not in values


def test_a_person_called_like_a_total_is_kept() -> None:
    analysis = read([HEAD, *people("นายรวม ทรัพย์มาก")])
    assert row_of(analysis, 2)["first_name"] == "รวม"


def test_person_over_two_rows_and_a_conflict() -> None:
    head: list[Cell] = [*HEAD, "อีเมล"]
    analysis = read(
        [
            head,
            [1, "นายก ข", "0810000001", "น่าน", None],
            [None, None, "053110001", None, "a@b.co"],
            [2, "นายค ง", "0810000002", "น่าน", "c@d.co"],
            [None, None, None, "แพร่", "e@f.co"],
        ],
        merges=[Merge(4, 1, 5, 1)],
    )
    first = row_of(analysis, 2)
    assert (first["phone_other"], first["email"]) == ("053110001", "a@b.co")
    assert "continuation_conflict" in codes_of(analysis, 4)
    assert [row.also for row in analysis.rows] == [[3], [5]]


def test_row_without_a_name_is_an_error_not_lost() -> None:
    analysis = read([HEAD, *people("นายก ข"), [2, None, "0810000002", "น่าน"]])
    assert "name_missing" in codes_of(analysis, 3)


def test_sensitive_columns_are_left_out_and_said() -> None:
    head: list[Cell] = [*HEAD, "ศาสนา", "โรคประจำตัว", "ความพิการ", "กรุ๊ปเลือด", "กลุ่มเลือด", "คดีความ"]
    person: list[Cell] = [1, "นายก ข", "0810000001", "น่าน"]
    analysis = read([head, [*person, "พุทธ", "เบาหวาน", "ไม่มี", "โอ", "โอ", "ไม่มี"]])
    assert [c.header for c in analysis.sensitive] == head[4:]
    assert "เบาหวาน" not in repr(analysis.rows)


def test_unknown_columns_are_told_and_kept_when_wished() -> None:
    rows: list[list[Cell]] = [[*HEAD, "ขนาดเสื้อ"], [1, "นายก ข", "0810000001", "น่าน", "XL"]]
    told = read(rows)
    assert ([c.header for c in told.unknown], "notes" in row_of(told, 2)) == (["ขนาดเสื้อ"], False)
    kept = read(rows, options=replace(OPTIONS, keep_unknown=True))
    assert row_of(kept, 2)["notes"] == "ขนาดเสื้อ: XL"


def test_mapping_by_hand_never_takes_a_sensitive_column() -> None:
    rows: list[list[Cell]] = [
        [*HEAD, "ข้อมูล", "ศาสนา"],
        [1, "นายก ข", "0810000001", "น่าน", "ครู", "พุทธ"],
    ]
    fields = {4: Field.OCCUPATION, 5: Field.NOTES, 2: None}
    values = row_of(read(rows, options=replace(OPTIONS, fields=fields)), 2)
    assert values["occupation"] == "ครู"
    assert "notes" not in values
    assert "phone" not in values


def test_day_month_and_year_in_cells_of_their_own() -> None:
    head: list[Cell] = [*HEAD, "เดือน", "พ.ศ."]
    analysis = read([head, [1, "นายก ข", "0810000001", "น่าน", "มกราคม", 2569]])
    assert row_of(analysis, 2)["joined_on"] == date(2026, 1, 1)
    assert "date_day_missing" in codes_of(analysis, 2)


def test_channel_columns_of_one_kind_each() -> None:
    analysis = read(
        [
            [*HEAD, "ช่องทาง", None, None, None],
            [None, None, None, None, "เพจ Facebook", "ผู้ติดตาม", "กลุ่มไลน์", "จำนวนสมาชิก"],
            [1, "นายก ข", "0810000001", "น่าน", "ข่าวน่าน", 1200, "คนน่าน", "๘๕ คน"],
        ]
    )
    channels = row_of(analysis, 3)["channels"]
    assert isinstance(channels, list)
    assert [(c["kind"], c["name"], c["audience"]) for c in channels] == [
        ("facebook", "ข่าวน่าน", 1200),
        ("line_group", "คนน่าน", 85),
    ]


def test_house_number_that_became_a_date_is_asked_about() -> None:
    analysis = read([[*HEAD, "บ้านเลขที่"], [1, "นายก ข", "0810000001", "น่าน", datetime(2026, 3, 12)]])
    (problem,) = [p for p in analysis.rows[0].problems if p.code.value == "house_no_date"]
    assert (problem.proposal, analysis.rows[0].status.value) == ("12/3", "ambiguous")


def test_formula_without_a_result_is_an_error() -> None:
    analysis = read([HEAD, [1, "นายก ข", BadCell("=VLOOKUP(A2)"), "น่าน"]])
    assert "bad_cell" in codes_of(analysis, 2)
    assert analysis.rows[0].status.value == "error"


def test_sizes_are_checked() -> None:
    analysis = read([[*HEAD, "อาชีพ"], [1, "นายก ข", "0810000001", "น่าน", "ย" * 500]])
    (problem,) = [p for p in analysis.rows[0].problems if p.code.value == "too_long"]
    assert (problem.column, problem.params) == ("อาชีพ", {"limit": 160})


def test_somebody_elses_name_is_not_the_members() -> None:
    head: list[Cell] = [*HEAD, "ชื่อผู้ปกครอง", "เบอร์โทรผู้ปกครอง"]
    analysis = read([head, [1, "ด.ช.ก ข", "0810000001", "น่าน", "นายพ่อ ข", "0820000000"]])
    values = row_of(analysis, 2)
    assert (values["title"], values["phone"]) == ("เด็กชาย", "0810000001")
    assert "phone_other" not in values


def test_problems_mask_national_ids() -> None:
    head: list[Cell] = [*HEAD, "เลขบัตรประชาชน"]
    analysis = read([head, [1, "นายก ข", "0810000001", "น่าน", "1101700200018"]])
    (problem,) = [p for p in analysis.rows[0].problems if p.code.value.startswith("national_id")]
    assert problem.value == "•••018"
    assert "1101700200018" not in repr(analysis.rows[0].originals)


@pytest.mark.parametrize("bottom", [9, 2_000_000_000])
def test_a_merged_range_of_any_size_costs_nothing(bottom: int) -> None:
    merges = [Merge(2, 7, bottom, 7)] * 20_000
    tracemalloc.start()
    analysis = read([HEAD, *people("มาลี ดี", "สมชาย ดี")], merges=merges)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(analysis.rows) == 2
    assert peak < 30_000_000


def test_what_was_found_instead_of_a_header_tells_of_nobody() -> None:
    rows = [["1", "นายสมชาย ใจดี", "1101700203450", "0812345678", "น่าน", "a@b.example"]] * 3
    with pytest.raises(NoHeader) as caught:
        read(rows)
    said = str(caught.value)
    assert "–" in said
    for secret in ("สมชาย", "1101700203450", "0812345678", "a@b.example"):
        assert secret not in said


def test_a_merged_range_of_any_size_is_only_a_range() -> None:
    huge = Merge(2, 3, 2_000_000_000, 3)
    above = Merge(1, 0, 1, 2_000_000_000)
    rows: list[list[Cell]] = [["ทะเบียน"], *([[*HEAD]]), *people("นายก ข", "นายค ง")]
    rows[3][3] = None
    analysis = read(rows, merges=[above, replace(huge, top=3)])
    assert row_of(analysis, 4)["province_code"] == "50"


def test_no_header_quotes_nobody() -> None:
    with pytest.raises(NoHeader) as caught:
        read(
            [["สมชาย ใจดี", "นางอารี งาม", "0812345678", "a@b.co", "ครู"], ["ก ข", "x", "081", "", 2]]
        )
    for text in ("สมชาย", "อารี", "0812345678", "a@b.co", "ครู"):
        assert text not in str(caught.value)
