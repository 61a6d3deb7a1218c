"""Loading many rows fast: what slows every row down is put aside, and made again at the end.

Indexes, foreign keys and triggers of the loaded tables are read from the database itself, so
that none is forgotten when the models get another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql
from pyarrow import BufferOutputStream, csv
from sqlalchemy import Engine

from benchmarks.simulate.columns import Table, for_postgresql, for_sqlite
from registry.db import Base
from registry.members import search_index
from registry.members.models import Member

PART = 100_000
CACHE_KB = 400_000
Done = Callable[[int], None]
Say = Callable[[str], None]
Models = Sequence[type[Base]]


class Loader(Protocol):
    """Takes rows; ids are given, nothing is filled in."""

    def add(self, table: Table) -> None:
        """Add rows, in the order in which they come."""


@contextmanager
def bulk_load(engine: Engine, models: Models, done: Done, say: Say) -> Iterator[Loader]:
    """Load rows of some models in one transaction; nothing of it stays where anything fails.

    Triggers of these tables do not run meanwhile: whoever keeps something up to date by them
    makes it anew afterwards.

    Args:
        done: is told how many rows were written since it was told last.
        say: is told what is being done beside that.
    """
    engine.dispose()
    kind = _Sqlite if engine.dialect.name == "sqlite" else _Postgresql
    loader: _Sqlite | _Postgresql = kind(engine, models, done)
    try:
        loader.put_aside()
        yield loader
        say("indexes")
        loader.put_back()
        loader.commit()
    finally:
        loader.close()


class _Sqlite:
    """One transaction without waiting for the disk; the write-ahead log is left for that long.

    A load through the log would be written twice, and the log grow as large as the database.
    """

    def __init__(self, engine: Engine, models: Models, done: Done) -> None:
        self._tables = [model.__tablename__ for model in models]
        self._done = done
        path = str(engine.url.database)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=TRUNCATE", "synchronous=OFF", "foreign_keys=OFF",
                       f"cache_size=-{CACHE_KB}", "busy_timeout=30000"):  # fmt: skip
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN EXCLUSIVE")

    def put_aside(self) -> None:
        marks = ", ".join("?" * len(self._tables))
        found = self._connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') "  # noqa: S608 - marks only
            f"AND sql IS NOT NULL AND tbl_name IN ({marks}) ORDER BY type, name",
            self._tables,
        ).fetchall()
        self._aside = [statement for _, _, statement in found]
        for kind, name, _ in found:
            self._connection.execute(f'DROP {kind} "{name}"')

    def add(self, table: Table) -> None:
        names = ", ".join(f'"{name}"' for name in table.columns)
        marks = ", ".join("?" * len(table.columns))
        statement = f'INSERT INTO "{table.model.__tablename__}" ({names}) VALUES ({marks})'  # noqa: S608 - our own names
        for part in table.parts(PART):
            self._connection.executemany(statement, for_sqlite(part))
            self._done(len(part))

    def put_back(self) -> None:
        for statement in self._aside:
            self._connection.execute(statement)
        if Member.__tablename__ in self._tables:
            self._connection.execute(search_index.REBUILD)

    def commit(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA analysis_limit=2000")
        self._connection.execute("ANALYZE")

    def close(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.close()


_INDEXES = """
select format('drop index %%I', c.relname), pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid = any(%s::regclass[])
and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
"""
_KEYS = """
select format('alter table %%s drop constraint %%I', conrelid::regclass, conname),
       format('alter table %%s add constraint %%I %%s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
from pg_constraint where contype = 'f' and conrelid = any(%s::regclass[])
"""
_TRIGGERS = """
select format('drop trigger %%I on %%s', tgname, tgrelid::regclass), pg_get_triggerdef(oid)
from pg_trigger where not tgisinternal and tgrelid = any(%s::regclass[])
"""


class _Postgresql:
    """COPY, in one transaction."""

    def __init__(self, engine: Engine, models: Models, done: Done) -> None:
        self._tables = [model.__tablename__ for model in models]
        self._done = done
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address, options="-c timezone=UTC")
        self._connection.execute("set local synchronous_commit = off")
        self._connection.execute("set local maintenance_work_mem = '512MB'")

    def put_aside(self) -> None:
        self._aside: list[str] = []
        for query in (_TRIGGERS, _KEYS, _INDEXES):
            found: list[Any] = self._connection.execute(query, [self._tables]).fetchall()
            for drop, make in found:
                self._connection.execute(drop)
                self._aside.append(make)

    def add(self, table: Table) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
            sql.Identifier(table.model.__tablename__), names
        )
        told = csv.WriteOptions(include_header=False)
        with self._connection.cursor().copy(statement) as copy:
            for part in table.parts(PART):
                room = BufferOutputStream()
                csv.write_csv(for_postgresql(part), room, told)
                copy.write(room.getvalue().to_pybytes())
                self._done(len(part))

    def put_back(self) -> None:
        for statement in reversed(self._aside):
            self._connection.execute(statement.encode())
        for table in self._tables:
            self._raise_serial(table)

    def _raise_serial(self, table: str) -> None:
        """Let the next id that the database gives be beyond those that were loaded."""
        found = self._connection.execute(
            "select pg_get_serial_sequence(%s, a.attname) from pg_attribute a "
            "where a.attrelid = %s::regclass and a.attname = 'id'",
            [table, table],
        ).fetchone()
        if found and found[0]:
            highest = sql.SQL("select setval({}, coalesce(max(id), 1)) from {}")
            self._connection.execute(highest.format(found[0], sql.Identifier(table)))

    def commit(self) -> None:
        self._connection.commit()
        self._connection.autocommit = True
        self._connection.execute("analyze")

    def close(self) -> None:
        self._connection.close()
