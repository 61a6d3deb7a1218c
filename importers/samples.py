"""A few values of each column and of each kind of repair, for people who decide about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import digits
from typing import Any

from importers.codes import Code, Severity
from importers.fields import Field
from importers.header import Header
from importers.mapping import Column
from importers.marks import as_typed, marked
from importers.reading.grid import Cell, Row, Sheet, column_index
from importers.results import Problem, RowResult, Status
from importers.thai.text import arabic, clean, is_blank, to_text
from registry.members.masks import mask_phone

DOUBTS = (Severity.QUESTION, Severity.ERROR)
MOST = 3
LOOK_AT = 200
MOST_TYPES = 50
LONGEST = 60
NATIONAL_ID = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12}(?![0-9])")
PHONE = re.compile(r"(?<![0-9])(?:\+?66|0)?[ -]?[1-9](?:[ -]?[0-9]){7,8}(?![0-9])")
Kinds = dict[str, dict[str, Any]]


def samples_of(sheet: Sheet, header: Header) -> dict[str, list[str]]:
    """Up to three different values of each column that is not sensitive, by its number as a text.

    National IDs and phone numbers are masked, in whichever column they stand.
    """
    rows = _rows(sheet, header)
    return {
        str(column.index): _values(column, (row.at(column.index) for row in rows))
        for column in header.columns
        if not column.sensitive
    }


def _rows(sheet: Sheet, header: Header) -> list[Row]:
    """The first rows below the header that say more than one thing."""
    last = header.numbers[-1]
    below = (row for row in sheet.rows if row.number > last and row.number not in sheet.hidden_rows)
    found: list[Row] = []
    for row in below:
        if sum(cell is not None for cell in row.cells) > 1:
            found.append(row)
        if len(found) == LOOK_AT:
            break
    return found


def _values(column: Column, cells: Iterable[Cell]) -> list[str]:
    found: list[str] = []
    for cell in cells:
        text = shown(clean(to_text(cell)), column.field)
        if not is_blank(text) and text not in found:
            found.append(text)
        if len(found) == MOST:
            break
    return found


def shown(text: str, field: Field | None = None) -> str:
    """A cell's text as it may stand on a page: shortened, its personal numbers masked."""
    plain = arabic(text)
    if field is Field.NATIONAL_ID and plain:
        return _last_three(plain)
    if NATIONAL_ID.search(plain):
        plain = text = NATIONAL_ID.sub(lambda found: _last_three(found[0]), plain)
    if PHONE.search(plain):
        text = PHONE.sub(lambda found: mask_phone(found[0]), plain)
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def _last_three(text: str) -> str:
    return f"•••{text[-3:]}" if len(text) > 3 else "•••"


class Tally:
    """What is proposed and asked in a sheet, counted while its rows are read.

    Attributes:
        repairs: proposed repairs by kind: how many, and a few (cell, original, proposal).
        questions: in the same way, what a person is asked about rows that can be read.
        doubts: by column, in how many rows its cell could not be read, or not for certain.
        types: by the text of a network type that is not in the list, in how many rows it stands;
            of the first texts only.
    """

    def __init__(self) -> None:
        self.repairs: Kinds = {}
        self.questions: Kinds = {}
        self.doubts: dict[str, int] = {}
        self.types: dict[str, int] = {}

    def add(self, row: RowResult) -> None:
        """Count a row's remarks."""
        doubtful = set()
        for problem in row.problems:
            if code := _repair(problem):
                _count(self.repairs, code, problem)
            elif problem.severity in DOUBTS:
                if text := unknown_type(problem):
                    _count_text(self.types, text, 1)
                doubtful.add(problem.cell.rstrip(digits))
                if row.status is Status.AMBIGUOUS:
                    _count(self.questions, problem.code.value, problem)
        for letters in doubtful - {""}:
            number = str(column_index(letters))
            self.doubts[number] = self.doubts.get(number, 0) + 1

    def as_dict(self) -> dict[str, Any]:
        """Plain values for storing; they hold personal data."""
        return {
            "repairs": self.repairs,
            "questions": self.questions,
            "doubts": self.doubts,
            "types": self.types,
        }


def add_samples(found: dict[str, Any], more: dict[str, Any]) -> None:
    """Add what another reader of the same sheet counted (see :meth:`Tally.as_dict`)."""
    for what in ("repairs", "questions"):
        for code, about in more[what].items():
            kind = found[what].setdefault(code, {"count": 0, "shown": []})
            kind["count"] += about["count"]
            kind["shown"] = [*kind["shown"], *about["shown"]][:MOST]
    for column, count in more["doubts"].items():
        found["doubts"][column] = found["doubts"].get(column, 0) + count
    for text, count in more["types"].items():
        _count_text(found["types"], text, count)


def unknown_type(problem: Problem) -> str:
    """The text of a network type that is not in the list, as it may be shown; else an empty one."""
    unknown = problem.code is Code.NETWORK_TYPE_UNKNOWN
    return shown(str(problem.params.get("text", ""))) if unknown else ""


def _count_text(found: dict[str, int], text: str, count: int) -> None:
    if text in found or len(found) < MOST_TYPES:
        found[text] = found.get(text, 0) + count


def _count(found: Kinds, code: str, problem: Problem) -> None:
    kind = found.setdefault(code, {"count": 0, "shown": []})
    kind["count"] += 1
    if len(kind["shown"]) < MOST:
        kind["shown"].append(_example(problem))


def _repair(problem: Problem) -> str:
    """The kind of repair that a remark proposes or that was refused; else an empty text."""
    if problem.code is Code.REPAIR_REFUSED:
        return str(problem.params.get("kind", ""))
    repair = problem.severity is Severity.REPAIR and problem.code is not Code.CELL_MENDED
    return problem.code.value if repair else ""


def _example(problem: Problem) -> list[str]:
    proposal = problem.params.get("text", "") if problem.proposal is None else problem.proposal
    place = problem.cell or str(problem.row)
    was = as_typed(shown(marked(problem.value)), problem.value)
    return [place, was, shown(str(proposal))]
