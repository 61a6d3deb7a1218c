"""How the member belongs: network and its type, work, skills, consent, day and activity."""

from __future__ import annotations

from datetime import date

from importers.codes import Code
from importers.context import type_in
from importers.fields import Field
from importers.mapping import Column
from importers.options import Options
from importers.rows.draft import Draft
from importers.thai.contacts import read_consent
from importers.thai.dates import joined_bounds, read_date
from importers.thai.finding import Remark
from importers.thai.text import clean, is_blank, key, said, to_text

_TEXTS = {
    "occupation": Field.OCCUPATION,
    "position": Field.POSITION,
    "network": Field.NETWORK,
    "skills": Field.SKILLS,
}


def read_membership(draft: Draft, options: Options) -> None:
    """Read everything about belonging."""
    for name, field in _TEXTS.items():
        draft.values[name] = draft.text(field)
    draft.values["activity"] = draft.text(Field.ACTIVITY) or draft.record.context.activity or None
    draft.values["network_type"] = _network_type(draft, options)
    draft.values["joined_on"] = _joined_on(draft, options.today)
    draft.values["notes"] = _notes(draft)
    consent = draft.read(Field.CONSENT, read_consent)
    draft.values["consent"] = consent
    if consent is False:
        draft.note(draft.columns(Field.CONSENT)[0], Remark(Code.CONSENT_REFUSED))


def _network_type(draft: Draft, options: Options) -> str | None:
    types = options.types
    text = draft.text(Field.NETWORK_TYPE)
    if text is None:
        network = draft.values.get("network") or ""
        found = draft.record.context.network_type or type_in(network, types)
        if not found:
            draft.note(None, Remark(Code.NETWORK_TYPE_MISSING))
        return found or options.network_type
    if code := types.get(key(text)) or type_in(text, types):
        return code
    draft.note(
        draft.columns(Field.NETWORK_TYPE)[0],
        Remark(Code.NETWORK_TYPE_UNKNOWN, None, {"text": text}),
    )
    return options.network_type


def _joined_on(draft: Draft, today: date) -> date | None:
    bounds = joined_bounds(today)
    column, cell = draft.first(Field.JOINED_ON)
    if column is None or not said(to_text(cell)):
        column, cell = _from_parts(draft)
    if column and cell is not None:
        return draft.take(column, read_date(cell, bounds))
    context = draft.record.context
    if context.joined_on and context.month_only:
        draft.note(None, Remark(Code.DATE_FROM_TITLE), context.joined_on)
    return context.joined_on


def _from_parts(draft: Draft) -> tuple[Column | None, str | None]:
    """Day, month and year in cells of their own, as one text."""
    texts = {
        field: draft.text(field)
        for field in (Field.JOINED_DAY, Field.JOINED_MONTH, Field.JOINED_YEAR)
    }
    year = texts[Field.JOINED_YEAR]
    if not year or not texts[Field.JOINED_MONTH]:
        return None, None
    day, month = texts[Field.JOINED_DAY], texts[Field.JOINED_MONTH] or ""
    column = draft.columns(Field.JOINED_YEAR)[0]
    if month.isdecimal():
        return column, f"{day or 1}/{month}/{year}"
    return column, f"{day or ''} {month} {year}"


def _notes(draft: Draft) -> str | None:
    parts = [draft.text(Field.NOTES), draft.values.pop("notes_aside", None), *_aside(draft)]
    return "\n".join(part for part in parts if part) or None


def _aside(draft: Draft) -> list[str]:
    """What stands in columns that a person keeps in the notes, each with its heading."""
    texts = [
        (column.header, clean(to_text(draft.cell(column)))) for column in draft.columns(Field.ASIDE)
    ]
    return [f"{header}: {text}" for header, text in texts if not is_blank(text)]
