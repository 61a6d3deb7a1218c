"""Rows laid aside on the disk, so that neither memory nor a lock is held while they are made."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

Row = Sequence[Any]


class Spool:
    """Keeps rows in a file without a name, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by the caller's with
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def add(self, rows: Iterable[Row]) -> None:
        """Lay some rows aside."""
        some = list(rows)
        pickle.dump(some, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self.count += len(some)

    def all(self) -> Iterator[Row]:
        """The rows again, from the first."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield from pickle.load(self._file)  # noqa: S301 - nobody else has this file
