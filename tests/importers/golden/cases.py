# ruff: noqa: E501 - the sheet is easier to check with one member on one line
"""The hand-made sheet of thirty members with every quirk, as plain cells.

All people, numbers and addresses are made up.  ``DAY`` marks a real date cell.
"""

from __future__ import annotations

from datetime import datetime

TODAY = datetime(2026, 7, 31)
SHEET = "ก.ค.69"
TITLES = [
    "แบบขึ้นทะเบียนสมาชิกเครือข่าย อป.มช.",
    "สำนักงานประชาสัมพันธ์จังหวัดเชียงใหม่",
    "โครงการเสริมสร้างเครือข่ายประชาสัมพันธ์ ประจำปี 2569 วันที่ 10 กรกฎาคม 2569",
]
UPPER = [
    "ที่", "คำนำหน้า", "ชื่อ - สกุล", "เลขประจำตัวประชาชน\n13 หลัก", "ปีเกิด\n(พ.ศ.)", "เบอร์โทรศัพท์",
    "ID LINE", "อีเมล์", "ที่อยู่", None, None, None, None, None, "อาชีพ", "หน่วยงาน", "ตำแหน่ง",
    "ประเภทเครือข่าย", "ช่องทางที่ดูแล (จำนวนผู้ติดตาม)", "ศาสนา", "ความยินยอม", "วัน เดือน ปี ที่สมัคร",
    "หมายเหตุ", "ขนาดเสื้อ", "รหัสภายใน",
]  # fmt: skip
LOWER = [None] * 8 + ["เลขที่", "หมู่", "ตำบล", "อำเภอ", "จังหวัด", "รหัสไปรษณีย์"] + [None] * 11
WIDTH = len(UPPER)
SINGLE = [0, 1, 2, 3, 4, 5, 6, 7, *range(14, WIDTH)]
HIDDEN_COLUMN = WIDTH - 1

MAERIM = ["ริมใต้", "แม่ริม", "เชียงใหม่", 50180]
SUTHEP = ["สุเทพ", "เมือง", "เชียงใหม่", "50200"]


def member(number: object, title: object, name: object, **cells: object) -> list[object]:
    """A row from its interesting cells; the others are ordinary."""
    place = cells.get("place", MAERIM)
    assert isinstance(place, list)
    return [
        number, title, name, cells.get("id"), cells.get("birth", 2515), cells.get("phone", "0810000000"),
        cells.get("line"), cells.get("email"), cells.get("house", "12/3"), cells.get("moo", 4), *place,
        cells.get("job", "เกษตรกร"), cells.get("office"), cells.get("position"), cells.get("type", "อป.มช."),
        cells.get("channels"), "พุทธ", cells.get("consent", "ยินยอม"), cells.get("day", "15/01/2569"),
        cells.get("notes"), "L", "X-1",
    ]  # fmt: skip


def only(text: str) -> list[object]:
    """A row with one text in its first cell."""
    return [text] + [None] * (WIDTH - 1)


GROUP_MAERIM, GROUP_CITY = "อำเภอแม่ริม", "อำเภอเมืองเชียงใหม่"
BLANK: list[object] = [None] * WIDTH

