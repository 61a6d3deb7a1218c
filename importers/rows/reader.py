"""One record in, one row result out."""

from __future__ import annotations

from importers.body import Record
from importers.codes import Code
from importers.header import Header
from importers.mapping import Column
from importers.options import Options
from importers.reading.grid import Row
from importers.results import RowResult
from importers.rows.address import read_address
from importers.rows.checks import check
from importers.rows.draft import Draft
from importers.rows.membership import read_membership
from importers.rows.person import read_person
from importers.rows.reach import read_reach
from importers.thai.finding import Remark
from importers.thai.text import clean, is_blank, to_text


def read_row(record: Record, header: Header, options: Options) -> RowResult:
    """Read all fields of a member; a doubt never stops the reading of the other fields."""
    draft = Draft(record, header)
    read_person(draft, options.today)
    read_address(draft, options)
    read_reach(draft, options)
    read_membership(draft, options)
    said = draft.values
    if not (said["phone"] or said["line_id"] or said["email"]):
        draft.note(None, Remark(Code.CONTACT_MISSING))
    check(draft)
    return draft.result()


def unknown_as_notes(row: Row | None, columns: list[Column]) -> str:
    """What stands in unknown columns, as lines of ``header: text`` for the notes."""
    if row is None:
        return ""
    pairs = [(column.header, clean(to_text(row.at(column.index)))) for column in columns]
    return "\n".join(f"{header}: {text}" for header, text in pairs if not is_blank(text))
