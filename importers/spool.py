"""Rows laid aside on the disk, so that neither memory nor a lock is held while they are made."""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

Row = Sequence[Any]


class Spool:
    """Keeps rows in a file without a name: section by section, each in the order they came in."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by the caller's with
        self._places: dict[str, list[int]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def add(self, rows: Iterable[Row], section: str = "") -> None:
        """Lay some rows aside."""
        self._places[section].append(self._file.tell())
        pickle.dump(list(rows), self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def all(self) -> Iterator[Row]:
        """The rows again, the sections in the order of their names."""
        for section in sorted(self._places):
            yield from self._of(section)

    def _of(self, section: str) -> Iterator[Row]:
        for place in self._places[section]:
            self._file.seek(place)
            yield from pickle.load(self._file)  # noqa: S301 - nobody else has this file
