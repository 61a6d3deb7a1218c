"""Writing the rows of a table to Parquet, without anything that names a person.

Members are replaced by their pseudonyms.  Names of columns are those of the live tables, so that
measures run on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Select, select

from registry.arrow import Moment
from registry.db import Base
from registry.facts.files import rows as files
from registry.facts.schema import COLUMNS
from registry.vault import pseudonyms
from reports.windows import RULES, Window


class Pseudonyms:
    """The stand-ins of all members: 40 MB for a million, made once for all tables."""

    def __init__(self, seen: Moment) -> None:
        people = Base.metadata.tables["member"]
        batches = list(seen.batches(select(people.c.id, people.c.uid)))
        none = np.array([], "int64")
        ids = np.concatenate([none, *(batch.column(0).to_numpy() for batch in batches)])
        uids = [uid for batch in batches for uid in batch.column(1).to_pylist()]
        order = ids.argsort()
        self._ids = ids[order]
        self._names = pa.array(pseudonyms(uids[place] for place in order), pa.string())

    def of(self, members: pa.Array) -> pa.Array:
        """Those of members by their numbers; absent where the member is."""
        places = np.searchsorted(self._ids, members.fill_null(0).to_numpy())
        absent = members.is_null().to_numpy(zero_copy_only=False)
        return self._names.take(pa.array(places, mask=absent))


def write_table(seen: Moment, name: str, window: Window, path: Path, stand_ins: Pseudonyms) -> int:
    """Write what a period keeps of a table; returns the number of rows."""
    places = [COLUMNS[name].index(column) for column in _members_of(name)]

    def without_names(batch: pa.RecordBatch) -> pa.RecordBatch:
        for place in places:
            hidden = stand_ins.of(batch.column(place))
            batch = batch.set_column(place, batch.schema.names[place], hidden)
        return batch

    return files.write_rows(seen, _queries(name, window), schema_of(name), path, without_names)


def schema_of(name: str) -> pa.Schema:
    """The columns of a sealed table; members are text there."""
    members = set(_members_of(name))
    return pa.schema(
        pa.field(field.name, pa.string() if field.name in members else field.type)
        for field in files.schema_of(name)
    )


def _members_of(name: str) -> list[str]:
    """The columns that say which member."""
    own = "id" if name == "member" else "member_id"
    return [own] if own in COLUMNS[name] else []


def _queries(name: str, window: Window) -> Iterator[Select[Any]]:
    rows = Base.metadata.tables[name]
    chosen = [files.kept(rows, column) for column in COLUMNS[name]]
    for condition in RULES[name](rows, window):
        yield select(*chosen).where(condition)
