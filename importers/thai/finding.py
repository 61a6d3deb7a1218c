"""What a reader of one cell answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from importers.codes import Code, Severity, severity_of

T = TypeVar("T", covariant=True)
Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Remark:
    """One remark: its code, what is proposed instead of the original, words for the sentence."""

    code: Code
    proposal: str | None = None
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Finding(Generic[T]):
    """The value read from a cell (``None`` when blank or refused) with the remarks on it."""

    value: T | None
    remarks: tuple[Remark, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether no value may be taken from the cell without a person."""
        return any(severity_of(remark.code) >= Severity.QUESTION for remark in self.remarks)


def refuse(code: Code, proposal: str | None = None, **params: str | int) -> Finding[T]:
    """An answer without a value."""
    return Finding(None, (Remark(code, proposal, params),))
