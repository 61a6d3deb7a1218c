"""How many people a channel reaches: ``1,200 คน``, ``๑.๒ พัน``, ``ประมาณ 500``, ``1.2K``."""

from __future__ import annotations

import re
from functools import lru_cache

from importers.codes import Code
from importers.reading.grid import BadCell, Cell
from importers.thai.finding import Finding, Remark, refuse
from importers.thai.text import arabic, clean, is_blank, to_text

_UNITS = {
    "ร้อย": 100,
    "พัน": 1_000,
    "หมื่น": 10_000,
    "แสน": 100_000,
    "ล้าน": 1_000_000,
    "k": 1_000,
    "m": 1_000_000,
}
_COUNTED = (
    r"(?:คน|ราย|ท่าน|ครัวเรือน|หลังคาเรือน|ครอบครัว|ฉบับ|ผู้ติดตาม|สมาชิก|ไลก์|ไลค์|ถูกใจ|ผู้ฟัง|วิว"
    r"|followers?|members?|likes?|subs(?:cribers)?)"
)
_ABOUT = r"(?:ประมาณ|ราว ?ๆ?|ราวๆ|เกือบ|กว่า|มากกว่า|~|≈|>|ไม่น้อยกว่า|ไม่เกิน)"
_LABEL = r"(?:จำนวน|ผู้ติดตาม|สมาชิก|ยอด)"
_NUMBER = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_UNIT = r"(?:ร้อย|พัน|หมื่น|แสน|ล้าน|k|m)"
_PATTERN = re.compile(
    rf"^(?:{_LABEL} ?)*(?P<about>{_ABOUT} ?)*(?P<number>{_NUMBER}) ?(?P<unit>{_UNIT})?"
    rf" ?(?P<more>กว่า|\+|เศษ|โดยประมาณ)? ?{_COUNTED}?$"
)
_RANGE = re.compile(rf"^({_NUMBER}) ?(?:-|–|ถึง) ?({_NUMBER}) ?{_COUNTED}?$")
_LARGEST = 100_000_000


@lru_cache(maxsize=10_000, typed=True)
def read_count(cell: Cell) -> Finding[int]:
    """Read a number of people; a range is a question with its lower end as the proposal."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _bounded(float(cell))
    if isinstance(cell, BadCell):
        return refuse(Code.BAD_CELL, text=cell.text)
    text = arabic(clean(to_text(cell))).lower()
    if is_blank(text):
        return Finding(None)
    if between := _RANGE.match(text):
        low, high = (_plain(end) for end in between.groups())
        return refuse(Code.COUNT_RANGE, str(round(min(low, high))), text=text)
    found = _PATTERN.match(text)
    if not found:
        return refuse(Code.COUNT_UNREADABLE, text=text)
    amount = _plain(found["number"]) * _UNITS.get(found["unit"] or "", 1)
    return _bounded(amount, estimate=bool(found["about"] or found["more"]))


def _plain(number: str) -> float:
    return float(number.replace(",", ""))


def _bounded(amount: float, *, estimate: bool = False) -> Finding[int]:
    if not 0 <= amount <= _LARGEST:
        return refuse(Code.COUNT_UNREADABLE, text=f"{amount:g}")
    value = round(amount)
    remarks = (Remark(Code.COUNT_ESTIMATE, str(value)),) if estimate else ()
    return Finding(value, remarks)
