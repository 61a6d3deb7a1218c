"""Where the member lives; a whole address in one cell fills what has no column of its own."""

from __future__ import annotations

import re
from datetime import date

from importers.codes import Code
from importers.context import Context
from importers.fields import Field
from importers.options import Options
from importers.rows.draft import Draft
from importers.thai import gazetteer
from importers.thai.finding import Remark
from importers.thai.places import DISTRICT, POSTCODE, PROVINCE, SUBDISTRICT, read_place
from importers.thai.text import arabic, clean

_COLUMNS = {
    PROVINCE: Field.PROVINCE,
    DISTRICT: Field.DISTRICT,
    SUBDISTRICT: Field.SUBDISTRICT,
    POSTCODE: Field.POSTCODE,
}
_PARTS = {
    SUBDISTRICT: re.compile(r"(?:ตำบล|แขวง|ต\.)\s*([ก-๎]+)"),
    DISTRICT: re.compile(r"(?:กิ่งอำเภอ|อำเภอ|เขต|อ\.)\s*([ก-๎]+)"),
    PROVINCE: re.compile(r"(?:จังหวัด|จ\.|จว\.)\s*([ก-๎]+)|(กทม\.?|กรุงเทพ[ก-๎]*)"),
    POSTCODE: re.compile(r"(?<![0-9])([1-9][0-9]{4})(?![0-9])"),
}
_HOUSE = re.compile(r"^(?:บ้านเลขที่|เลขที่)?\s*([0-9]+(?:/[0-9]+)?)")
_MOO = re.compile(r"(?:หมู่ที่|หมู่|ม\.)\s*([0-9]{1,2})")
_MOO_NUMBER = re.compile(r"[0-9]{1,3}")


def read_address(draft: Draft, options: Options) -> None:
    """Read the parts of the address and resolve them together."""
    whole = arabic(draft.text(Field.ADDRESS) or "")
    texts = _parts_of(whole) if whole else {}
    texts |= {name: text for name, field in _COLUMNS.items() if (text := draft.text(field))}
    context = draft.record.context
    if _group_fits(texts, context):
        texts.setdefault(DISTRICT, context.district)
        texts.setdefault(SUBDISTRICT, context.subdistrict)
    place = read_place(texts, context.province)
    if place.province is None and PROVINCE not in texts:
        place = read_place(texts, options.province)
    _note(draft, place.remarks)
    if place.province is None and not place.remarks.get(PROVINCE):
        columns = draft.columns(Field.PROVINCE)
        draft.note(columns[0] if columns else None, Remark(Code.PROVINCE_MISSING))
    draft.values |= {"province_code": place.province, "district_code": place.district}
    draft.values |= {"subdistrict_code": place.subdistrict, "postcode": place.postcode}
    _house(draft, whole)


def _parts_of(whole: str) -> dict[str, str]:
    """The parts of an address that stand in one cell."""
    return {name: part for name, pattern in _PARTS.items() if (part := _first(pattern, whole))}


def _group_fits(texts: dict[str, str], context: Context) -> bool:
    """Whether a row may lie in its group's district: the row's province has one of that name."""
    if not context.district:
        return bool(context.subdistrict) and PROVINCE not in texts
    province = gazetteer.provinces().get(gazetteer.place_key(texts.get(PROVINCE, "")))
    province = province or context.province
    if province is None:
        return PROVINCE not in texts
    return gazetteer.place_key(context.district) in gazetteer.districts(province)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next((group for group in found.groups() if group), "") if found else ""


def _note(draft: Draft, remarks: dict[str, list[Remark]]) -> None:
    for name, found in remarks.items():
        columns = draft.columns(_COLUMNS[name]) or draft.columns(Field.ADDRESS)
        for remark in found:
            draft.note(columns[0] if columns else None, remark)


def _house(draft: Draft, whole: str) -> None:
    draft.values["house_no"] = _house_no(draft) or (_first(_HOUSE, whole) if whole else None)
    moo = arabic(draft.text(Field.MOO) or "")
    number = _MOO_NUMBER.search(moo) if moo else None
    draft.values["moo"] = number[0] if number else moo or _first(_MOO, whole) or None
    street = draft.text(Field.STREET)
    if street:
        draft.values["house_no"] = clean(f"{draft.values['house_no'] or ''} {street}")


def _house_no(draft: Draft) -> str | None:
    """A house number; one that Excel took for a date is asked about."""
    column, cell = draft.first(Field.HOUSE_NO)
    if isinstance(cell, date):
        text = f"{cell.day}/{cell.month}"
        draft.note(column, Remark(Code.HOUSE_NO_DATE, text, {"text": f"{cell:%d/%m/%Y}"}))
        return None
    text = arabic(draft.text(Field.HOUSE_NO) or "")
    moo = None if text.isascii() else _MOO.search(text)
    if moo and not draft.columns(Field.MOO):
        draft.values["moo"] = moo[1]
    return clean(text) or None
