"""The database at one moment, by rows and by columns.

A row that Python fetches costs twenty times what the database needs for it; ADBC hands rows over
as Arrow.  Its driver brings an SQLite of its own, and two of them in one process lose each other's
locks on a file, so that columns are read by a child (:mod:`registry.arrow_child`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from sqlalchemy import (
    Boolean,
    Connection,
    Executable,
    Integer,
    Result,
    Select,
    literal_column,
    select,
    text,
    union_all,
)
from sqlalchemy.types import TypeEngine

from registry.db import WRITE, db, snapshot

if TYPE_CHECKING:
    import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
PIPE = 2**20
"""Bytes that the child may be ahead; as many as Linux allows anybody."""
T = TypeVar("T")


class Unread(Exception):
    """Rows could not be read to their end."""


@dataclass(frozen=True)
class _Child:
    requests: IO[bytes]
    answers: IO[bytes]

    def ask(self, what: dict[str, Any]) -> None:
        """Send a request.

        Raises:
            Unread: the child has ended.
        """
        try:
            self.requests.write(json.dumps(what).encode() + b"\n")
            self.requests.flush()
        except OSError as error:
            raise Unread("the child that reads the database has ended") from error

    def heard(self, rows: int = 0) -> None:
        """See that the child says it is done, with as many rows as came.

        Raises:
            Unread: it does not.
        """
        said = self.answers.readline()
        if said != b"%d\n" % rows:
            raise Unread(f"the child that reads the database ended after {rows} rows of a query")


class Moment:
    """What a reading connection sees, and a child beside it."""

    def __init__(self, connection: Connection, child: _Child) -> None:
        self.connection = connection
        self._child = child

    def execute(self, statement: Executable) -> Result[Any]:
        """What a statement finds, by rows."""
        return self.connection.execute(statement)

    def batches(self, query: Select[Any]) -> Iterator[pa.RecordBatch]:
        """What a query finds, by columns, in portions.

        SQLite's truths are integers there, and its days and moments text.

        Raises:
            Unread: the child or the database came to an end before the rows did.
        """
        import pyarrow as pa  # noqa: PLC0415 (pages do without it)

        sqlite = db.engine.dialect.name == "sqlite"
        # SQLite's columns have no types: its driver goes by what it reads first.
        asked = union_all(_example(query), query) if sqlite else query
        sql = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))
        self._child.ask({"sql": sql, "skipped": int(sqlite)})
        rows = 0
        try:
            for batch in _ahead(pa.ipc.open_stream(self._child.answers)):
                rows += batch.num_rows
                yield batch
        except (OSError, pa.ArrowInvalid) as error:
            raise Unread(str(error)) from error
        self._child.heard(rows)


def _ahead(batches: Iterator[T]) -> Iterator[T]:
    """The same, each fetched while the one before is worked on."""
    with ThreadPoolExecutor(1) as fetching:
        later = fetching.submit(next, batches, None)
        while (batch := later.result()) is not None:
            later = fetching.submit(next, batches, None)
            yield batch


def _example(query: Select[Any]) -> Select[Any]:
    """A row with a value of each column's kind."""
    return select(*(_value(column.type) for column in query.selected_columns))


def _value(kind: TypeEngine[Any]) -> Any:
    return literal_column("0" if isinstance(kind, Integer | Boolean) else "''")


@contextmanager
def moment() -> Iterator[Moment]:
    """The database as it is now, for as long as the block lasts; not while this one writes."""
    with _begun() as child, snapshot() as connection:
        if db.engine.dialect.name == "sqlite":
            # Nobody can write until both have begun to read.
            with db.engine.connect().execution_options(**{WRITE: True}) as held, held.begin():
                connection.execute(text(SOME_ROW)).first()
                _do(child, SOME_ROW)
        else:
            name = connection.scalar(text("SELECT pg_export_snapshot()"))
            _do(child, READS)
            _do(child, f"SET TRANSACTION SNAPSHOT '{name}'")
        yield Moment(connection, child)


SOME_ROW = "SELECT 1 FROM sqlite_master LIMIT 1"
READS = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def _do(child: _Child, statement: str) -> None:
    child.ask({"statement": statement})
    child.heard()


@contextmanager
def _begun() -> Iterator[_Child]:
    """A child whose connection is open."""
    url = db.engine.url
    driver = url.get_backend_name()
    if driver == "sqlite":
        address = f"file:{quote(str(Path(str(url.database)).resolve()))}?mode=ro"
    else:
        address = url.set(drivername=driver).render_as_string(hide_password=False)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-X", "utf8", "-m", "registry.arrow_child", driver],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=PIPE,
    )
    try:
        child = _Child(cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
        child.ask({"address": address})  # not an argument, which others could read
        child.heard()
        yield child
    finally:
        process.kill()
        process.communicate()