ROWS: list[list[object]] = [
    only(GROUP_MAERIM),
    # 1 everything as it should be
    member(1, "นาย", "สมชาย ใจดี", id="1101700200019", phone="081-000-0001", line="somchai_1",
           email="somchai@example.com", office="อบต.ริมใต้", position="ผู้ใหญ่บ้าน",
           channels="ไลน์กลุ่มบ้านริมใต้ 85 คน"),
    # 2 glued short title, Thai digits, lost zero, a Buddhist year typed into a date cell
    member(2, None, "น.ส.สมหญิง  งามตา", id="๓-๑๐๑๗-๐๐๒๐๐-๐๒-๓", birth="๒๕๒๐", phone=810000002,
           day=datetime(2569, 1, 15)),
    # 3 the longest title, two phones in one cell, a short date
    member(3, None, "ว่าที่ ร.ต. หญิง มาลี ศรีสุข", phone="081-000-0003 , 053-110003", day="15 ม.ค. 69"),
    # 4 the same rank in its own column with brackets, a date in words and Thai digits
    member(4, "ว่าที่ ร.ต.(หญิง)", "อรุณี แสงทอง", phone="๐๘๑-๐๐๐-๐๐๐๔", day="15 มกราคม พ.ศ. ๒๕๖๙"),
    # 5 an international number, a C.E. year of birth, two-digit year
    member(5, None, "นายวิชัย พัฒนา", birth=1985, phone="+66 81 000 0005", day="15/1/69"),
    # 6 a real C.E. date, an extension
    member(6, "นาง", "วิไล รักไทย", phone="053-110-006 ต่อ 12", day=datetime(2026, 1, 15)),
    # 7 a leap day of B.E. 2567, a range of numbers
    member(7, None, "นางสาวกมล ใฝ่รู้", phone="02-618-2323-5", day="29/2/2567"),
    # 8 a leap day that does not exist
    member(8, "นาย", "ประยูร มั่นคง", phone="0810000008", day="29 ก.พ. 2566"),
    # 9 an impossible day
    member(9, "นาย", "สมศักดิ์ ทองดี", phone="0810000009", day="31/4/2569"),
    # 10 ditto marks
    member(10, "นาง", "บุญมี ทองดี", phone="0810000010", place=['"', "〃", '"', '"'], job='"'),
    only("รวม"),
    BLANK,
    only(GROUP_CITY),
    # 11 one person over two rows
    member(11, "นาย", "อนันต์ สายธาร", phone="0810000011", place=SUTHEP, channels="เพจ ข่าวสุเทพ 1,200 คน"),
    [*[None] * 5, "053-110011", *[None] * 12, "ไลน์กลุ่ม ชาวสุเทพ 60 คน", *[None] * 6],
    # 12 nikhahit and aa, an invisible letter, the letter O
    member(12, None, "นายจํา​นงค์ เเก้วใส", phone="O81-000-0012", place=SUTHEP),
    # 13 a misspelt province
    member(13, "นาง", "รัตนา ดวงดี", phone="0810000013", place=["สุเทพ", "เมือง", "เชียงไหม่", 50200]),
    # 14 a province that does not exist
    member(14, "นาย", "ธงชัย ไกลบ้าน", phone="0810000014", place=["ในเมือง", "เมือง", "แอตแลนติส", None]),
    # 15 Bangkok in its own words
    member(15, "นาย", "สุรชัย เมืองหลวง", phone="0810000015", place=["แขวงสีลม", "เขตบางรัก", "กทม.", 10500]),
    [*UPPER],
    [*LOWER],
    # 16 a province by its nickname, the capital district by its short name
    member(16, "นาง", "ลำดวน ย่าโม", phone="0810000016", place=["ต.ในเมือง", "อ.เมือง", "จ.โคราช", "๓๐๐๐๐"]),
    # 17 a national ID with a wrong last digit
    member(17, "นาย", "เกษม ตัวเลข", id="1101700200170", phone="0810000017", place=SUTHEP),
    # 18 a national ID that lost a digit
    member(18, "นาย", "นิพนธ์ ตกหล่น", id=110170020018, phone="0810000018", place=SUTHEP),
    # 19 a year or an age?
    member(19, "นาง", "สายใจ คลุมเครือ", birth=45, phone="0810000019", place=SUTHEP),
    # 20 an age
    member(20, "นาง", "จันทร์ เพ็ญแข", birth="อายุ 45 ปี", phone="0810000020", place=SUTHEP),
    # 21 an organisation
    member(21, None, "เทศบาลตำบลสุเทพ", birth=None, phone="053-110021", place=SUTHEP, job=None,
           type="หอกระจายข่าว", channels="หอกระจายข่าว ๑๒ จุด ประมาณ ๑.๒ พันครัวเรือน"),
    # 22 several channels in one cell
    member(22, "นาย", "ดำรง สื่อสาร", phone="0810000022", place=SUTHEP, type="สื่อมวลชนท้องถิ่น",
           channels="1. เพจ ข่าวดีเชียงใหม่ 1,200 คน\n2. ไลน์กลุ่ม คนข่าวเหนือ 85 คน\n3. TikTok @khaodee 3K"),
    # 23 every way to say nothing
    member(23, "นาง", "เงียบ สงบ", id="-", birth="ไม่ระบุ", phone="0810000023", line="ไม่มี", email="N/A",
           house="-", moo="–", place=["สุเทพ", "เมือง", "เชียงใหม่", "-"], job="-", channels="ไม่มี",
           notes="–"),
    # 24 consent refused
    member(24, "นาย", "ปิดบัง ตนเอง", phone="0810000024", place=SUTHEP, consent="ไม่ยินยอม"),
    # 25 two people in one row
    member(25, None, "นายคู่ แฝด\nนางสาวขวัญ แฝด", phone="0810000025", place=SUTHEP),
    # 26 two titles that differ
    member(26, "นาย", "นางสาวพร สับสน", phone="0810000026", place=SUTHEP),
    # 27 a monk without a surname
    member(27, None, "พระมหาสมพร", phone="0810000027", place=SUTHEP, job="พระภิกษุ"),
    # 28 an e-mail address that is none
    member(28, "นาย", "อีเมล ผิด", phone="0810000028", email="peedad(at)mail", place=SUTHEP),
    # 29 a police rank, an old surname with a space, a postcode of elsewhere, a tick
    member(29, None, "พ.ต.ท.กล้า ณ เชียงใหม่", phone="0810000029", consent="/",
           place=["สุเทพ", "เมือง", "เชียงใหม่", 10110]),
    # 30 a day that has not come yet
    member(30, "ดร.", "อนาคต ก้าวไกล", phone="0810000030", place=SUTHEP, day="1 ต.ค. 2569"),
    only("รวมทั้งสิ้น 30 คน"),
    only("หมายเหตุ : ข้อมูลทั้งหมดเป็นข้อมูลสมมติ"),
]  # fmt: skip
FIRST_ROW = len(TITLES) + 2
"""Row of the header's first line, as Excel numbers it; one blank row lies above it."""


def grid() -> list[list[object]]:
    """Every row of the sheet from row 1 on."""
    titles = [only(text) for text in TITLES]
    return [*titles, BLANK, [*UPPER], [*LOWER], *ROWS]
