"""Below the header: which rows are members, which only look like it, what fills their blanks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile

from importers.codes import Code
from importers.context import Context, group_of, names_type
from importers.fields import APPENDED, IDLE, NAME_FIELDS, Field
from importers.header import NAMING, Header
from importers.reading.grid import Cell, Row, Sheet
from importers.thai.finding import Remark
from importers.thai.names import looks_like_organisation
from importers.thai.text import DITTOS, arabic, clean, is_blank, is_ditto, to_text

_TOTAL = re.compile(
    r"^(?:รวม|ยอดรวม|รวมทั้งสิ้น|รวมทั้งหมด|ผลรวม|ยอดยกมา|ยอดยกไป|sub ?total|total|grand total)"
    r"(?=$|[\s:0-9]|ทั้ง|จำนวน|อำเภอ|จังหวัด|ตำบล|เขต|ยอด|สมาชิก|คน|ผู้|เครือข่าย)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:หมายเหตุ|ข้อมูล ณ|ที่มา|แหล่งที่มา|ผู้จัดทำ|ผู้รายงาน|ผู้รวบรวม|ผู้บันทึก|ลงชื่อ|ผู้รับรอง"
    r"|\*|note|remark|source)",
    re.IGNORECASE,
)
_COLUMN_NUMBER = re.compile(r"\(?[0-9]{1,2}\)?")
_MOST_CONTINUED, _MOST_NOTED = 4, 3
_CONTACT = re.compile(r"(?:[0-9๐-๙Oo][^0-9๐-๙\n]{0,3}){7}|@")
_SIGNED = re.compile(r"^\(?(?:ลงชื่อ|ผู้รายงาน|ผู้จัดทำ|ผู้รับรอง|ผู้ตรวจสอบ)")
_IDENTITY = NAMING | {Field.NATIONAL_ID, Field.TITLE}
_CONTACTS = (Field.PHONE, Field.NATIONAL_ID, Field.EMAIL)


class Left(StrEnum):
    """Why a row that is not blank is no member."""

    TOTAL = "total"
    NOTE = "note"
    HEADER = "repeated_header"
    GROUP = "group"
    HEADING = "heading"
    HIDDEN = "hidden"
    NUMBERS = "column_numbers"


@dataclass(frozen=True)
class Skipped:
    """A row that was left out, and why."""

    row: int
    why: Left
    text: str


@dataclass(slots=True)
class Record:
    """The cells of one member by column, taken from one row or from two.

    ``cells`` are at first those of the sheet's row itself: whoever changes them copies them.
    """

    row: int
    cells: list[Cell]
    context: Context
    remarks: dict[int, list[Remark]] = field(default_factory=dict)
    also: list[int] = field(default_factory=list)


class Body:
    """Walks over the rows below a header once; ``skipped`` is full afterwards."""

    def __init__(
        self, sheet: Sheet, header: Header, context: Context, types: dict[str, str]
    ) -> None:
        self.sheet, self.header, self.types = sheet, header, types
        self.context = context
        self.skipped: list[Skipped] = []
        self._above: dict[int, Cell] = {}
        self._signed = False
        self._fields = {column.index: column.field for column in header.columns if column.field}
        self._width = max(self._fields, default=-1) + 1
        self._names = [c.index for c in header.columns_of(*_IDENTITY)]
        self._useful = [i for i, f in self._fields.items() if f not in IDLE]
        self._contacts = [c.index for c in header.columns_of(*_CONTACTS)]
        self._sequence = [c.index for c in header.columns_of(Field.SEQUENCE)]
        last = header.rows[-1].number
        self._upper = list(takewhile(lambda row: row.number <= last, sheet.rows))
        self._own = [set(self._row_texts(row)) for row in self._upper]
        self._headed = set[Cell]().union(*self._own, *(row.cells for row in header.rows)) - {None}
        self._covered = self._vertical_merges()
        self._fills = bool(self._covered) or not all(
            DITTOS.isdisjoint(row.cells) for row in sheet.rows
        )

    def _vertical_merges(self) -> dict[int, list[tuple[int, int]]]:
        """Merged ranges of one column below the header, first and last row, by column.

        They stay ranges: a file may claim one of a thousand million rows.
        """
        last = self.header.rows[-1].number
        found: dict[int, list[tuple[int, int]]] = {}
        for merge in self.sheet.merges:
            if merge.top > last and merge.left == merge.right:
                found.setdefault(merge.left, []).append((merge.top, merge.bottom))
        return {column: sorted(ranges) for column, ranges in found.items()}

    def _is_covered(self, row: int, column: int) -> bool:
        """Whether a cell lies below the first one of a merged range."""
        ranges = self._covered.get(column)
        if not ranges:
            return False
        place = bisect_left(ranges, (row, 0)) - 1
        return place >= 0 and row <= ranges[place][1]

    def records(self) -> Iterator[Record]:
        """The members, in the order of the sheet."""
        waiting: Record | None = None
        last = self.header.rows[-1].number
        for row in self.sheet.rows:
            if row.number <= last or not self._wanted(row):
                continue
            if waiting and self._continues(waiting, row):
                self._append(waiting, row)
                continue
            if waiting:
                yield waiting
            waiting = self._record(row)
        if waiting:
            yield waiting

    def _row_texts(self, row: Row) -> list[str]:
        hidden = self.sheet.hidden_columns
        cells = enumerate(row.cells)
        texts = (clean(to_text(cell)) for i, cell in cells if cell is not None and i not in hidden)
        return [text for text in texts if text]

    def _wanted(self, row: Row) -> bool:
        """Whether a row may be a member; else it is noted why not."""
        if self._is_plain(row):
            return True
        texts = self._row_texts(row)
        if row.number in self.sheet.hidden_rows:
            return self._leave(row, Left.HIDDEN, texts)
        if not [text for text in texts if not is_blank(text)]:
            return False
        why = self._reason(row, texts)
        return why is None or self._leave(row, why, texts)

    def _is_plain(self, row: Row) -> bool:
        """Whether a row is a member at first sight: it has a contact and no word of the header."""
        if row.number in self.sheet.hidden_rows or self.sheet.hidden_columns:
            return False
        cells = row.cells
        return (
            len(cells) - cells.count(None) > _MOST_NOTED
            and self._headed.isdisjoint(cells)
            and self._has_contact(row)
        )

    def _leave(self, row: Row, why: Left, texts: list[str]) -> bool:
        self.skipped.append(Skipped(row.number, why, " ".join(texts)[:200]))
        return False

    def _reason(self, row: Row, texts: list[str]) -> Left | None:
        if self._is_total(row, texts):
            return Left.TOTAL
        if self._is_note(row, texts):
            return Left.NOTE
        if self._is_header(texts):
            return Left.HEADER
        if len(texts) > _MOST_NOTED and _are_numbers(texts):
            return Left.NUMBERS
        return self._heading(row, texts) if len(texts) == 1 else None

    def _is_note(self, row: Row, texts: list[str]) -> bool:
        """Whether a row is about the list; below ``ลงชื่อ`` come a name and an office."""
        if len(texts) > _MOST_NOTED or self._has_contact(row) or self._is_numbered(row):
            self._signed = False
            return False
        self._signed = self._signed or bool(_SIGNED.match(texts[0]))
        return self._signed or bool(_NOTE.match(texts[0]))

    def _is_total(self, row: Row, texts: list[str]) -> bool:
        """Whether a row sums up: its first word says so, and nothing else tells of a person."""
        words = [text for text in texts if any(map(str.isalpha, text))]
        return (
            bool(words and _TOTAL.match(words[0]))
            and len(words) <= _MOST_NOTED
            and not self._is_numbered(row)
            and not self._has_contact(row)
        )

    def _has_contact(self, row: Row) -> bool:
        """Whether anything can be a number to call or an address; the sum below a column is not."""
        cells = row.cells
        return any(_is_contact(cells[i]) for i in self._contacts if i < len(cells))

    def _is_numbered(self, row: Row) -> bool:
        """Whether a row has a number of its own, which a total never has."""
        return any(_is_numbering(row.at(column)) for column in self._sequence)

    def _repeats(self, column: int, text: str) -> bool:
        """Whether a lone text stands in that column of the header, or of the titles above it."""
        return any(clean(to_text(row.at(column))) == text for row in self._upper)

    def _is_header(self, texts: list[str]) -> bool:
        return len(texts) > 1 and any(
            sum(text in own for text in texts) * 5 >= len(texts) * 3 for own in self._own
        )

    def _heading(self, row: Row, texts: list[str]) -> Left | None:
        """A row with one text: a group, a heading, or something about a member."""
        column = next(i for i, cell in enumerate(row.cells) if clean(to_text(cell)))
        if self._repeats(column, texts[0]):
            return Left.HEADER
        group = group_of(texts[0], self.types, self.context)
        wide = self._is_wide(row.number, column)
        if group is not None and (wide or not self._about_member(column, texts[0])):
            self.context, self._above = group, {}
            return Left.GROUP
        if wide or self._fields.get(column) is Field.SEQUENCE:
            return Left.HEADING if not _is_number(texts[0]) else Left.NUMBERS
        return None if column in self._useful else Left.HEADING

    def _about_member(self, column: int, text: str) -> bool:
        """Whether a lone text stands in a column of its own meaning, below a member's row."""
        field_of = self._fields.get(column)
        if field_of in NAMING:
            return looks_like_organisation(text) and not names_type(text, self.types)
        return (
            field_of not in IDLE
            and field_of is not None
            and column not in self._names
            and (column != min(self._fields))
        )

    def _is_wide(self, number: int, column: int) -> bool:
        return any(
            merge.top == number and merge.left <= column and merge.right - merge.left >= 2
            for merge in self.sheet.merges
        )

    def _continues(self, record: Record, row: Row) -> bool:
        """Whether a row goes on about the member above: no name or number of its own, and
        nothing but more of the same or what was still blank.
        """
        if self._covered and any(self._is_covered(row.number, i) for i in self._names):
            return True
        if self._is_numbered(row) or not all(_empty(row.at(i)) for i in self._names):
            return False
        filled = [c for c in self._useful if not _empty(row.at(c))]
        if not filled or len(filled) > _MOST_CONTINUED:
            return False
        return all(
            self._fields[column] in APPENDED or _empty(record.cells[column]) for column in filled
        )

    def _append(self, record: Record, row: Row) -> None:
        """Add a second row to its member; two different values for one field are refused."""
        record.also.append(row.number)
        record.cells = list(record.cells)
        for column in self._useful:
            text, had = clean(to_text(row.at(column))), record.cells[column]
            if is_blank(text) or self._is_covered(row.number, column):
                continue
            if _empty(had):
                record.cells[column] = row.at(column)
            elif self._fields[column] in APPENDED:
                record.cells[column] = f"{to_text(had)}\n{to_text(row.at(column))}"
            elif clean(to_text(had)) != text:
                remark = Remark(Code.CONTINUATION_CONFLICT, None, {"row": row.number, "text": text})
                record.remarks.setdefault(column, []).append(remark)
        names = [c.index for c in self.header.columns_of(*NAME_FIELDS)]
        first = next(iter(names or self._useful))
        note = Remark(Code.CONTINUATION, None, {"row": row.number})
        record.remarks.setdefault(first, []).append(note)

    def _record(self, row: Row) -> Record:
        cells, missing = row.cells, self._width - len(row.cells)
        if missing > 0:
            cells = cells + [None] * missing
        record = Record(row.number, cells, self.context)
        if self._fills:
            if self._covered or not DITTOS.isdisjoint(cells):
                self._fill(record)
            above = ((i, record.cells[i]) for i in self._fields)
            self._above.update((i, cell) for i, cell in above if cell is not None)
        return record

    def _fill(self, record: Record) -> None:
        """Take what stands above for ditto marks and below the first cell of a merged range."""
        record.cells = list(record.cells)
        for column in self._fields:
            cell, above = record.cells[column], self._above.get(column)
            if isinstance(cell, str) and is_ditto(cell):
                record.cells[column] = above
                if above is not None:
                    record.remarks[column] = [Remark(Code.DITTO, to_text(above))]
            elif cell is None and self._is_covered(record.row, column):
                record.cells[column] = above


def _empty(cell: Cell) -> bool:
    return cell is None or is_blank(clean(to_text(cell)))


def _are_numbers(texts: Iterable[str]) -> bool:
    """Whether a row only counts the columns: ``(1) (2) (3)``."""
    return all(_COLUMN_NUMBER.fullmatch(arabic(text)) for text in texts)


def _is_contact(cell: Cell) -> bool:
    """Whether a cell holds what members are reached or told apart by, not a count of them."""
    return cell is not None and bool(_CONTACT.search(to_text(cell)))


def _is_numbering(cell: Cell) -> bool:
    """Whether a cell of the column of numbers holds one; nearly all are whole numbers."""
    return (type(cell) is int and cell >= 0) or _is_number(to_text(cell))


def _is_number(text: str) -> bool:
    return text.isdecimal() or bool(re.fullmatch(r"[0-9]+[.)]?", arabic(clean(text))))


def count_by_reason(skipped: list[Skipped]) -> dict[str, int]:
    """How many rows were left out for each reason."""
    return dict(Counter(item.why.value for item in skipped))
