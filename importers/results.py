"""Rows as results: what each row of a sheet turned out to be, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from importers.codes import Code, Severity, severity_of
from importers.sentences import sentence


class Status(StrEnum):
    """What a row is; the first three before it was compared with the registry."""

    READY = "ready"
    AMBIGUOUS = "ambiguous"
    ERROR = "error"
    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    POSSIBLE_DUPLICATE = "possible_duplicate"


STATUS_NAMES = {
    Status.READY: _l("Readable"),
    Status.NEW: _l("New"),
    Status.UPDATE: _l("Update of a member"),
    Status.UNCHANGED: _l("Unchanged"),
    Status.POSSIBLE_DUPLICATE: _l("Possible duplicate"),
    Status.AMBIGUOUS: _l("Needs an answer"),
    Status.ERROR: _l("Cannot be imported"),
}


STATUSES = {status.value: status for status in Status}
CODES = {code.value: code for code in Code}


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark on a cell: what is wrong, what stands there, what is proposed.

    Attributes:
        row: as Excel numbers it.
        column: the header's text; empty when it concerns the whole row.
        cell: address in the sheet, such as ``F12``.
        value: the original, shortened; a national ID is masked.
        proposal: what to write instead, if anything is known.
    """

    row: int
    column: str
    cell: str
    code: Code
    value: str = ""
    proposal: str | None = None
    params: dict[str, str | int] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return severity_of(self.code)

    @property
    def message(self) -> str:
        """One sentence in the reader's language."""
        return sentence(self.code, self.params)

    def as_dict(self) -> dict[str, Any]:
        """For storing: without the sentence, which depends on the reader."""
        return {
            "row": self.row,
            "column": self.column,
            "cell": self.cell,
            "code": self.code.value,
            "value": self.value,
            "proposal": self.proposal,
            "params": self.params,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Problem:
        """Back from :meth:`as_dict`."""
        return cls(
            stored["row"],
            stored["column"],
            stored["cell"],
            CODES[stored["code"]],
            stored["value"],
            stored["proposal"],
            stored["params"],
        )


@dataclass(slots=True)
class RowResult:
    """A row with its values by field name, the problems, and the originals that these are about.

    ``originals`` are by the header's text.
    """

    row: int
    status: Status
    values: dict[str, Any]
    originals: dict[str, str]
    problems: list[Problem]
    also: list[int] = field(default_factory=list)

    def settle(self) -> None:
        """Set the status that the problems call for; an error outweighs a question."""
        worst = max((problem.severity for problem in self.problems), default=Severity.NOTICE)
        if worst is Severity.ERROR:
            self.status = Status.ERROR
        elif worst is Severity.QUESTION:
            self.status = Status.AMBIGUOUS
