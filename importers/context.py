"""What the title above the table, the sheet's name and group rows say for every row below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from importers.header import Header, Top
from importers.reading.grid import Sheet
from importers.thai import gazetteer
from importers.thai.dates import Bounds, read_date
from importers.thai.places import province_in
from importers.thai.text import arabic, clean, key

_DATE = re.compile(
    r"(?<![0-9])([0-9]{1,2}\s*(?:[/\-.]\s*[0-9]{1,2}\s*[/\-.]|[ก-๎.]{2,14})\s*(?:พ\.?ศ\.?)?\s*[0-9]{2,4})"
)
_ACTIVITY = re.compile(r"((?:โครงการ|กิจกรรม|การอบรม|การประชุม|อบรม)[^:：]*)")
_ACTIVITY_LABEL = re.compile(r"(?:ชื่อ)?(?:โครงการ|กิจกรรม)\s*[:：]\s*(.+)")
_AFTER_ACTIVITY = re.compile(r"\s*(?:จังหวัด|จ\.|ณ |วันที่|ประจำปี|เมื่อวันที่|ระหว่าง|อำเภอ).*$")
_BELOW_PROVINCE = re.compile(r"กิ่งอำเภอ|อำเภอ|อ\.|เขต|ตำบล|ต\.|แขวง")
_GROUP_WORD = re.compile(r"^(?:กลุ่ม|ประเภท)?(?:เครือข่าย)?\s*")
_AS_OF = re.compile(r"ข้อมูล\s*(?:ณ|เมื่อ)|ณ วันที่.*ข้อมูล|ปรับปรุง|พิมพ์(?:เมื่อ|วันที่)")
_DISTRICT = re.compile(r"(?:อำเภอ|อ\.|กิ่งอำเภอ)\s*([ก-๎]+)")
_SUBDISTRICT = re.compile(r"(?:ตำบล|ต\.|แขวง)\s*([ก-๎]+)")


@dataclass(frozen=True)
class Context:
    """Values that hold for rows which say nothing themselves.

    Attributes:
        province: DOPA code.
        district: as written, below ``province``.
        said_by: ``title``, ``sheet`` or ``group``, by field.
    """

    province: str | None = None
    district: str = ""
    subdistrict: str = ""
    network_type: str = ""
    activity: str = ""
    joined_on: date | None = None
    month_only: bool = False


def context_of(sheet: Sheet, header: Header, types: dict[str, str], bounds: Bounds) -> Context:
    """Read the rows above the header and the sheet's name.

    Args:
        types: keys of network types' names with their codes.
    """
    top = Top(sheet)
    above = [row for row in top.rows if row.number < header.rows[0].number]
    titles = [" ".join(top.texts(row)) for row in above]
    found = Context()
    for text in [*titles, sheet.name]:
        found = _more(found, arabic(text), types, bounds)
    if found.joined_on is None:
        day = read_date(arabic(sheet.name), bounds)
        found = replace(found, joined_on=day.value, month_only=day.value is not None)
    return found


def _more(found: Context, text: str, types: dict[str, str], bounds: Bounds) -> Context:
    return Context(
        province=found.province or province_in(text),
        district=found.district or _first(_DISTRICT, text),
        network_type=found.network_type or type_in(text, types),
        activity=found.activity or _activity(text),
        joined_on=found.joined_on or _day(text, bounds),
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _activity(text: str) -> str:
    if label := _ACTIVITY_LABEL.search(text):
        return clean(label[1])[:200]
    found = _ACTIVITY.search(text)
    return clean(_AFTER_ACTIVITY.sub("", found[1]))[:200] if found else ""


def _day(text: str, bounds: Bounds) -> date | None:
    if _AS_OF.search(text):  # the day of the list, on which nobody joined
        return None
    for found in _DATE.finditer(text):
        if (day := read_date(found[1], bounds).value) is not None:
            return day
    return None


def type_in(text: str, types: Mapping[str, str]) -> str:
    """The code of the network type that a longer text names; the longest name wins."""
    wanted = key(text)
    inside = [name for name in types if len(name) >= 4 and name in wanted]
    return types[max(inside, key=len)] if inside else ""


def names_type(text: str, types: Mapping[str, str]) -> bool:
    """Whether a text is the name of a network type and nothing more: ``กลุ่มวิทยุชุมชน``."""
    return key(_GROUP_WORD.sub("", text)) in types


def group_of(text: str, types: dict[str, str], now: Context) -> Context | None:
    """The context below a group row (``อำเภอแม่ริม``, ``จังหวัดน่าน``, a network type).

    Returns:
        ``None`` when the text groups nothing that is understood.
    """
    bare = re.sub(r"^(?:กลุ่มที่\s*)?[0-9]+\s*[.)]\s*", "", arabic(clean(text)))
    province = _province_of_group(bare)
    district, subdistrict = _first(_DISTRICT, bare), _first(_SUBDISTRICT, bare)
    network_type = types.get(key(bare)) or type_in(bare, types)
    if province:
        return replace(now, province=province, district=district, subdistrict=subdistrict)
    if district:
        return replace(now, district=district, subdistrict=subdistrict)
    if subdistrict:
        return replace(now, subdistrict=subdistrict)
    return replace(now, network_type=network_type) if network_type else None


def _province_of_group(text: str) -> str | None:
    if _BELOW_PROVINCE.match(text):  # อำเภออุทัย is no short form of อุทัยธานี
        return None
    if found := re.match(r"(?:จังหวัด|จ\.|จว\.)\s*([ก-๎]+)", text):
        return gazetteer.provinces().get(gazetteer.place_key(found[1]))
    return gazetteer.provinces().get(gazetteer.place_key(text))
