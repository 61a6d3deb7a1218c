"""Where a member lives: province, district, subdistrict and postcode read together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from importers.codes import Code
from importers.thai import gazetteer
from importers.thai.finding import Remark
from importers.thai.text import arabic, clean, is_blank, to_text

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


@dataclass
class Place:
    """DOPA codes (``None`` where nothing was written or nothing fits) and remarks by field."""

    province: str | None = None
    district: str | None = None
    subdistrict: str | None = None
    postcode: str | None = None
    remarks: dict[str, list[Remark]] = field(default_factory=lambda: defaultdict(list))


def read_place(texts: dict[str, str], fallback: str | None = None) -> Place:
    """Read the four fields of an address; whoever gets the answer leaves it as it is.

    Args:
        texts: what was written, by field; absent and blank ones are left out of the answer.
        fallback: DOPA code of the province for rows that name none.
    """
    return _read_place(tuple(texts.items()), fallback)


@lru_cache(maxsize=20_000)
def _read_place(texts: tuple[tuple[str, str], ...], fallback: str | None) -> Place:
    said = {name: text for name, raw in texts if not is_blank(text := clean(raw))}
    place = Place()
    if PROVINCE in said:
        place.province = _lookup(place, PROVINCE, said[PROVINCE], gazetteer.provinces())
    else:
        place.province = fallback or _inferred(place, said)
    if place.province and DISTRICT in said:
        names = gazetteer.districts(place.province)
        place.district = _lookup(place, DISTRICT, said[DISTRICT], names)
    if place.province and SUBDISTRICT in said:
        place.subdistrict = _subdistrict(place, said)
    _postcode(place, said.get(POSTCODE, ""))
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


def _lookup(place: Place, level: str, text: str, names: dict[str, str]) -> str | None:
    """The code of a name; a near spelling is proposed, a far one refused with proposals."""
    code = names.get(gazetteer.place_key(text))
    if code:
        if level == PROVINCE and not gazetteer.is_official(text, code):
            name = gazetteer.name_of(code)
            place.remarks[level].append(Remark(_SPELLING[level], name, {"text": text}))
        return code
    hits = gazetteer.nearest(text, names)
    likely = gazetteer.one_near(text, names, hits)
    if likely:
        proposal = gazetteer.name_of(likely)
        place.remarks[level].append(Remark(_SPELLING[level], proposal, {"text": text}))
        return likely
    proposals = ", ".join(gazetteer.name_of(code) for code, _ in hits) or None
    params = {"text": text, "province": gazetteer.name_of(place.province) if place.province else ""}
    place.remarks[level].append(Remark(_UNKNOWN[level], proposals, params))
    return None


def _inferred(place: Place, said: dict[str, str]) -> str | None:
    """The province that a district's name gives, if only one has it."""
    codes = gazetteer.districts_anywhere().get(gazetteer.place_key(said.get(DISTRICT, "")), [])
    found = {code[:2] for code in codes}
    if len(found) != 1:
        return None
    code = found.pop()
    remark = Remark(Code.PROVINCE_INFERRED, gazetteer.name_of(code), {"text": said[DISTRICT]})
    place.remarks[PROVINCE].append(remark)
    return code


def _subdistrict(place: Place, said: dict[str, str]) -> str | None:
    """A subdistrict in its district, or, where no district is written, the one of that name."""
    text = said[SUBDISTRICT]
    if place.district:
        return _lookup(place, SUBDISTRICT, text, gazetteer.subdistricts(place.district))
    if DISTRICT in said:
        return None
    return _without_district(place, text, said.get(POSTCODE, ""))


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


def _postcode(place: Place, text: str) -> None:
    """Keep what was written; say so when it does not fit the subdistrict."""
    if not text:
        return
    number = arabic(to_text(text)).replace(" ", "")
    if not _POSTCODE.fullmatch(number):
        place.remarks[POSTCODE].append(Remark(Code.POSTCODE_INVALID, None, {"text": text}))
        return
    place.postcode = number
    usual = gazetteer.postcodes_of(place.subdistrict) if place.subdistrict else ()
    if usual and number not in usual:
        remark = Remark(Code.POSTCODE_MISMATCH, ", ".join(usual), {"text": number})
        place.remarks[POSTCODE].append(remark)
