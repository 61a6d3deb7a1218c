"""Where a member lives: province, district, subdistrict and postcode read together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from importers.codes import Code
from importers.thai import gazetteer
from importers.thai.finding import Remark
from importers.thai.text import arabic, clean, said, to_text

SUBDISTRICT, DISTRICT, PROVINCE, POSTCODE = "subdistrict", "district", "province", "postcode"
_POSTCODE = re.compile(r"[1-9][0-9]{4}")
_UNKNOWN = {
    PROVINCE: Code.PROVINCE_UNKNOWN,
    DISTRICT: Code.DISTRICT_UNKNOWN,
    SUBDISTRICT: Code.SUBDISTRICT_UNKNOWN,
}
_SPELLING = {
    PROVINCE: Code.PROVINCE_SPELLING,
    DISTRICT: Code.DISTRICT_SPELLING,
    SUBDISTRICT: Code.SUBDISTRICT_SPELLING,
}
_NAMES: dict[str, Callable[[str], dict[str, str]]] = {
    PROVINCE: lambda _: gazetteer.provinces(),
    DISTRICT: gazetteer.districts,
    SUBDISTRICT: gazetteer.subdistricts,
}
Read = tuple[str | None, Remark | None]
"""What one text was read as, and the remark on it."""


@dataclass(slots=True)
class Place:
    """DOPA codes (``None`` where nothing was written or nothing fits) and remarks by field."""

    province: str | None = None
    district: str | None = None
    subdistrict: str | None = None
    postcode: str | None = None
    remarks: dict[str, list[Remark]] = field(default_factory=lambda: defaultdict(list))


def read_place(texts: Mapping[str, str], fallback: str | None = None) -> Place:
    """Read the four fields of an address.

    Args:
        texts: what was written, by field; absent and blank ones are left out of the answer.
        fallback: DOPA code of the province for rows that name none.
    """
    written = {name: text for name, raw in texts.items() if (text := said(raw))}
    place = Place()
    if PROVINCE in written:
        place.province = _lookup(place, PROVINCE, written[PROVINCE])
    else:
        place.province = fallback or _inferred(place, written)
    if place.province and DISTRICT in written:
        place.district = _lookup(place, DISTRICT, written[DISTRICT], place.province)
    if place.province and SUBDISTRICT in written:
        place.subdistrict = _subdistrict(place, written)
    if POSTCODE in written:
        place.postcode = _noted(place, POSTCODE, _postcode(written[POSTCODE], place.subdistrict))
    return place


def province_in(text: str) -> str | None:
    """The province that a longer text (a title, a sheet's name) names, if it names just one."""
    whole = gazetteer.provinces().get(gazetteer.place_key(text))
    if whole:
        return whole
    after_word = re.search(r"(?:จังหวัด|จ\.|จว\.|ปชส\.|ส\.ปชส\.)\s*([ก-๎]+)", clean(text))
    names = [after_word[1]] if after_word else []
    words = re.split(r"[\s:：,()/\-]+", clean(text))
    found = {
        code
        for word in names + words
        if len(word) > 2 and (code := _leading_province(word)) is not None
    }
    return found.pop() if len(found) == 1 else None


def _leading_province(word: str) -> str | None:
    return gazetteer.provinces().get(gazetteer.place_key(word))


def _lookup(place: Place, level: str, text: str, within: str = "") -> str | None:
    """The code of a name within a province or district; what is remarked on it is noted."""
    return _noted(place, level, _named(level, text, within))


def _noted(place: Place, level: str, read: Read) -> str | None:
    value, remark = read
    if remark:
        place.remarks[level].append(remark)
    return value


@lru_cache(maxsize=50_000)
def _named(level: str, text: str, within: str) -> Read:
    """The code of a name; a near spelling is proposed, a far one refused with proposals.

    Remembered level by level: whole addresses seldom come again, their districts do.
    """
    names = _NAMES[level](within)
    code = names.get(gazetteer.place_key(text))
    if code:
        if level == PROVINCE and not gazetteer.is_official(text, code):
            return code, Remark(_SPELLING[level], gazetteer.name_of(code), {"text": text})
        return code, None
    hits = gazetteer.nearest(text, names)
    likely = gazetteer.one_near(text, names, hits)
    if likely:
        return likely, Remark(_SPELLING[level], gazetteer.name_of(likely), {"text": text})
    proposals = ", ".join(gazetteer.name_of(code) for code, _ in hits) or None
    params = {"text": text, "province": gazetteer.name_of(within[:2]) if within else ""}
    return None, Remark(_UNKNOWN[level], proposals, params)


def _inferred(place: Place, written: dict[str, str]) -> str | None:
    """The province that a district's name gives, if only one has it."""
    codes = gazetteer.districts_anywhere().get(gazetteer.place_key(written.get(DISTRICT, "")), [])
    found = {code[:2] for code in codes}
    if len(found) != 1:
        return None
    code = found.pop()
    remark = Remark(Code.PROVINCE_INFERRED, gazetteer.name_of(code), {"text": written[DISTRICT]})
    place.remarks[PROVINCE].append(remark)
    return code


def _subdistrict(place: Place, written: dict[str, str]) -> str | None:
    """A subdistrict in its district, or, where no district is written, the one of that name."""
    text = written[SUBDISTRICT]
    if place.district:
        return _lookup(place, SUBDISTRICT, text, place.district)
    if DISTRICT in written:
        return None
    return _without_district(place, text, written.get(POSTCODE, ""))


def _without_district(place: Place, text: str, postcode: str) -> str | None:
    wanted = gazetteer.place_key(text)
    codes = [
        code
        for district in set(gazetteer.districts(place.province or "").values())
        if (code := gazetteer.subdistricts(district).get(wanted))
    ]
    if len(codes) > 1:
        codes = [c for c in codes if arabic(postcode) in gazetteer.postcodes_of(c)] or codes
    if len(codes) == 1:
        place.district = codes[0][:4]
        remark = Remark(Code.DISTRICT_INFERRED, gazetteer.name_of(codes[0][:4]), {"text": text})
        place.remarks[DISTRICT].append(remark)
        return codes[0]
    code = Code.SUBDISTRICT_AMBIGUOUS if codes else Code.SUBDISTRICT_UNKNOWN
    options = ", ".join(f"อ.{gazetteer.name_of(c[:4])}" for c in sorted(codes)) or None
    params = {"text": text, "province": gazetteer.name_of(place.province or "")}
    place.remarks[SUBDISTRICT].append(Remark(code, options, params))
    return None


@lru_cache(maxsize=20_000)
def _postcode(text: str, subdistrict: str | None) -> Read:
    """Keep what was written; say so when it does not fit the subdistrict."""
    number = arabic(to_text(text)).replace(" ", "")
    if not _POSTCODE.fullmatch(number):
        return None, Remark(Code.POSTCODE_INVALID, None, {"text": text})
    usual = gazetteer.postcodes_of(subdistrict) if subdistrict else ()
    if usual and number not in usual:
        return number, Remark(Code.POSTCODE_MISMATCH, ", ".join(usual), {"text": number})
    return number, None
