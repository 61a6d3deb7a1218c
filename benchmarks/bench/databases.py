"""A fresh copy of the same registry for every run, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from registry.errors import Refused

FILE = "sang.sqlite"
PREFIX = "sang_bench"


class SqliteStore:
    """The filled registry as a file in its instance folder."""

    name = "sqlite"

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self.url = f"sqlite:///{instance / FILE}"

    def create(self) -> None:
        """Nothing: the file comes with the first connection."""

    def exists(self) -> bool:
        """Whether the registry is there."""
        return (self.instance / FILE).exists()

    def remove(self) -> None:
        """Nothing: the file goes with its folder."""

    def version(self) -> dict[str, str]:
        """The name of the database and its version."""
        return {self.name: sqlite3.sqlite_version}

    @contextmanager
    def copy(self, instance: Path) -> Iterator[str]:
        """Address of a copy in another instance folder; gone afterwards."""
        target = instance / FILE
        shutil.copyfile(self.instance / FILE, target)
        _to_disk(target)
        yield f"sqlite:///{target}"


def _to_disk(path: Path) -> None:
    """Let a run not pay for writing the copy out."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


class PostgresStore:
    """The filled registry as a database of its own on a server; copies are made from it."""

    name = "postgresql"

    def __init__(self, server: str, instance: Path) -> None:
        """Take a server.

        Args:
            server: address of a database of it whose user may create others.
            instance: the folder with the keys of the registry, each of which has its own database.
        """
        self._server = make_url(server).set(drivername="postgresql")
        self._database = f"{PREFIX}_{hashlib.sha256(str(instance).encode()).hexdigest()[:12]}"
        self.url = self._address(self._database)

    def _address(self, database: str) -> str:
        return self._server.set(database=database).render_as_string(hide_password=False)

    def _do(self, statement: str, *names: str) -> list[tuple[object, ...]]:
        address = self._server.render_as_string(hide_password=False)
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                words = sql.SQL(statement).format(*map(sql.Identifier, names))
                cursor = connection.execute(words)
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            first = str(error).splitlines()[0]
            raise Refused(f"the PostgreSQL server of --database refused: {first}") from None

    def create(self) -> None:
        """An empty database, in the place of one that may be there."""
        self.remove()
        self._do("create database {} template template0 encoding 'UTF8'", self._database)

    def exists(self) -> bool:
        """Whether the registry is there."""
        names = self._do("select datname from pg_database")
        return (self._database,) in names

    def version(self) -> dict[str, str]:
        """The name of the database and its version."""
        ((number,),) = self._do("show server_version")
        return {self.name: str(number).partition(" ")[0]}

    def remove(self) -> None:
        """Drop the database."""
        self._do("drop database if exists {} with (force)", self._database)

    @contextmanager
    def copy(self, instance: Path) -> Iterator[str]:
        """Address of a copy; dropped afterwards."""
        run = f"{self._database}_run"
        self._do("drop database if exists {} with (force)", run)
        self._do("create database {} template {} strategy file_copy", run, self._database)
        self._do("checkpoint")
        try:
            yield self._address(run)
        finally:
            self._do("drop database if exists {} with (force)", run)


Store = SqliteStore | PostgresStore


def store_of(database: str, instance: Path) -> Store:
    """The store that ``--database`` names: ``sqlite``, or the address of a PostgreSQL server.

    Raises:
        Refused: it is neither.
    """
    if database == "sqlite":
        return SqliteStore(instance)
    if database.startswith("postgresql"):
        return PostgresStore(database, instance)
    raise Refused(f"--database is “sqlite” or the address of a PostgreSQL server, not “{database}”")
