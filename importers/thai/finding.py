"""What a reader of one cell answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from importers.codes import Code, Severity, severity_of

T = TypeVar("T", covariant=True)
Params = Mapping[str, str | int]
NO_PARAMS: Params = MappingProxyType({})


class Remark(NamedTuple):
    """One remark: its code, what is proposed instead of the original, words for the sentence."""

    code: Code
    proposal: str | None = None
    params: Params = NO_PARAMS


class Finding(NamedTuple, Generic[T]):
    """The value read from a cell (``None`` when blank or refused) with the remarks on it.

    Like a remark it is a tuple, because a million are made for a large sheet.
    """

    value: T | None
    remarks: tuple[Remark, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether no value may be taken from the cell without a person."""
        return any(severity_of(remark.code) >= Severity.QUESTION for remark in self.remarks)


def refuse(code: Code, proposal: str | None = None, **params: str | int) -> Finding[T]:
    """An answer without a value."""
    return Finding(None, (Remark(code, proposal, params),))
