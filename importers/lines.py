"""A row as the child hands it over: one line of bytes, most of which nobody needs to look into.

Four parts of JSON, parted by a byte that JSON only has escaped: what the row is and who stands in
it, its values, the originals, the problems.  Of most rows the last three go into the plan as they
came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from importers.results import STATUSES, Problem, RowResult, Status
from registry.members.normalise import names_of

APART, ENDED = b"\x1e", b"\n"
WHO = ("first_name", "kind", "national_id", "birth_year", "phone", "line_id", "email",
       "province_code", "district_code", "network", "joined_on", "consent")  # fmt: skip
"""The values that tell one row from another, or that all rows are asked for."""


class Told(NamedTuple):
    """The head of a row: what it is, and who stands in it.

    Attributes:
        who: the values of :data:`WHO`; None for those that the row does not have.
        names: ``name_key`` and ``name_block``; empty where half a name is all there is.
    """

    row: int
    status: Status
    who: Mapping[str, Any]
    names: tuple[str, str]


class Line(NamedTuple):
    """The four parts of a row."""

    head: bytes
    values: bytes
    originals: bytes
    problems: bytes

    @classmethod
    def of(cls, line: bytes) -> Line:
        """Back from :func:`written`."""
        return cls(*line[:-1].split(APART))

    def told(self) -> Told:
        """Who stands in it."""
        number, status, _also, who, names = orjson.loads(self.head)
        return Told(number, STATUSES[status], dict(zip(WHO, who, strict=True)), tuple(names))

    def result(self) -> RowResult:
        """The whole row."""
        number, status, also, _who, _names = orjson.loads(self.head)
        problems = [Problem.of(stored) for stored in orjson.loads(self.problems)]
        values, originals = orjson.loads(self.values), orjson.loads(self.originals)
        return RowResult(number, STATUSES[status], values, originals, problems, also)


def written(result: RowResult) -> bytes:
    """A row as a line; days become texts in ISO form (C.E.)."""
    problems = [problem.as_dict() for problem in result.problems]
    values = result.values
    head = (result.row, result.status, result.also, list(map(values.get, WHO)), names_of(values))
    parts = (head, values, result.originals, problems)
    return APART.join(map(orjson.dumps, parts)) + ENDED
