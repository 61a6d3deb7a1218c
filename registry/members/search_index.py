"""The indexes of trigrams by which members are found: the database keeps them by itself.

On PostgreSQL they are two of ``pg_trgm``; on SQLite a table of FTS5, kept by triggers in the
transaction of each change.  It holds the state as well, so that counts need nobody's record.
No model describes them: :func:`is_modelled` leaves them out where models and database are compared.
"""

# ruff: noqa: S608 (all parts are names and constants of the code)
from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

TABLE, VIEW = "member_search", "member_searched"
COLUMNS = ("search_text", "phone", "standing")
MERGED = "merged"
"""The standing of a record that was merged into another; others have their state."""


def _values(row: str) -> str:
    standing = f"CASE WHEN {row}.merged_into_id IS NULL THEN {row}.state ELSE '{MERGED}' END"
    return f"{row}.id, {row}.search_text, {row}.phone, {standing}"


_NAMES = ", ".join(COLUMNS)
_PUT = f"INSERT INTO {TABLE} (rowid, {_NAMES}) VALUES ({_values('new')});"
_TAKE = f"INSERT INTO {TABLE} ({TABLE}, rowid, {_NAMES}) VALUES ('delete', {_values('old')});"
_READ = ("id", "search_text", "phone", "state", "merged_into_id")
_DIFFERS = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _READ)
SQLITE = (
    f"CREATE VIEW {VIEW} (id, {_NAMES}) AS SELECT {_values('m')} FROM member m",
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5({_NAMES}, content='{VIEW}', content_rowid='id', "
    "columnsize=0, tokenize='trigram case_sensitive 1')",
    f"CREATE TRIGGER {TABLE}_insert AFTER INSERT ON member BEGIN {_PUT} END",
    f"CREATE TRIGGER {TABLE}_delete AFTER DELETE ON member BEGIN {_TAKE} END",
    f"CREATE TRIGGER {TABLE}_update AFTER UPDATE OF {', '.join(_READ)} ON member "
    f"WHEN {_DIFFERS} BEGIN {_TAKE} {_PUT} END",
)
"""Both texts and words are in lower case already."""
_AVAILABLE = "SELECT name FROM pg_available_extensions WHERE name = 'pg_trgm'"
REBUILD = f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')"
"""Makes SQLite's index anew, after members were written past its triggers."""
MERGE = f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('merge', :pages)"
"""Merges some pages of SQLite's index; a negative number begins with all of its segments."""
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    *(
        f"CREATE INDEX ix_{TABLE}_{name} ON member USING gin ({name} gin_trgm_ops)"
        for name in ("search_text", "phone")
    ),
)


def install(connection: Connection) -> None:
    """Make the indexes, of all members that there are.

    A PostgreSQL without ``pg_trgm`` finds the same members without them, slowly.
    """
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite and not connection.exec_driver_sql(_AVAILABLE).first():
        return
    for statement in (*SQLITE, REBUILD) if sqlite else POSTGRESQL:
        connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take the indexes away; others may use the extension, so it stays."""
    if connection.dialect.name == "sqlite":
        for verb in ("insert", "delete", "update"):
            connection.exec_driver_sql(f"DROP TRIGGER {TABLE}_{verb}")
        connection.exec_driver_sql(f"DROP TABLE {TABLE}")
        connection.exec_driver_sql(f"DROP VIEW {VIEW}")
        return
    for name in ("search_text", "phone"):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS ix_{TABLE}_{name}")


def is_modelled(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table or an index of the database is one that a model describes."""
    return not (kind in {"table", "index"} and (name or "").startswith((TABLE, f"ix_{TABLE}")))
