"""Tables as numpy holds them, and as each database's driver takes them.

A day is a number of days and a moment a number of seconds, both since 1970; -1 is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Boolean, Date, DateTime
from sqlalchemy.types import TypeDecorator, TypeEngine

from registry.db import Base

Array = NDArray[Any]
NONE = -1
SECONDS = 86_400
LAST_DAY = 40_000


@dataclass(frozen=True)
class Words:
    """Texts of which there are few: a number into a list for each row; -1 is absent."""

    codes: Array
    words: tuple[str, ...]

    def __getitem__(self, which: Any) -> Words:
        return Words(self.codes[which], self.words)

    def __len__(self) -> int:
        return len(self.codes)


PER_ROW = (np.ndarray, Words)
Column = Array | Words | str | int | bool | None
"""A value per row, or one for all of them."""


@dataclass(frozen=True)
class Table:
    """Rows of a model; columns that are not named are NULL."""

    model: type[Base]
    columns: Mapping[str, Any]

    def __len__(self) -> int:
        return next(len(one) for one in self.columns.values() if isinstance(one, PER_ROW))

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def take(self, which: Any) -> Table:
        """Some of the rows: by a mask, by numbers, or by a slice."""
        taken = {
            name: one[which] if isinstance(one, PER_ROW) else one
            for name, one in self.columns.items()
        }
        return Table(self.model, taken)

    def parts(self, size: int) -> Iterator[Table]:
        """The same rows, so many at a time."""
        for start in range(0, len(self), size):
            yield self.take(slice(start, start + size))

    def kind(self, name: str) -> TypeEngine[Any]:
        """The type of a column, below what the model puts around it."""
        found = self.model.__table__.c[name].type
        return found.impl_instance if isinstance(found, TypeDecorator) else found


def together(tables: list[Table]) -> Table:
    """The rows of several tables of one model, columns of one value for all staying so."""
    first = tables[0]
    return Table(
        first.model, {name: _joined([one[name] for one in tables]) for name in first.columns}
    )


def _joined(columns: list[Any]) -> Column:
    first = columns[0]
    if isinstance(first, Words):
        return Words(np.concatenate([one.codes for one in columns]), first.words)
    return np.concatenate(columns) if isinstance(first, np.ndarray) else first


def _with_none(words: Iterable[str]) -> Array:
    return np.array([*words, None], dtype=object)


_DAYS = _with_none(np.datetime_as_string(np.arange(LAST_DAY).astype("datetime64[D]")).tolist())
_TIMES = np.array(
    [f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000000" for s in range(SECONDS)], dtype=object
)


def for_sqlite(table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows as ``sqlite3`` takes them and as the models read them."""
    found = (_plain(one, table.kind(name), len(table)) for name, one in table.columns.items())
    return zip(*found, strict=True)


def _plain(column: Column, kind: TypeEngine[Any], rows: int) -> Any:
    if isinstance(column, Words):
        return _with_none(column.words)[column.codes].tolist()
    if not isinstance(column, np.ndarray):
        typed = isinstance(column, int) and isinstance(kind, Date | DateTime)
        one = next(iter(_plain(np.array([column]), kind, 1))) if typed else column
        return repeat(one, rows)
    if isinstance(kind, Date):
        return _DAYS[column].tolist()
    if isinstance(kind, DateTime):
        return _moments(column).tolist()
    if column.dtype == object or isinstance(kind, Boolean):
        return column.tolist()
    return _numbers(column)


def _numbers(column: Array) -> Any:
    absent = column == NONE
    if not absent.any():
        return column.tolist()
    found = column.astype(object)
    found[absent] = None
    return found.tolist()


def _moments(column: Array) -> Array:
    found = np.full(len(column), None, dtype=object)
    known = column != NONE
    some = column[known]
    found[known] = _DAYS[some // SECONDS] + _TIMES[some % SECONDS]
    return found


def for_postgresql(table: Table) -> pa.Table:
    """The rows as Arrow writes them into the CSV that COPY reads."""
    names = list(table.columns)
    found = [_arrow(table[name], table.kind(name), len(table)) for name in names]
    return pa.table(dict(zip(names, found, strict=True)))


def _arrow(column: Column, kind: TypeEngine[Any], rows: int) -> pa.Array:
    if isinstance(column, Words):
        codes = pa.array(column.codes, mask=column.codes == NONE)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.words, pa.string())).cast(
            pa.string()
        )
    if not isinstance(column, np.ndarray):
        column = np.full(rows, column)
    if column.dtype == object:
        return pa.array([_text(one) for one in column], pa.string())
    if column.dtype.kind in "bU":
        return pa.array(column)
    if isinstance(kind, Date):
        return pa.array(column.astype("datetime64[D]"), mask=column == NONE)
    if isinstance(kind, DateTime):
        return pa.array(column.astype("datetime64[s]"), mask=column == NONE)
    return pa.array(column, mask=column == NONE)


def _text(value: Any) -> str | None:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value
