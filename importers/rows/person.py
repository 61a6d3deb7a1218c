"""Who the member is: name or organisation, national ID, year of birth, contacts."""

from __future__ import annotations

import re
from datetime import date

from importers.codes import Code
from importers.fields import Field
from importers.rows.draft import Draft
from importers.thai.contacts import read_email, read_line_id
from importers.thai.dates import read_birth_date
from importers.thai.finding import Finding, Remark
from importers.thai.names import Name, looks_like_organisation, people, read_name
from importers.thai.national_id import read_national_id
from importers.thai.phones import Phone, read_phones
from importers.thai.text import clean, lines, to_text
from importers.thai.titles import canonical_title, split_title
from importers.thai.years import read_age, read_birth_year

_MAYBE_SEVERAL = re.compile(r"[\r\n,;/]|และ|กับ")
"""What parts the names of two people, if anything does."""
_REFUSED = {Code.SEVERAL_MEMBERS, Code.BAD_CELL}
PERSON, ORGANISATION = "person", "organisation"
_SAID = {"บุคคล": PERSON, "บุคคลธรรมดา": PERSON, "person": PERSON, "องค์กร": ORGANISATION,
         "หน่วยงาน": ORGANISATION, "นิติบุคคล": ORGANISATION, "กลุ่ม": ORGANISATION,
         "organisation": ORGANISATION, "organization": ORGANISATION}  # fmt: skip


def read_person(draft: Draft, today: date) -> None:
    """Read everything that tells a member from others."""
    _read_names(draft)
    draft.values["national_id"] = draft.read(Field.NATIONAL_ID, read_national_id)
    draft.values["birth_year"] = _birth_year(draft, today)
    _read_contacts(draft)


def _read_names(draft: Draft) -> None:
    organisation = draft.text(Field.ORGANISATION)
    draft.values["organisation"] = organisation
    said = _SAID.get((draft.text(Field.KIND) or "").lower())
    if draft.columns(Field.FULL_NAME):
        raw = to_text(draft.first(Field.FULL_NAME)[1])
        _whole_name(draft, raw, said)
    else:
        raw = _separate_names(draft, said)
    draft.values["name_raw"] = " ".join(raw.split()) or None
    if not draft.values.get("first_name") and not _refused(draft):
        _organisation_alone(draft, organisation, said)


def _refused(draft: Draft) -> bool:
    return any(problem.code in _REFUSED for problem in draft.problems)


def _whole_name(draft: Draft, raw: str, said: str | None) -> None:
    column, cell = draft.first(Field.FULL_NAME)
    text = draft.text(Field.FULL_NAME) or ""
    if said == ORGANISATION or (said is None and looks_like_organisation(text)):
        _as_organisation(draft, text, said)
        return
    name = draft.take(column, read_name(cell))
    if name is None:
        return
    own = draft.text(Field.TITLE)
    title = _title(draft, own, name.title)
    draft.values |= {"kind": PERSON, "title": title or None, "first_name": name.first}
    draft.values |= {"last_name": name.last, "notes_aside": name.aside}


def _title(draft: Draft, own: str | None, glued: str) -> str:
    if own is None:
        return glued
    own = canonical_title(own)
    if glued and glued != own:
        remark = Remark(Code.TITLE_CONFLICT, glued, {"title": own, "other": glued})
        draft.note(draft.columns(Field.TITLE)[0], remark)
    return own


def _separate_names(draft: Draft, said: str | None) -> str:
    title, last = draft.text(Field.TITLE), draft.text(Field.LAST_NAME)
    column, cell = draft.first(Field.FIRST_NAME)
    raw = clean(to_text(cell))
    first = draft.text(Field.FIRST_NAME) or ""
    if first and not last and (said == ORGANISATION or looks_like_organisation(first)):
        _as_organisation(draft, first, said)
        return raw
    name = draft.take(column, _given(cell, first, last)) if first else None
    if name:
        draft.values |= {"kind": PERSON, "title": _title(draft, title, name.title) or None}
        draft.values |= {"first_name": name.first, "last_name": name.last or last}
    return f"{title or ''} {raw} {last or ''}".strip()


def _given(cell: object, first: str, last: str | None) -> Finding[Name]:
    """A first-name cell, from which a glued title is taken, and perhaps the surname too."""
    if _MAYBE_SEVERAL.search(f"{cell}{first}") and people(lines(str(cell))) > 1:
        return Finding(None, (Remark(Code.SEVERAL_MEMBERS, None, {"text": first[:120]}),))
    titled = split_title(first)
    if not titled.rest:
        return Finding(None)
    given, family = titled.rest, last or ""
    remarks = []
    if titled.title:
        parts = (titled.title, given, family)
        remarks.append(Remark(Code.TITLE_SPLIT, " | ".join(part for part in parts if part)))
    if not last and " " in given:
        given, _, family = given.partition(" ")
        remarks.append(Remark(Code.NAME_SPLIT, f"{given} | {family}"))
    elif not last:
        remarks.append(Remark(Code.SURNAME_MISSING))
    return Finding(Name(titled.title, given, family), tuple(remarks))


def _organisation_alone(draft: Draft, organisation: str | None, said: str | None) -> None:
    if organisation and said != PERSON:
        _as_organisation(draft, organisation, said)
        return
    columns = draft.columns(Field.FULL_NAME) or draft.columns(Field.FIRST_NAME)
    draft.note(columns[0] if columns else None, Remark(Code.NAME_MISSING))


def _as_organisation(draft: Draft, name: str, said: str | None) -> None:
    draft.values |= {"kind": ORGANISATION, "first_name": name, "organisation": name}
    if said is None:
        columns = draft.columns(Field.FULL_NAME) or draft.columns(Field.FIRST_NAME)
        draft.note(columns[0] if columns else None, Remark(Code.IS_ORGANISATION))


def _birth_year(draft: Draft, today: date) -> int | None:
    """From a year, a date or an age, in this order."""
    for field in (Field.BIRTH_YEAR, Field.BIRTH_DATE):
        column, cell = draft.first(field)
        if column and cell is not None:
            reader = read_birth_year if field is Field.BIRTH_YEAR else read_birth_date
            return draft.take(column, reader(cell, today))
    return draft.read(Field.AGE, lambda cell: read_age(cell, today))


def _read_contacts(draft: Draft) -> None:
    phones: list[Phone] = []
    for column in draft.columns(Field.PHONE):
        phones += draft.take(column, read_phones(draft.cell(column))) or ()
    texts = list(dict.fromkeys(str(phone) for phone in phones))
    draft.values["phone"] = texts[0] if texts else None
    draft.values["phone_other"] = ", ".join(texts[1:]) or None
    draft.values["line_id"] = draft.read(Field.LINE_ID, read_line_id)
    draft.values["email"] = draft.read(Field.EMAIL, read_email)
